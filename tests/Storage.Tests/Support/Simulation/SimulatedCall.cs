using DocService.Storage.Io;
using DocService.Storage.Journal.Format;

namespace DocService.Storage.Tests.Support.Simulation;

/// <summary>One call of the seam, as it stands in the log.</summary>
/// <remarks>
/// Owns: what was asked, and with which error it ended.
/// Thread: written under the file system's lock while the call runs, then read by any.
/// Invariants: <see cref="Index"/> is -1 until the call takes effect; callbacks before a call see it so.
/// On failure: <see cref="Error"/> is set.
/// </remarks>
/// <param name="kind">Which member.</param>
/// <param name="directory">Absolute path of the directory, or of the thing itself when <paramref name="name"/> is empty.</param>
/// <param name="name">Name in that directory.</param>
internal sealed class SimulatedCall(CallKind kind, string directory, string name = "")
{
    // Put together when asked for: a run makes hundreds of calls for each one that somebody looks at.
    private string? _path = name.Length == 0 ? directory : null;

    public CallKind Kind { get; } = kind;

    /// <summary>Absolute path of what it acted on.</summary>
    public string Path => _path ??= directory == "/" ? $"/{name}" : $"{directory}/{name}";

    /// <summary>New path of a rename or a link.</summary>
    public string? TargetPath { get; init; }

    /// <summary>Offset of a read or write.</summary>
    public long Offset { get; init; }

    /// <summary>Bytes to be read or written.</summary>
    public long Length { get; init; }

    /// <summary>What a <see cref="CallKind.Mark"/> says.</summary>
    public object? Note { get; init; }

    /// <summary>Position in the log, from 0.</summary>
    public int Index { get; set; } = -1;

    /// <summary>How the call failed; null when it succeeded.</summary>
    public Errno? Error { get; set; }

    /// <summary>The last component of the path.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public bool CanFail => Kind is not (CallKind.WriteBackVolume or CallKind.DropCache or CallKind.Close or CallKind.SyncEnd or CallKind.Mark);

    public bool IsSync => Kind is CallKind.SyncDirectory or CallKind.SyncData or CallKind.Sync;

    /// <summary>Needs a new file descriptor: where EMFILE is possible.</summary>
    public bool OpensHandle => Kind is CallKind.OpenDirectory or CallKind.Open or CallKind.Create or CallKind.Lock;

    /// <summary>May change what is in the file system, or what of it is durable.</summary>
    public bool Changes => IsSync || NeedsSpace || Kind is CallKind.Rename or CallKind.Unlink;

    /// <summary>May need blocks or inodes: where ENOSPC is usual.</summary>
    public bool NeedsSpace => Kind is CallKind.Create or CallKind.CreateDirectory or CallKind.Link or CallKind.Lock or CallKind.Write;

    public FileSystemException Fail(Errno error) => new(Called, Path, error);

    public override string ToString() =>
        $"{Index} {Kind} {Path}{(TargetPath is null ? string.Empty : $" -> {TargetPath}")}" +
        $"{(Kind is CallKind.Read or CallKind.Write ? $" {Length}@{Offset}" : string.Empty)}" +
        $"{(Note is null ? string.Empty : $" {Note}")}{(Error is null ? string.Empty : $" failed: {Error}")}";

    private SystemCall Called => Kind switch
    {
        CallKind.OpenDirectory or CallKind.Open or CallKind.Create or CallKind.Lock => SystemCall.Open,
        CallKind.CreateDirectory => SystemCall.CreateDirectory,
        CallKind.Link => SystemCall.Link,
        CallKind.Rename => SystemCall.Rename,
        CallKind.Unlink => SystemCall.Unlink,
        CallKind.GetKind or CallKind.GetStamp or CallKind.GetLength => SystemCall.Stat,
        CallKind.List => SystemCall.List,
        CallKind.GetVolumeInfo or CallKind.GetFreeSpace => SystemCall.StatVolume,
        CallKind.Read => SystemCall.Read,
        CallKind.Write => SystemCall.Write,
        CallKind.SyncData => SystemCall.SyncData,
        CallKind.SyncDirectory => SystemCall.SyncDirectory,
        _ => SystemCall.Sync,
    };
}
