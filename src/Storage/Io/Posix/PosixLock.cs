using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DocService.Storage.Io.Posix;

/// <summary>flock(2): one opening of a file or directory at a time has its lock, in this process or another, until it is closed.</summary>
internal static class PosixLock
{
    /// <summary>Takes ownership of the descriptor: what is returned holds the lock until it is disposed. Null when somebody else has it.</summary>
    public static IDisposable? TryTake(SafeFileHandle handle, string path)
    {
        bool isTaken = false;
        try
        {
            isTaken = TryTakeOn(handle, path);
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

    /// <summary>False when somebody else has it. It goes with the descriptor, which stays the caller's.</summary>
    public static bool TryTakeOn(SafeFileHandle handle, string path)
    {
        int result;
        Errno error;
        do
        {
            result = LibC.Lock(handle, LibC.LockExclusive | LibC.LockNonBlocking);
            error = (Errno)Marshal.GetLastPInvokeError();
        }
        while (result != 0 && error == Errno.EINTR);

        return result == 0 || (error == Errno.EAGAIN ? false : throw new FileSystemException(SystemCall.Lock, path, error));
    }

    /// <summary>Whether this process has the same file open by another descriptor too: then the holder of its lock may be this process.</summary>
    public static bool IsOpenOnceMore(SafeFileHandle handle)
    {
        const string Descriptors = "/proc/self/fd";
        string? path = new FileInfo($"{Descriptors}/{handle.DangerousGetHandle()}").LinkTarget; // as the kernel knows it, whatever links led here
        return path is not null && Directory.EnumerateFileSystemEntries(Descriptors).Count(entry => new FileInfo(entry).LinkTarget == path) > 1;
    }
}
