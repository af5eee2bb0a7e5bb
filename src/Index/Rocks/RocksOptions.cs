using DocService.Index.Families;
using DocService.Index.Rocks.Library;

namespace DocService.Index.Rocks;

/// <summary>How the database is opened: everything that takes memory or disk is bounded here.</summary>
/// <remarks>
/// Owns: the native options, the cache and the budget of the write buffers. The database shares cache and budget, so they
/// outlive this. Thread: one.
/// </remarks>
internal sealed class RocksOptions : IDisposable
{
    /// <summary>Least memory with which the families' write buffers and the blocks of one read fit.</summary>
    public const long CacheBytesMin = 8L << 20;

    /// <summary>Files open at once; the library opens others in their place.</summary>
    private const int OpenFilesMax = 256;

    /// <summary>As the manual of the library suggests for SSDs; larger blocks compress better and cost more on each lookup.</summary>
    private const int BlockBytes = 16 * 1024;

    private const double BloomBitsPerKey = 10; // one lookup in a hundred of an absent key reads a block in vain

    /// <summary>Larger documents stand in files of their own kind: flushes do not copy them, and compactions do not write them again.</summary>
    private const ulong BlobBytesMin = 256 << 10;

    private const int NotCompressed = 0; // as rocksdb/c.h numbers them
    private const int Lz4 = 4;

    private const int LogFilesKept = 2;
    private const ulong LogFileBytesMax = 1 << 20;
    private const int WarnLevel = 2;
    private const int BytesPerSync = 1 << 20; // so that a large file is not written out all at once

    /// <summary>
    /// How old a file of the last level is before a snapshot that goes makes the library write it again. The library does so
    /// only to forget when each row came. Queries take snapshots all the time, so without this all rows were written twice.
    /// </summary>
    private static readonly TimeSpan LastLevelRest = TimeSpan.FromDays(7);

    private readonly nint _cache;
    private readonly nint _buffers;
    private readonly nint _checksums;
    private readonly List<nint> _tables = [];
    private readonly List<nint> _families = [];

    /// <param name="cacheBytes">Blocks and write buffers together.</param>
    public RocksOptions(long cacheBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cacheBytes, CacheBytesMin);
        WriteBufferBytes = cacheBytes / 2;
        _cache = RocksNative.rocksdb_cache_create_lru((nuint)cacheBytes);
        _buffers = RocksNative.rocksdb_write_buffer_manager_create_with_cache((nuint)WriteBufferBytes, _cache, 0);
        _checksums = RocksNative.rocksdb_file_checksum_gen_crc32c_factory_create();
        Database = RocksNative.rocksdb_options_create();
        SetDatabase(Database);
    }

    public nint Database { get; }

    /// <summary>The library flushes by itself when the write buffers are about to hold this.</summary>
    public long WriteBufferBytes { get; }

    /// <summary>Options of a family; they live as long as this.</summary>
    public nint Of(Family family)
    {
        nint table = RocksNative.rocksdb_block_based_options_create();
        _tables.Add(table);
        RocksNative.rocksdb_block_based_options_set_block_cache(table, _cache);
        RocksNative.rocksdb_block_based_options_set_block_size(table, (nuint)BlockBytes);
        RocksNative.rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1); // else they are counted nowhere
        RocksNative.rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(table, 1);
        RocksNative.rocksdb_block_based_options_set_filter_policy(table, RocksNative.rocksdb_filterpolicy_create_bloom_full(BloomBitsPerKey)); // the table owns it

        nint options = RocksNative.rocksdb_options_create();
        _families.Add(options);
        RocksNative.rocksdb_options_set_block_based_table_factory(options, table);
        RocksNative.rocksdb_options_set_compression(options, family == Family.Documents ? Lz4 : NotCompressed);
        RocksNative.rocksdb_options_set_write_buffer_size(options, (nuint)WriteBufferBytes); // all families share the budget
        RocksNative.rocksdb_options_set_bottommost_file_compaction_delay(options, (uint)LastLevelRest.TotalSeconds);
        if (family == Family.Documents)
        {
            RocksNative.rocksdb_options_set_enable_blob_files(options, 1);
            RocksNative.rocksdb_options_set_min_blob_size(options, BlobBytesMin);
            RocksNative.rocksdb_options_set_enable_blob_gc(options, 1);
        }

        return options;
    }

    public void Dispose()
    {
        _families.ForEach(RocksNative.rocksdb_options_destroy);
        _tables.ForEach(RocksNative.rocksdb_block_based_options_destroy);
        RocksNative.rocksdb_options_destroy(Database);
        RocksNative.rocksdb_file_checksum_gen_factory_destroy(_checksums); // the database has its own reference
        RocksNative.rocksdb_write_buffer_manager_destroy(_buffers);
        RocksNative.rocksdb_cache_destroy(_cache);
    }

    private void SetDatabase(nint options)
    {
        RocksNative.rocksdb_options_set_create_if_missing(options, 1);
        RocksNative.rocksdb_options_set_create_missing_column_families(options, 1);
        RocksNative.rocksdb_options_set_paranoid_checks(options, 1);
        RocksNative.rocksdb_options_set_atomic_flush(options, 1); // rows and the position after them, or neither
        RocksNative.rocksdb_options_set_avoid_flush_during_shutdown(options, 1); // flushing is the follower's decision
        RocksNative.rocksdb_options_set_file_checksum_gen_factory(options, _checksums); // of each file as a whole, for the scrub
        RocksNative.rocksdb_options_set_write_buffer_manager(options, _buffers);
        RocksNative.rocksdb_options_set_max_open_files(options, OpenFilesMax);
        RocksNative.rocksdb_options_set_max_file_opening_threads(options, 1); // its 16 are started for each column family, at every start: over a hundred threads
        RocksNative.rocksdb_options_set_bytes_per_sync(options, BytesPerSync);
        RocksNative.rocksdb_options_set_info_log_level(options, WarnLevel);
        RocksNative.rocksdb_options_set_keep_log_file_num(options, (nuint)LogFilesKept);
        RocksNative.rocksdb_options_set_max_log_file_size(options, (nuint)LogFileBytesMax);
        RocksNative.rocksdb_options_set_stats_dump_period_sec(options, 0);
        RocksNative.rocksdb_options_set_stats_persist_period_sec(options, 0);
    }
}
