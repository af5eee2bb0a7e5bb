using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DocService.Storage.Io.Posix;

/// <summary>
/// The C library's calls as they are. The framework's own wrappers are not used because its flush reports success
/// when fsync fails and its move falls back to copying (docs/durability.md, "Why our own system calls").
/// </summary>
/// <remarks>Linux on x86-64 and arm64. Every result is checked by the caller, errno by <see cref="Marshal.GetLastPInvokeError"/>.</remarks>
internal static unsafe partial class LibC
{
    private const string Library = "libc";

    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;

    /// <summary>O_NOATIME: for owners of the file alone, others are refused with EPERM.</summary>
    public const int NoAccessTime = 0x40000;

    /// <summary>O_NOFOLLOW is one of the flags whose value differs between processor families (asm/fcntl.h).</summary>
    public static readonly int NoFollow =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <summary>RLIMIT_NOFILE.</summary>
    public const int LimitOpenFiles = 7;

    public const int LockExclusive = 2;
    public const int LockNonBlocking = 4;
    public const int AdviseDontNeed = 4;

    /// <summary>AT_FDCWD: relative paths start at the process's directory; absolute ones do not ask.</summary>
    public static readonly SafeFileHandle Nowhere = new(-100, ownsHandle: false);

    /// <summary>AT_SYMLINK_NOFOLLOW.</summary>
    public const int AtNoFollow = 0x100;

    /// <summary>AT_REMOVEDIR.</summary>
    public const int AtRemoveDirectory = 0x200;

    /// <summary>STATX_TYPE.</summary>
    public const uint StatxType = 1;

    /// <summary>STATX_SIZE.</summary>
    public const uint StatxSize = 0x200;

    /// <summary>STATX_MTIME, STATX_INO and STATX_SIZE.</summary>
    public const uint StatxStamp = 0x40 | 0x100 | StatxSize;
    public const uint StatxState = StatxStamp | 0x80;

    /// <summary>STATX_INO and STATX_BTIME.</summary>
    public const uint StatxIdentity = 0x100 | 0x800;

    /// <summary>AT_EMPTY_PATH: the descriptor itself is meant.</summary>
    public const int AtEmptyPath = 0x1000;

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenAt(SafeFileHandle directory, string name, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectoryAt(SafeFileHandle directory, string name, uint mode);

    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int LinkAt(SafeFileHandle directory, string name, SafeFileHandle target, string newName, int flags);

    [LibraryImport(Library, EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt(SafeFileHandle directory, string name, SafeFileHandle target, string newName);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UnlinkAt(SafeFileHandle directory, string name, int flags);

    [LibraryImport(Library, EntryPoint = "pread", SetLastError = true)]
    public static partial nint Read(SafeFileHandle file, byte* buffer, nuint count, long offset);

    [LibraryImport(Library, EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint Write(SafeFileHandle file, byte* buffer, nuint count, long offset);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    public static partial int SyncDescriptor(int descriptor);

    [LibraryImport(Library, EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SyncData(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);

    /// <summary>Returns the error number itself.</summary>
    [LibraryImport(Library, EntryPoint = "posix_fadvise")]
    public static partial int Advise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport(Library, EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncVolume(SafeFileHandle directory);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Stat(SafeFileHandle directory, string name, int flags, uint mask, StatxBuffer* result);

    [LibraryImport(Library, EntryPoint = "fstatfs", SetLastError = true)]
    public static partial int StatVolume(SafeFileHandle directory, StatfsBuffer* result);

    [LibraryImport(Library, EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetLimit(int resource, ResourceLimit* result);

    /// <summary>struct rlimit on 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ResourceLimit
    {
        public ulong Current;
        public ulong Max;
    }

    /// <summary>struct statx (linux/stat.h): the same on every processor family, 256 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct StatxBuffer
    {
        /// <summary>What was found out of what was asked for.</summary>
        [FieldOffset(0)]
        public uint Mask;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(80)]
        public long BornSeconds;

        [FieldOffset(88)]
        public uint BornNanoseconds;

        [FieldOffset(96)]
        public long ChangedSeconds;

        [FieldOffset(104)]
        public uint ChangedNanoseconds;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;

        public readonly InodeIdentity Identity => (Mask & 0x800) != 0 ? new(Inode, BornSeconds, BornNanoseconds) : new(Inode, 0, 0);

        /// <summary>As the mount table writes it.</summary>
        public readonly string Device => $"{DeviceMajor}:{DeviceMinor}";

        public readonly FileState State => new(Stamp, ChangedSeconds, ChangedNanoseconds);

        public readonly FileStamp Stamp => new(Inode, checked((long)Size), ModifiedSeconds, ModifiedNanoseconds);
    }

    /// <summary>struct statfs on 64-bit Linux (asm-generic/statfs.h), 120 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 120)]
    public struct StatfsBuffer
    {
        [FieldOffset(0)]
        public long Type;

        [FieldOffset(8)]
        public long BlockBytes;

        [FieldOffset(16)]
        public ulong Blocks;

        [FieldOffset(32)]
        public ulong BlocksAvailable;

        [FieldOffset(40)]
        public ulong Files;

        [FieldOffset(48)]
        public ulong FilesFree;

        [FieldOffset(72)]
        public long FragmentBytes;
    }
}
