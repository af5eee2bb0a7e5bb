using DocService.Index.Families;
using DocService.Index.Rocks.Library;
using DocService.Storage.Followers;

namespace DocService.Index.Rocks;

/// <summary>The database as it was at one moment.</summary>
/// <remarks>
/// Owns: a use of the moment, and so of the database. Thread: any, but for <see cref="Dispose"/>, which comes last.
/// Invariant: blocks are checked against their checksums whenever they come from the disk.
/// </remarks>
internal sealed class RocksSnapshot : IRowSnapshot
{
    private readonly RocksDatabase _database;
    private readonly RocksMoment _moment;
    private bool _isDisposed;

    /// <param name="database">Of which.</param>
    /// <param name="moment">It has counted this as a user.</param>
    public RocksSnapshot(RocksDatabase database, RocksMoment moment)
    {
        _database = database;
        _moment = moment;
    }

    /// <inheritdoc/>
    public T Once<T>(Func<T> read)
        where T : class => _moment.Once(read);

    /// <summary>The value of the key; dispose it before the snapshot.</summary>
    /// <exception cref="IndexClosedException">The database is being closed: dispose the snapshot.</exception>
    public RocksValue Read(Family family, ReadOnlySpan<byte> key)
    {
        ThrowIfUnusable();
        return RocksValue.Read(_database.Handle, _moment.Options, _database.HandleOf(family), key);
    }

    /// <summary>Reads keys from one up to another. Dispose it before the snapshot.</summary>
    /// <param name="family">Where.</param>
    /// <param name="from">The first key.</param>
    /// <param name="to">The first behind; empty where there is no end.</param>
    /// <param name="keepsCache">Everything is read once: it must not push out of the cache what is read often.</param>
    public RocksIterator Iterate(Family family, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, bool keepsCache = false)
    {
        ThrowIfUnusable();
        nint options = _moment.NewOptions();
        if (keepsCache)
        {
            RocksNative.rocksdb_readoptions_set_fill_cache(options, 0);
        }

        return new RocksIterator(_database, options, family, from, to);
    }

    RowCursor IRowSnapshot.Iterate(Family family, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, bool keepsCache) => Iterate(family, from, to, keepsCache);

    /// <inheritdoc/>
    public RowLookup Look(Family family) => new RocksLookup(this, family);

    /// <summary>About how many bytes the keys from one up to another take on the disk and in memory, as of now.</summary>
    public long MeasureBytes(Family family, byte[] from, byte[] to)
    {
        ThrowIfUnusable();
        return RocksSize.Measure(_database.Handle, _database.HandleOf(family), from, to);
    }

    /// <summary>The files in which the database stands now.</summary>
    public IReadOnlyList<CopyFile> ListFiles()
    {
        ThrowIfUnusable();
        return RocksFiles.List(_database.Handle);
    }

    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _database.Leave(_moment);
        }
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _database.ThrowIfClosed();
    }
}
