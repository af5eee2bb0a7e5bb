using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DocService.Proof.Crashes;

/// <summary>The few calls of the C library that the framework has not.</summary>
internal static partial class SystemCalls
{
    private const string Library = "libc";
    private const int TerminateSignal = 15;

    /// <summary>O_RDONLY | O_CLOEXEC.</summary>
    private const int OpenFlags = 0x80000;

    /// <summary>
    /// XFS_IOC_GOINGDOWN (xfs_fs.h) and EXT4_IOC_SHUTDOWN (linux/ext4.h): _IOR('X', 125, __u32).
    /// </summary>
    private const uint ShutdownRequest = 0x8004587D;

    /// <summary>XFS_FSOP_GOING_FLAGS_NOLOGFLUSH and EXT4_GOING_FLAGS_NOLOGFLUSH: not even the filesystem's own journal is written any more.</summary>
    private const uint NoLogFlush = 2;

    /// <summary>SIGTERM.</summary>
    public static void Terminate(int process) => _ = Kill(process, TerminateSignal);

    /// <summary>The filesystem stops as if its power had been cut: nothing reaches the device from now on.</summary>
    /// <exception cref="IOException">It does not know the request, or this process may not.</exception>
    public static void ShutDown(string mountPoint)
    {
        int descriptor = Open(mountPoint, OpenFlags);
        if (descriptor < 0)
        {
            throw new IOException($"open {mountPoint}: errno {Marshal.GetLastPInvokeError()}");
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        uint flags = NoLogFlush;
        if (Control(handle, ShutdownRequest, ref flags) != 0)
        {
            throw new IOException($"shutdown ioctl on {mountPoint}: errno {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport(Library, EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, nuint request, ref uint argument);
}
