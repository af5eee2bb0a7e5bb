using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DocService.Storage.Io.Posix;

/// <summary>The real filesystem, on Linux.</summary>
internal sealed class PosixFileSystem : IFileSystem
{
    /// <summary>Directories open as read-only files: O_DIRECTORY has another value on other processors and is not needed.</summary>
    internal const int OpenDirectoryFlags = LibC.ReadOnly | LibC.CloseOnExec | LibC.NonBlocking;

    private const int HandlesOfOldSystems = 1024;

    private PosixFileSystem()
    {
    }

    public int HandlesMax
    {
        get
        {
            LibC.ResourceLimit limit;
            unsafe
            {
                return LibC.GetLimit(LibC.LimitOpenFiles, &limit) == 0 ? (int)Math.Min(limit.Current, int.MaxValue) : HandlesOfOldSystems;
            }
        }
    }

    /// <summary>
    /// Checks that the system-call binding tells the truth before anything depends on it: fsync of a descriptor that
    /// does not exist must fail with EBADF.
    /// </summary>
    /// <exception cref="PlatformNotSupportedException">Not Linux on x86-64 or arm64, or the binding does not work.</exception>
    public static PosixFileSystem Create()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
        {
            throw new PlatformNotSupportedException(
                $"DocService needs Linux on x64 or arm64 (also in WSL or a container); this is {RuntimeInformation.OSDescription} on {RuntimeInformation.ProcessArchitecture}.");
        }

        int result = LibC.SyncDescriptor(-1);
        var error = (Errno)Marshal.GetLastPInvokeError();
        if (result != -1 || error != Errno.EBADF)
        {
            throw new PlatformNotSupportedException(
                $"The C library's fsync does not report errors as expected (result {result}, errno {(int)error}); durability could not be kept.");
        }

        return new PosixFileSystem();
    }

    public InodeIdentity? TryGetIdentity(string absolutePath)
    {
        LibC.StatxBuffer buffer;
        int result;
        unsafe
        {
            result = LibC.Stat(LibC.Nowhere, absolutePath, 0, LibC.StatxIdentity, &buffer);
        }

        var error = (Errno)Marshal.GetLastPInvokeError();
        return result == 0 ? buffer.Identity : error is Errno.ENOENT ? null : throw new FileSystemException(SystemCall.Stat, absolutePath, error);
    }

    public IDirectory? TryOpenDirectory(string absolutePath)
    {
        int descriptor;
        Errno error;
        do
        {
            descriptor = LibC.Open(absolutePath, OpenDirectoryFlags, 0);
            error = (Errno)Marshal.GetLastPInvokeError();
        }
        while (descriptor < 0 && error == Errno.EINTR);

        if (descriptor >= 0)
        {
            return PosixDirectory.Adopt(new SafeFileHandle(descriptor, ownsHandle: true), absolutePath);
        }

        return error == Errno.ENOENT ? null : throw new FileSystemException(SystemCall.Open, absolutePath, error);
    }
}
