using System.Buffers;

namespace DocService.Storage.Memory;

/// <summary>Buffers for bodies, large and small. Each is given back at most once, by the one who holds it.</summary>
/// <remarks>
/// Small ones come from the shared pool. Large ones do not: it rounds 16 MiB and a header up to 32 MiB, and keeps an array of
/// each size for each thread and processor, which after a burst was 2 GiB for good.
/// </remarks>
public static class BodyBuffers
{
    /// <summary>The largest array that the shared pool keeps: of this size and below it holds some tens of MiB at most.</summary>
    private const int SharedBytesMax = 256 * 1024;

    /// <summary>Part of the memory that the process may use.</summary>
    private const int KeptShare = 16;
    private const long KeptBytesMax = 64L << 20;

    private static readonly LargeBuffers Large = new(
        Math.Min(KeptBytesMax, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / KeptShare),
        TimeProvider.System,
        static () => GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true));

    /// <summary>At least so many bytes, with anything in them.</summary>
    /// <exception cref="OutOfMemoryException">There is no memory; nothing has been taken.</exception>
    public static byte[] Rent(int bytes) => bytes <= SharedBytesMax ? ArrayPool<byte>.Shared.Rent(bytes) : Large.Rent(bytes);

    /// <summary>Never fails: where there is no memory to note the buffer, it is left to the collector.</summary>
    public static void Return(byte[] buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        try
        {
            if (buffer.Length > SharedBytesMax)
            {
                Large.Return(buffer);
            }
            else if (buffer.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        catch (OutOfMemoryException)
        {
            // The journal's thread gives buffers back too, between a write and its acknowledgement.
        }
    }
}
