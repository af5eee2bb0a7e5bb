using DocService.Storage.Io;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Support.Crash;

/// <summary>One way in which a call may fail; a test tries it on every call that admits it.</summary>
internal sealed record FaultCase(Errno Error, FaultKind Kind, bool Forever)
{
    /// <summary>Every error on the calls that report it in life, before or after the effect, once or for ever.</summary>
    public static IReadOnlyList<FaultCase> All { get; } =
    [
        .. from error in new[] { Errno.EIO, Errno.ENOSPC, Errno.EROFS, Errno.EMFILE }
           from kind in new[] { FaultKind.BeforeEffect, FaultKind.AfterEffect }
           where kind == FaultKind.BeforeEffect || error is Errno.EIO or Errno.ENOSPC
           from forever in new[] { false, true }
           select new FaultCase(error, kind, forever),
        new FaultCase(Errno.ENOSPC, FaultKind.ShortWrite, false),
        new FaultCase(Errno.EIO, FaultKind.ShortWrite, false),
        new FaultCase(Errno.ENOSPC, FaultKind.ShortWrite, true),
        new FaultCase(Errno.ENOMEM, FaultKind.NoMemory, false),
        new FaultCase(Errno.ENOMEM, FaultKind.NoMemory, true),
    ];

    public bool Admits(SimulatedCall call) => Kind switch
    {
        FaultKind.ShortWrite => call.Kind == CallKind.Write,
        FaultKind.NoMemory => !call.IsSync,
        FaultKind.AfterEffect when !call.Changes => false,
        _ => Error switch
        {
            Errno.ENOSPC => call.NeedsSpace || call.IsSync || call.Kind == CallKind.Rename,
            Errno.EROFS => call.Changes,
            Errno.EMFILE => call.OpensHandle,
            _ => true,
        },
    };

    public Fault Arm(SimulatedFileSystem disk, int call, Func<SimulatedCall, bool>? where = null) =>
        disk.FailCall(call, Error, Kind, Forever, made => Admits(made) && (where is null || where(made)));

    /// <summary>
    /// Whether filer, disk threads, keeper or a timer makes the call. The journal's thread takes a group's memory before its
    /// write (see <see cref="SimulatedFileSystem.ExpectMemory"/>); what clients lack is told to them.
    /// </summary>
    public static bool IsBehindTheWrites() =>
        SeededScheduler.Current?.Name is { } name && (name is "timer" or "docservice-segments" || name.StartsWith("docservice-file", StringComparison.Ordinal));

    public override string ToString() => $"{Error} {Kind}{(Forever ? " for ever" : string.Empty)}";
}
