using System.Runtime.InteropServices;
using DocService.Index.Families;
using DocService.Index.Rocks.Library;

namespace DocService.Index.Rocks;

/// <summary>A RocksDB database without a write-ahead log: after a crash it stands at its last flush, all families alike.</summary>
/// <remarks>
/// Owns: the native database. It is freed when the last user has gone, because a read of a freed one ends the process.
/// Thread: the owner's; <see cref="TakeSnapshot"/> and what is done with snapshots: any.
/// Invariants: each snapshot is a use, and the owner is one until <see cref="Close"/>. After that every call throws
/// <see cref="IndexClosedException"/>. Whoever takes a snapshot after <see cref="Write"/> has returned sees what it wrote: the
/// moment that snapshots share is forgotten before that.
/// On failure: every native error is an <see cref="IndexFailedException"/>, and the caller gives the index up.
/// </remarks>
internal sealed unsafe class RocksDatabase
{
    private readonly Lock _using = new();
    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly nint _database;
    private readonly nint[] _families;
    private readonly nint _writeOptions;
    private readonly nint _flushOptions;
    private readonly nint _readOptions;
    private int _uses = 1; // the owner's, until Close
    private RocksMoment? _newest; // it is a use; null where nobody has read since the last write
    private volatile bool _isClosed;

    private RocksDatabase(nint database, nint[] families)
    {
        _database = database;
        _families = families;
        _writeOptions = RocksNative.rocksdb_writeoptions_create();
        RocksNative.rocksdb_writeoptions_disable_WAL(_writeOptions, 1);
        _flushOptions = RocksNative.rocksdb_flushoptions_create();
        RocksNative.rocksdb_flushoptions_set_wait(_flushOptions, 1);
        _readOptions = RocksNative.rocksdb_readoptions_create();
        RocksNative.rocksdb_readoptions_set_verify_checksums(_readOptions, 1);
    }

    private static string NameOf(Family family) => family == Family.State ? "default" : family.ToString();

    /// <summary>Completes when the native database is gone and its directory may be opened again.</summary>
    public Task Freed => _freed.Task;

    internal nint Handle => _database;

    /// <summary>Opens the directory, which is made when it is missing; its parent must be there.</summary>
    /// <exception cref="IndexFailedException">It is damaged, in use, or cannot be read.</exception>
    public static RocksDatabase Open(string directory, long cacheBytes)
    {
        NativeAllocation.GiveLargeBack();
        using var options = new RocksOptions(cacheBytes);
        return Open(options, directory, isForReading: false);
    }

    /// <summary>Opens what is there for reading alone, and changes nothing in it.</summary>
    /// <param name="directory">Of the database; nobody may be writing it.</param>
    /// <param name="logDirectory">Where the library writes what it tells of itself.</param>
    /// <exception cref="IndexFailedException">It is damaged or cannot be read.</exception>
    public static RocksDatabase OpenForReading(string directory, string logDirectory)
    {
        using var options = new RocksOptions(RocksOptions.CacheBytesMin);
        RocksNative.rocksdb_options_set_db_log_dir(options.Database, logDirectory);
        return Open(options, directory, isForReading: true);
    }

    private static RocksDatabase Open(RocksOptions options, string directory, bool isForReading)
    {
        Family[] all = Enum.GetValues<Family>();
        nint[] families = new nint[all.Length];
        nint[] each = [.. all.Select(options.Of)];
        nint[] names = [.. all.Select(family => Marshal.StringToCoTaskMemUTF8(NameOf(family)))];
        try
        {
            fixed (nint* optionsOf = each, handles = families, namesOf = names)
            {
                nint database = isForReading
                    ? RocksNative.rocksdb_open_for_read_only_column_families(options.Database, directory, all.Length, namesOf, optionsOf, handles, 0, out nint error)
                    : RocksNative.rocksdb_open_column_families(options.Database, directory, all.Length, namesOf, optionsOf, handles, out error);
                RocksError.ThrowIfAny(error, "it was opened");
                return new RocksDatabase(database, families);
            }
        }
        finally
        {
            Array.ForEach(names, Marshal.FreeCoTaskMem);
        }
    }

    /// <summary>Writes all of the batch, or nothing. Not durable before <see cref="Flush"/>.</summary>
    public void Write(RocksBatch batch)
    {
        ThrowIfClosed();
        RocksNative.rocksdb_write(_database, _writeOptions, batch.Handle, out nint error);
        RocksError.ThrowIfAny(error, "a batch was written");
        ForgetMoment();
    }

    /// <summary>What was written before is durable when this returns. Blocks for the disk.</summary>
    public void Flush()
    {
        ThrowIfClosed();
        nint error;
        fixed (nint* families = _families)
        {
            RocksNative.rocksdb_flush_cfs(_database, _flushOptions, families, _families.Length, out error);
        }

        RocksError.ThrowIfAny(error, "it was flushed");
    }

    /// <summary>The newest value of the key, without a snapshot. Dispose it before <see cref="Close"/>.</summary>
    public RocksValue Read(Family family, ReadOnlySpan<byte> key)
    {
        ThrowIfClosed();
        return RocksValue.Read(_database, _readOptions, _families[(int)family], key);
    }

    /// <summary>What has been written until now, however long it is kept. Dispose it.</summary>
    /// <remarks>Those that are taken between two writes share one moment: making one of them costs the library's own lock.</remarks>
    /// <exception cref="IndexClosedException">It was closed.</exception>
    public RocksSnapshot TakeSnapshot()
    {
        lock (_using)
        {
            ThrowIfClosed();
            if (_newest is null)
            {
                _newest = new RocksMoment(_database);
                _uses++;
            }

            _newest.Users++;
            return new RocksSnapshot(this, _newest);
        }
    }

    /// <summary>No new call is let in. The native database goes with the last snapshot.</summary>
    public void Close()
    {
        lock (_using)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
        }

        ForgetMoment();
        Leave();
    }

    /// <exception cref="IndexClosedException">It was closed: whoever holds a snapshot shall dispose it.</exception>
    internal void ThrowIfClosed()
    {
        if (_isClosed)
        {
            throw new IndexClosedException();
        }
    }

    internal nint HandleOf(Family family) => _families[(int)family];

    /// <summary>One user of the moment less.</summary>
    internal void Leave(RocksMoment moment)
    {
        lock (_using)
        {
            if (--moment.Users > 0)
            {
                return;
            }
        }

        moment.Free();
        Leave();
    }

    private void ForgetMoment()
    {
        RocksMoment? old;
        lock (_using)
        {
            old = _newest;
            _newest = null;
        }

        if (old is not null)
        {
            Leave(old);
        }
    }

    private void Leave()
    {
        lock (_using)
        {
            if (--_uses > 0)
            {
                return;
            }
        }

        foreach (nint family in _families)
        {
            RocksNative.rocksdb_column_family_handle_destroy(family);
        }

        RocksNative.rocksdb_close(_database); // waits for flushes and compactions that run
        RocksNative.rocksdb_writeoptions_destroy(_writeOptions);
        RocksNative.rocksdb_flushoptions_destroy(_flushOptions);
        RocksNative.rocksdb_readoptions_destroy(_readOptions);
        _freed.SetResult();
    }
}
