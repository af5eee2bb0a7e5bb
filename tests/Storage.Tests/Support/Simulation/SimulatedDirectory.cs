using DocService.Storage.Io;
using DocService.Storage.Io.Volumes;

namespace DocService.Storage.Tests.Support.Simulation;

/// <summary>An open directory of a simulated volume.</summary>
/// <remarks>
/// Owns: one handle.
/// Thread: any.
/// Invariants: follows the directory, not its name, when that is renamed.
/// On failure: see <see cref="MountedVolume"/>; a failed sync makes what it was to save doubtful for good.
/// </remarks>
internal sealed class SimulatedDirectory(MountedVolume mounted, long number, string path) : IDirectory
{
    private int _errorsSeen = mounted.SyncErrors_NeedsLock(number);
    private bool _disposed;
    private bool _isLocked;

    public string Path { get; } = path;

    public IFile? TryOpen(string name, FileAccess access) => Run<IFile?>(CallKind.Open, name, call =>
    {
        EntryOperations.CheckName(call, name);
        bool writable = access != FileAccess.Read;
        return Volume.Find(number, name) switch
        {
            null => null,
            SpecialInode { Target: not null } => throw call.Fail(Errno.ELOOP),
            DirectoryInode when writable => throw call.Fail(Errno.EISDIR),
            Inode inode => mounted.OpenFile_NeedsLock(inode.Number, call.Path, writable),
        };
    });

    public IFile Create(string name) => Run<IFile>(CallKind.Create, name, call =>
    {
        EntryOperations.CheckName(call, name);
        return Volume.Find(number, name) is null
            ? mounted.OpenFile_NeedsLock(AddFile(call, name), call.Path, writable: true)
            : throw call.Fail(Errno.EEXIST);
    });

    public IDirectory? TryOpenDirectory(string name) => Run<IDirectory?>(CallKind.OpenDirectory, name, call =>
    {
        EntryOperations.CheckName(call, name);
        return Volume.Find(number, name) switch
        {
            null => null,
            DirectoryInode directory => mounted.OpenDirectory_NeedsLock(directory.Number, call.Path),
            SpecialInode { Target: not null } => throw call.Fail(Errno.ELOOP),
            _ => throw call.Fail(Errno.ENOTDIR),
        };
    });

    public bool TryCreateDirectory(string name) => Run(CallKind.CreateDirectory, name, call =>
    {
        EntryOperations.CheckName(call, name);
        if (Volume.Find(number, name) is not null)
        {
            return false;
        }

        mounted.Replace_NeedsLock(Volume.Add(call, number, name, new DirectoryInode { Number = Volume.NextNumber }));
        return true;
    });

    public void Link(string name, IDirectory target, string newName) => Run(CallKind.Link, name, target, newName, (call, other) =>
        mounted.Replace_NeedsLock(Volume.Link(call, number, name, other, newName)));

    public void Rename(string name, IDirectory target, string newName) => Run(CallKind.Rename, name, target, newName, (call, other) =>
        mounted.Replace_NeedsLock(Volume.Rename(call, number, name, other, newName, mounted.IsOpen_NeedsLock)));

    public bool TryUnlink(string name) => Run(CallKind.Unlink, name, call =>
    {
        EntryOperations.CheckName(call, name);
        if (Volume.Find(number, name) is null)
        {
            return false;
        }

        mounted.Replace_NeedsLock(Volume.Unlink(call, number, name, mounted.IsOpen_NeedsLock));
        return true;
    });

    public bool TryRemoveDirectory(string name) => Run(CallKind.Unlink, name, call =>
    {
        EntryOperations.CheckName(call, name);
        if (Volume.Find(number, name) is null)
        {
            return false;
        }

        mounted.Replace_NeedsLock(Volume.RemoveDirectory(call, number, name, mounted.IsOpen_NeedsLock));
        return true;
    });

    public EntryKind GetKind(string name) => Run(CallKind.GetKind, name, call =>
    {
        if (name.Length == 0)
        {
            return EntryKind.Directory;
        }

        EntryOperations.CheckName(call, name);
        return Volume.Find(number, name)?.Kind ?? EntryKind.None;
    });

