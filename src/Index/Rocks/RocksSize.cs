using DocService.Index.Rocks.Library;

namespace DocService.Index.Rocks;

/// <summary>Asks the library how large a range is. It looks at its tables of contents only.</summary>
internal static unsafe class RocksSize
{
    private const byte FilesAndMemory = 3;

    public static long Measure(nint database, nint family, byte[] from, byte[] to)
    {
        fixed (byte* start = from, end = to)
        {
            nint first = (nint)start;
            nint last = (nint)end;
            nuint firstBytes = (nuint)from.Length;
            nuint lastBytes = (nuint)to.Length;
            ulong bytes = 0;
            RocksNative.rocksdb_approximate_sizes_cf_with_flags(
                database, family, 1, (nint)(&first), (nint)(&firstBytes), (nint)(&last), (nint)(&lastBytes), FilesAndMemory, (nint)(&bytes), out nint error);
            RocksError.ThrowIfAny(error, "a range was measured");
            return checked((long)bytes);
        }
    }
}
