using DocService.Index.Families;
using DocService.Index.Rocks.Library;

namespace DocService.Index.Rocks;

/// <summary>Writes that come into being together. Of several on one key the last counts.</summary>
/// <remarks>Owns: native memory. Thread: one at a time. Invariant: <see cref="Bytes"/> counts what was added since it was last cleared.</remarks>
internal sealed unsafe class RocksBatch(RocksDatabase database) : IDisposable
{
    /// <summary>The library keeps the memory of a cleared batch; of one that was larger it is given back.</summary>
    private const long KeptBytesMax = 8L << 20;

    private nint _handle = RocksNative.rocksdb_writebatch_create();

    public long Bytes { get; private set; }

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle == 0, this);
            return _handle;
        }
    }

    public void Put(Family family, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        fixed (byte* keyStart = key, valueStart = value)
        {
            RocksNative.rocksdb_writebatch_put_cf(Handle, database.HandleOf(family), keyStart, (nuint)key.Length, valueStart, (nuint)value.Length);
        }

        Bytes += key.Length + value.Length;
    }

    public void Delete(Family family, ReadOnlySpan<byte> key)
    {
        fixed (byte* start = key)
        {
            RocksNative.rocksdb_writebatch_delete_cf(Handle, database.HandleOf(family), start, (nuint)key.Length);
        }

        Bytes += key.Length;
    }

    /// <summary>All keys from one up to another, however many there are.</summary>
    public void DeleteRange(Family family, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        fixed (byte* start = from, end = to)
        {
            RocksNative.rocksdb_writebatch_delete_range_cf(Handle, database.HandleOf(family), start, (nuint)from.Length, end, (nuint)to.Length);
        }

        Bytes += from.Length + to.Length;
    }

    public void Clear()
    {
        if (Bytes > KeptBytesMax)
        {
            RocksNative.rocksdb_writebatch_destroy(Handle);
            _handle = RocksNative.rocksdb_writebatch_create();
        }
        else
        {
            RocksNative.rocksdb_writebatch_clear(Handle);
        }

        Bytes = 0;
    }

    public void Dispose()
    {
        if (_handle != 0)
        {
            RocksNative.rocksdb_writebatch_destroy(_handle);
            _handle = 0;
        }
    }
}