    public FileStamp? TryGetStamp(string name) => Run<FileStamp?>(CallKind.GetStamp, name, call =>
    {
        EntryOperations.CheckName(call, name);
        return Volume.Find(number, name) is { } inode ? SimulatedFile.StampOf(inode) : null;
    });

    public FileState? TryGetState(string name) => Run<FileState?>(CallKind.GetStamp, name, call =>
    {
        EntryOperations.CheckName(call, name);
        return Volume.Find(number, name) is { } inode ? SimulatedFile.StateOf(inode) : null;
    });

    public InodeIdentity? TryGetIdentity(string name)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return mounted.Snapshot().Find(number, name) is { } inode ? SimulatedFile.IdentityOf(inode) : null;
    }

    public IReadOnlyList<string> List(int most) =>
        Run<IReadOnlyList<string>>(CallKind.List, string.Empty, _ => [.. Volume.Directory(number).Current.Keys.Take(most)]);

    public void WriteBackVolume() => Run(CallKind.WriteBackVolume, string.Empty, _ => 0);

    public void Sync()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        mounted.Sync(new SimulatedCall(CallKind.SyncDirectory, Path), number, ref _errorsSeen);
    }

    public IDisposable? TryLock(string name) => Run<IDisposable?>(CallKind.Lock, name, call =>
    {
        EntryOperations.CheckName(call, name);
        long file = Volume.Find(number, name) switch
        {
            null => AddFile(call, name),
            SpecialInode { Target: not null } => throw call.Fail(Errno.ELOOP),
            DirectoryInode => throw call.Fail(Errno.EISDIR),
            Inode inode => inode.Number,
        };
        return mounted.TryLock_NeedsLock(file, call.Path);
    });

    public bool TryLock() => Run(CallKind.Lock, string.Empty, _ => _isLocked = mounted.TryLockDirectory_NeedsLock(number));

    public InodeIdentity GetIdentity() => Run(CallKind.GetStamp, string.Empty, _ => new InodeIdentity((ulong)number, 0, 0));

    public FreeSpace GetFreeSpace() =>
        Run(CallKind.GetFreeSpace, string.Empty, _ => Volume.Settings.ToFreeSpace(Volume.UsedBlocks, Volume.UsedInodes));

    public VolumeInfo GetVolumeInfo() =>
        Run(CallKind.GetVolumeInfo, string.Empty, _ => Volume.Settings.ToInfo(Volume.UsedBlocks, Volume.UsedInodes));

    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _disposed, true))
        {
            mounted.Close(number, Path, _isLocked);
        }
    }

    private Volume Volume => mounted.Volume_NeedsLock;

    private long AddFile(SimulatedCall call, string name)
    {
        long file = Volume.NextNumber;
        mounted.Replace_NeedsLock(Volume.Add(call, number, name, new FileInode { Number = file }));
        return file;
    }

    private T Run<T>(CallKind kind, string name, Func<SimulatedCall, T> effect, Action<Fault>? failure = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return mounted.Run(new SimulatedCall(kind, Path, name), effect, failure);
    }

    private void Run(CallKind kind, string name, IDirectory target, string newName, Action<SimulatedCall, long> effect)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var other = (SimulatedDirectory)target;
        ObjectDisposedException.ThrowIf(other._disposed, other);
        var called = new SimulatedCall(kind, Path, name) { TargetPath = other.Full(newName) };
        _ = mounted.Run(called, call =>
        {
            EntryOperations.CheckName(call, name);
            EntryOperations.CheckName(call, newName);
            if (!other.IsOn(mounted))
            {
                throw call.Fail(Errno.EXDEV);
            }

            effect(call, other.Number);
            return 0;
        });
    }

    private long Number => number;

    private bool IsOn(MountedVolume volume) => ReferenceEquals(volume, mounted);

    private string Full(string name) => new SimulatedCall(CallKind.GetKind, Path, name).Path;
}
