using System.Runtime.InteropServices;
using DocService.Storage.Io.Volumes;
using Microsoft.Win32.SafeHandles;

namespace DocService.Storage.Io.Posix;

/// <summary>An open directory on Linux; every name is resolved against its descriptor, never against a path.</summary>
internal sealed class PosixDirectory : IDirectory
{
    private const uint FileMode = 0x1A0; // 0640
    private const uint DirectoryMode = 0x1E8; // 0750

    // S_IFMT and its values (linux/stat.h).
    private const int KindMask = 0xF000;
    private const int KindDirectory = 0x4000;
    private const int KindFile = 0x8000;
    private const int KindLink = 0xA000;

    private readonly SafeFileHandle _handle;

    private PosixDirectory(SafeFileHandle handle, string path)
    {
        _handle = handle;
        Path = path;
    }

    public string Path { get; }

    /// <summary>Takes ownership of the descriptor; fails with ENOTDIR, and closes it, when it is not a directory.</summary>
    public static PosixDirectory Adopt(SafeFileHandle handle, string path)
    {
        var directory = new PosixDirectory(handle, path);
        if (directory.GetKind(string.Empty) == EntryKind.Directory)
        {
            return directory;
        }

        handle.Dispose();
        throw new FileSystemException(SystemCall.Open, path, Errno.ENOTDIR);
    }

    public IFile? TryOpen(string name, FileAccess access)
    {
        int mode = access == FileAccess.Read ? LibC.ReadOnly : LibC.ReadWrite;

        // O_NONBLOCK: a FIFO left under a document's name must not hang the reader; regular files ignore it.
        // O_NOATIME: to note the time of each read would dirty an inode for it.
        int descriptor = OpenAt(name, mode | LibC.NonBlocking | LibC.NoAccessTime, 0, out Errno error);
        if (descriptor < 0 && error == Errno.EPERM)
        {
            descriptor = OpenAt(name, mode | LibC.NonBlocking, 0, out error); // somebody else's file
        }

        if (descriptor >= 0)
        {
            return new PosixFile(new SafeFileHandle(descriptor, ownsHandle: true), this, name);
        }

        return error == Errno.ENOENT ? null : throw new FileSystemException(SystemCall.Open, PathOf(name), error);
    }

    public IFile Create(string name)
    {
        int descriptor = OpenAt(name, LibC.ReadWrite | LibC.Create | LibC.Exclusive, FileMode, out Errno error);
        return descriptor >= 0
            ? new PosixFile(new SafeFileHandle(descriptor, ownsHandle: true), this, name)
            : throw new FileSystemException(SystemCall.Open, PathOf(name), error);
    }

    public IDirectory? TryOpenDirectory(string name)
    {
        int descriptor = OpenAt(name, PosixFileSystem.OpenDirectoryFlags, 0, out Errno error);
        if (descriptor >= 0)
        {
            return Adopt(new SafeFileHandle(descriptor, ownsHandle: true), PathOf(name));
        }

        return error == Errno.ENOENT ? null : throw new FileSystemException(SystemCall.Open, PathOf(name), error);
    }

    public bool TryCreateDirectory(string name) =>
        Try(SystemCall.CreateDirectory, name, Errno.EEXIST, LibC.MakeDirectoryAt(_handle, name, DirectoryMode));

    public void Link(string name, IDirectory target, string newName) =>
        Check(SystemCall.Link, name, LibC.LinkAt(_handle, name, ((PosixDirectory)target)._handle, newName, 0));

    public void Rename(string name, IDirectory target, string newName) =>
        Check(SystemCall.Rename, name, LibC.RenameAt(_handle, name, ((PosixDirectory)target)._handle, newName));

    public bool TryUnlink(string name) =>
        Try(SystemCall.Unlink, name, Errno.ENOENT, LibC.UnlinkAt(_handle, name, 0));

    public bool TryRemoveDirectory(string name) =>
        Try(SystemCall.RemoveDirectory, name, Errno.ENOENT, LibC.UnlinkAt(_handle, name, LibC.AtRemoveDirectory));

    public EntryKind GetKind(string name)
    {
        if (!TryStat(name, LibC.StatxType, out LibC.StatxBuffer buffer, name.Length == 0 ? LibC.AtEmptyPath : 0))
        {
            return EntryKind.None;
        }

        return (buffer.Mode & KindMask) switch
        {
            KindFile => EntryKind.File,
            KindDirectory => EntryKind.Directory,
            KindLink => EntryKind.SymbolicLink,
            _ => EntryKind.Other,
        };
    }

