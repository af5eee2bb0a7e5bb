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
        LibC.StatxBuffer buffer;
        int result;
        unsafe
        {
            result = LibC.Stat(_handle, name, LibC.AtNoFollow | (name.Length == 0 ? LibC.AtEmptyPath : 0), LibC.StatxType, &buffer);
        }

        if (!Try(SystemCall.Stat, name, Errno.ENOENT, result))
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

    public FileStamp? TryGetStamp(string name)
    {
        LibC.StatxBuffer buffer;
        int result;
        unsafe
        {
            result = LibC.Stat(_handle, name, LibC.AtNoFollow, LibC.StatxStamp, &buffer);
        }

        return Try(SystemCall.Stat, name, Errno.ENOENT, result) ? buffer.Stamp : null;
    }

    public FileState? TryGetState(string name)
    {
        LibC.StatxBuffer buffer;
        int result;
        unsafe
        {
            result = LibC.Stat(_handle, name, LibC.AtNoFollow, LibC.StatxState, &buffer);
        }

        return Try(SystemCall.Stat, name, Errno.ENOENT, result) ? buffer.State : null;
    }

    public InodeIdentity? TryGetIdentity(string name)
    {
        LibC.StatxBuffer buffer;
        int result;
        unsafe
        {
            result = LibC.Stat(_handle, name, LibC.AtNoFollow, LibC.StatxIdentity, &buffer);
        }

        return Try(SystemCall.Stat, name, Errno.ENOENT, result) ? buffer.Identity : null;
    }

    public IReadOnlyList<string> List()
    {
        bool held = false;
        try
        {
            // By the descriptor: the directory may have been moved since it was opened.
            _handle.DangerousAddRef(ref held);
            var directory = new DirectoryInfo($"/proc/self/fd/{_handle.DangerousGetHandle()}");
            return [.. directory.EnumerateFileSystemInfos().Select(entry => entry.Name)];
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
        int descriptor = OpenAt(name, LibC.ReadWrite | LibC.Create | LibC.NonBlocking, FileMode, out Errno openError);
        if (descriptor < 0)
        {
            throw new FileSystemException(SystemCall.Open, PathOf(name), openError);
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        bool isTaken = false;
        try
        {
            isTaken = TryLock(handle, name);
            return isTaken ? handle : null;
        }
        finally
        {
            if (!isTaken)
            {
                handle.Dispose();
            }
        }
    }

    public bool TryLock() => TryLock(_handle, string.Empty);

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
        const string Descriptors = "/proc/self/fd";
        string? path = new FileInfo($"{Descriptors}/{descriptor}").LinkTarget; // as the kernel knows it, whatever links led here
        return path is not null && Directory.EnumerateFileSystemEntries(Descriptors).Count(entry => new FileInfo(entry).LinkTarget == path) > 1;
    }

    public FreeSpace GetFreeSpace() => FreeOf(StatVolume());

    public VolumeInfo GetVolumeInfo()
    {
        LibC.StatfsBuffer volume = StatVolume();
        LibC.StatxBuffer file;
        unsafe
        {
            Check(SystemCall.Stat, string.Empty, LibC.Stat(_handle, string.Empty, LibC.AtEmptyPath, LibC.StatxType, &file));
        }

        IReadOnlyList<Mount> mounts = MountTable.Find(file.Device, Path, DeviceOf);
        return new VolumeInfo
        {
            Type = mounts.Count > 0 ? mounts[0].Type : $"0x{volume.Type:x}",
            Mounts = mounts,
            BlockBytes = checked((int)UnitOf(volume)),
            TotalBytes = Multiply(volume.Blocks, UnitOf(volume)),
            Free = FreeOf(volume),
        };
    }

    public void Dispose() => _handle.Dispose();

    private bool TryLock(SafeFileHandle handle, string name)
    {
        int result;
        Errno error;
        do
        {
            result = LibC.Lock(handle, LibC.LockExclusive | LibC.LockNonBlocking);
            error = (Errno)Marshal.GetLastPInvokeError();
        }
        while (result != 0 && error == Errno.EINTR);

        return result == 0 || (error == Errno.EAGAIN ? false : throw new FileSystemException(SystemCall.Lock, PathOf(name), error));
    }

    /// <summary>The device of any absolute path, as the mount table writes it; null when nothing is there for us.</summary>
    private string? DeviceOf(string path)
    {
        LibC.StatxBuffer buffer;
        unsafe
        {
            return LibC.Stat(_handle, path, 0, LibC.StatxType, &buffer) == 0 ? buffer.Device : null;
        }
    }

    private LibC.StatfsBuffer StatVolume()
    {
        LibC.StatfsBuffer volume;
        unsafe
        {
            Check(SystemCall.StatVolume, string.Empty, LibC.StatVolume(_handle, &volume));
        }

        return volume;
    }

    private static FreeSpace FreeOf(in LibC.StatfsBuffer volume) => new(
        Multiply(volume.BlocksAvailable, UnitOf(volume)),
        volume.Files == 0 ? long.MaxValue : Multiply(volume.FilesFree, 1));

    /// <summary>
    /// Blocks are counted in fragments (statvfs(3): f_frsize), which filesystems with large blocks for transfer, such as
    /// those of a network, have smaller; 0 where the filesystem does not say.
    /// </summary>
    private static long UnitOf(in LibC.StatfsBuffer volume) => volume.FragmentBytes > 0 ? volume.FragmentBytes : volume.BlockBytes;

    private static long Multiply(ulong count, long unit) => (long)UInt128.Min((UInt128)count * (ulong)unit, long.MaxValue);

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
