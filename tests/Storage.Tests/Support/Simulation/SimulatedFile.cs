using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation;

/// <summary>An open file of a simulated volume. A directory opened for reading is one too, as on Linux, and fails at the first read.</summary>
/// <remarks>
/// Owns: one handle, which keeps the inode alive without names.
/// Thread: any.
/// Invariants: uses the file system only until disposed.
/// On failure: see <see cref="MountedVolume"/>; a failed sync makes what it was to save doubtful for good.
/// </remarks>
internal sealed class SimulatedFile(MountedVolume mounted, long number, string path, bool writable) : IFile
{
    private int _errorsSeen = mounted.SyncErrors_NeedsLock(number);
    private bool _disposed;

    public string Path { get; } = path;

    public long GetLength() => Run(new SimulatedCall(CallKind.GetLength, Path), _ => (Inode as FileInode)?.Current.Length ?? FileContent.PageBytes);

    public int Read(Span<byte> buffer, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var call = new SimulatedCall(CallKind.Read, Path) { Offset = offset, Length = buffer.Length };
        FileContent content = Run(call, _ => Inode switch
        {
            FileInode file => file.Current,
            DirectoryInode => throw call.Fail(Errno.EISDIR),
            _ => throw call.Fail(Errno.ESPIPE),
        });
        return content.Read(buffer, offset);
    }

    public int ReadSome(Span<byte> buffer, long offset) => Read(buffer, offset);

    public FileStamp GetStamp() => Run(new SimulatedCall(CallKind.GetStamp, Path), _ => StampOf(Inode));

    public FileState GetState() => Run(new SimulatedCall(CallKind.GetStamp, Path), _ => StateOf(Inode));

    /// <summary>No call: it is asked by the hundred, fails in no way of interest, and would only lengthen every log.</summary>
    public InodeIdentity GetIdentity()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new InodeIdentity((ulong)number, 0, 0);
    }

    public static InodeIdentity IdentityOf(Inode inode) => new((ulong)inode.Number, 0, 0);

    /// <summary>Nothing but bytes is ever changed here.</summary>
    public static FileState StateOf(Inode inode) => new(StampOf(inode), 0, 0);

    /// <summary>The bytes stand for the time at which they were written.</summary>
    public static FileStamp StampOf(Inode inode) =>
        inode is FileInode file ? new FileStamp((ulong)file.Number, file.Current.Length, unchecked((long)file.Current.Hash()), 0) : new FileStamp((ulong)inode.Number, 0, 0, 0);

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var call = new SimulatedCall(CallKind.Write, Path) { Offset = offset, Length = bytes.Length };
        byte[] copy = bytes.ToArray();
        _ = Run(
            call,
            _ => Write_NeedsLock(call, copy, offset),
            fault => _ = fault.Kind == FaultKind.ShortWrite ? Write_NeedsLock(call, copy.AsSpan(0, copy.Length / 2), offset) : 0);
    }

    public void SyncData() => Sync(CallKind.SyncData);

    public void Sync() => Sync(CallKind.Sync);

    public void DropCache() => Run(new SimulatedCall(CallKind.DropCache, Path), _ => 0);

    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _disposed, true))
        {
            mounted.Close(number, Path);
        }
    }

    private Inode Inode => mounted.Volume_NeedsLock.Inodes[number];

    private void Sync(CallKind kind)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        mounted.Sync(new SimulatedCall(kind, Path), number, ref _errorsSeen);
    }

    private int Write_NeedsLock(SimulatedCall call, ReadOnlySpan<byte> bytes, long offset)
    {
        if (!writable)
        {
            throw call.Fail(Errno.EBADF);
        }

        if (bytes.IsEmpty)
        {
            return 0;
        }

        Volume volume = mounted.Volume_NeedsLock;
        FileInode file = volume.File(number);
        var outcome = file.Current.Write(bytes, offset, volume.NextOrdinal, volume.FreeBlocks);
        mounted.Replace_NeedsLock(volume.With(file.With(outcome)) with { NextOrdinal = volume.NextOrdinal + 1 });

        // As on Linux the bytes that found room stay written.
        return outcome.Count == bytes.Length ? outcome.Count : throw call.Fail(Errno.ENOSPC);
    }

    private T Run<T>(SimulatedCall call, Func<SimulatedCall, T> effect, Action<Fault>? failure = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return mounted.Run(call, effect, failure);
    }
}
