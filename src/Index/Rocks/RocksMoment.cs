using DocService.Index.Rocks.Library;

namespace DocService.Index.Rocks;

/// <summary>What the database held between two writes: all snapshots that are taken meanwhile share it.</summary>
/// <remarks>
/// Owns: the native snapshot, and native read options. Thread: <see cref="Users"/> under the lock of the database, which frees
/// this when the last has gone; the rest any.
/// </remarks>
internal sealed class RocksMoment
{
    private readonly nint _database;
    private readonly nint _snapshot;
    private object? _read;

    public RocksMoment(nint database)
    {
        _database = database;
        _snapshot = RocksNative.rocksdb_create_snapshot(database);
        Options = NewOptions();
    }

    /// <summary>Snapshots, and the database itself while it is the newest.</summary>
    public int Users { get; set; } = 1;

    /// <summary>For reads of single keys.</summary>
    public nint Options { get; }

    /// <summary>Options of their own, for an iterator's bounds.</summary>
    public nint NewOptions()
    {
        nint options = RocksNative.rocksdb_readoptions_create();
        RocksNative.rocksdb_readoptions_set_verify_checksums(options, 1);
        RocksNative.rocksdb_readoptions_set_snapshot(options, _snapshot);
        return options;
    }

    /// <summary>What all users read alike: whoever comes first reads it for the others.</summary>
    public T Once<T>(Func<T> read)
        where T : class => (T)(Volatile.Read(ref _read) ?? Interlocked.CompareExchange(ref _read, read(), null) ?? _read)!;

    public void Free()
    {
        RocksNative.rocksdb_readoptions_destroy(Options);
        RocksNative.rocksdb_release_snapshot(_database, _snapshot);
    }
}
