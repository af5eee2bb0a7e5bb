using DocService.Index.Rocks.Library;

namespace DocService.Index.Rocks;

/// <summary>A value as it stands in the library's memory. Dispose it once, before its snapshot.</summary>
internal readonly unsafe struct RocksValue : IDisposable
{
    private readonly nint _slice;
    private readonly byte* _start;
    private readonly int _length;

    private RocksValue(nint slice)
    {
        _slice = slice;
        if (slice != 0)
        {
            _start = (byte*)RocksNative.rocksdb_pinnableslice_value(slice, out nuint length);
            _length = checked((int)length);
        }
    }

    public bool IsFound => _slice != 0;

    /// <summary>Empty where nothing was found.</summary>
    public ReadOnlySpan<byte> Bytes => new(_start, _length);

    /// <exception cref="IndexFailedException">A block is damaged or cannot be read.</exception>
    public static RocksValue Read(nint database, nint options, nint family, ReadOnlySpan<byte> key)
    {
        fixed (byte* start = key)
        {
            nint slice = RocksNative.rocksdb_get_pinned_cf(database, options, family, start, (nuint)key.Length, out nint error);
            RocksError.ThrowIfAny(error, "a row was read");
            return new RocksValue(slice);
        }
    }

    public void Dispose()
    {
        if (_slice != 0)
        {
            RocksNative.rocksdb_pinnableslice_destroy(_slice);
        }
    }
}