    public FileStamp? TryGetStamp(string name) => TryStat(name, LibC.StatxStamp, out LibC.StatxBuffer buffer) ? buffer.Stamp : null;

    public FileState? TryGetState(string name) => TryStat(name, LibC.StatxState, out LibC.StatxBuffer buffer) ? buffer.State : null;

    public InodeIdentity? TryGetIdentity(string name) => TryStat(name, LibC.StatxIdentity, out LibC.StatxBuffer buffer) ? buffer.Identity : null;

    public IReadOnlyList<string> List(int most)
    {
        bool held = false;
        try
        {
            // By the descriptor: the directory may have been moved since it was opened.
            _handle.DangerousAddRef(ref held);
            var directory = new DirectoryInfo($"/proc/self/fd/{_handle.DangerousGetHandle()}");
            return [.. directory.EnumerateFileSystemInfos().Take(most).Select(entry => entry.Name)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The framework hides errno here; the two cases a user can mend are told apart.
            throw new FileSystemException(SystemCall.List, Path, exception is UnauthorizedAccessException ? Errno.EACCES : Errno.EIO);
        }
        finally
        {
            if (held)
            {
                _handle.DangerousRelease();
            }
        }
    }

    public void WriteBackVolume() => _ = LibC.SyncVolume(_handle);

    public void Sync() => Check(SystemCall.SyncDirectory, string.Empty, LibC.Sync(_handle));

    public IDisposable? TryLock(string name)
    {
        int descriptor = OpenAt(name, LibC.ReadWrite | LibC.Create | LibC.NonBlocking, FileMode, out Errno error);
        return descriptor >= 0
            ? PosixLock.TryTake(new SafeFileHandle(descriptor, ownsHandle: true), PathOf(name))
            : throw new FileSystemException(SystemCall.Open, PathOf(name), error);
    }

    public bool TryLock() => PosixLock.TryTakeOn(_handle, Path);

    public InodeIdentity GetIdentity()
    {
        LibC.StatxBuffer buffer;
        unsafe
        {
            Check(SystemCall.Stat, string.Empty, LibC.Stat(_handle, string.Empty, LibC.AtEmptyPath, LibC.StatxIdentity, &buffer));
        }

        return buffer.Identity;
    }

    public bool IsOpenInThisProcess(string name)
    {
        int descriptor = OpenAt(name, LibC.ReadOnly | LibC.NonBlocking, FileMode, out _);
        if (descriptor < 0)
        {
            return false;
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        return PosixLock.IsOpenOnceMore(handle);
    }

    public FreeSpace GetFreeSpace() => PosixVolume.GetFreeSpace(_handle, Path);

    public VolumeInfo GetVolumeInfo() => PosixVolume.GetInfo(_handle, Path);

    public void Dispose() => _handle.Dispose();

    private int OpenAt(string name, int flags, uint mode, out Errno error)
    {
        int descriptor;
        do
        {
            descriptor = LibC.OpenAt(_handle, name, flags | LibC.CloseOnExec | LibC.NoFollow, mode);
            error = (Errno)Marshal.GetLastPInvokeError();
        }
        while (descriptor < 0 && error == Errno.EINTR);
        return descriptor;
    }

    private void Check(SystemCall call, string name, int result)
    {
        if (result != 0)
        {
            throw new FileSystemException(call, PathOf(name), (Errno)Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Asks about an entry without following it; false when it does not exist.</summary>
    private bool TryStat(string name, uint mask, out LibC.StatxBuffer buffer, int flags = 0)
    {
        LibC.StatxBuffer asked;
        int result;
        unsafe
        {
            result = LibC.Stat(_handle, name, LibC.AtNoFollow | flags, mask, &asked);
        }

        buffer = asked;
        return Try(SystemCall.Stat, name, Errno.ENOENT, result);
    }

    private bool Try(SystemCall call, string name, Errno expected, int result)
    {
        if (result == 0)
        {
            return true;
        }

        var error = (Errno)Marshal.GetLastPInvokeError();
        return error == expected ? false : throw new FileSystemException(call, PathOf(name), error);
    }

    /// <summary>Absolute path of an entry, for messages.</summary>
    public string PathOf(string name) => name.Length == 0 ? Path : $"{Path}/{name}";
}
