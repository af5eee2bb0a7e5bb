using RocksDbSharp;

namespace DocService.Index.Rocks;

/// <summary>The database as it was at one moment.</summary>
/// <remarks>
/// Owns: a use of the database, and native read options. Thread: any, but for <see cref="Dispose"/>, which comes once and last.
/// Invariant: blocks are checked against their checksums whenever they come from the disk.
/// </remarks>
internal sealed class RocksSnapshot : IDisposable
{
    private readonly RocksDatabase _database;
    private readonly nint _snapshot;
    private nint _options;

    /// <param name="database">Of which; it has counted this as a use.</param>
    public RocksSnapshot(RocksDatabase database)
    {
        _database = database;
        _snapshot = Native.Instance.rocksdb_create_snapshot(database.Handle);
        _options = NewOptions();
    }

    /// <summary>The value of the key; dispose it before the snapshot.</summary>
    /// <exception cref="IndexClosedException">The database is being closed: dispose the snapshot.</exception>
    public RocksValue Read(Family family, ReadOnlySpan<byte> key)
    {
        ThrowIfUnusable();
        return RocksValue.Read(_database.Handle, _options, _database.HandleOf(family), key);
    }

    /// <summary>Reads keys from one up to another. Dispose it before the snapshot.</summary>
    /// <param name="family">Where.</param>
    /// <param name="from">The first key.</param>
    /// <param name="to">The first behind; empty where there is no end.</param>
    public RocksIterator Iterate(Family family, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        ThrowIfUnusable();
        return new RocksIterator(_database, NewOptions(), family, from, to);
    }

    /// <summary>About how many bytes the keys from one up to another take on the disk and in memory, as of now.</summary>
    public long MeasureBytes(Family family, byte[] from, byte[] to)
    {
        ThrowIfUnusable();
        return RocksSize.Measure(_database.Handle, _database.HandleOf(family), from, to);
    }

    public void Dispose()
    {
        if (_options == 0)
        {
            return;
        }

        Native.Instance.rocksdb_readoptions_destroy(_options);
        _options = 0;
        Native.Instance.rocksdb_release_snapshot(_database.Handle, _snapshot);
        _database.Leave();
    }

    private nint NewOptions()
    {
        nint options = Native.Instance.rocksdb_readoptions_create();
        Native.Instance.rocksdb_readoptions_set_verify_checksums(options, 1);
        Native.Instance.rocksdb_readoptions_set_snapshot(options, _snapshot);
        return options;
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_options == 0, this);
        _database.ThrowIfClosed();
    }
}
