using System.Runtime.InteropServices;

namespace DocService.Index.Rocks.Library;

/// <summary>Settings of the C library's memory, which RocksDB takes its own from.</summary>
internal static partial class NativeAllocation
{
    private const int MmapThreshold = -3; // M_MMAP_THRESHOLD of malloc.h
    private const int LargeBytes = 1 << 20;

    /// <summary>
    /// Large allocations go back to the system when they are freed. Without this the C library raises its own limit to 32 MiB
    /// with the first of them, keeps what is freed, and splits it: 686 MiB stayed after documents of 16 MiB.
    /// </summary>
    public static void GiveLargeBack()
    {
        try
        {
            _ = SetOption(MmapThreshold, LargeBytes);
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library, which has other habits.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
