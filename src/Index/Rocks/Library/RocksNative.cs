using System.Runtime.InteropServices;

namespace DocService.Index.Rocks.Library;

/// <summary>
/// What is used of the library's C interface (rocksdb/c.h), under its own names. A wrapper that binds all of its thousand functions when the
/// first is called takes longer than the rest of a start.
/// </summary>
/// <remarks>Sizes are size_t, flags unsigned char. Where there is an error, it is a text that <see cref="rocksdb_free"/> frees.</remarks>
internal static unsafe partial class RocksNative
{
    private const string Library = "rocksdb";

    /// <summary>The library comes in two builds, for the C library of most systems and for musl.</summary>
    static RocksNative() => NativeLibrary.SetDllImportResolver(typeof(RocksNative).Assembly, static (name, assembly, path) =>
        name == Library && !NativeLibrary.TryLoad("librocksdb", assembly, path, out _) && NativeLibrary.TryLoad("librocksdb-musl", assembly, path, out nint musl) ? musl : 0);

    // The database.
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint rocksdb_open_column_families(nint options, string directory, int count, nint* names, nint* familyOptions, nint* families, out nint error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint rocksdb_open_for_read_only_column_families(nint options, string directory, int count, nint* names, nint* familyOptions, nint* families, byte failsOnLog, out nint error);

    [LibraryImport(Library)]
    public static partial void rocksdb_column_family_handle_destroy(nint family);

    [LibraryImport(Library)]
    public static partial void rocksdb_close(nint database);

    [LibraryImport(Library)]
    public static partial void rocksdb_write(nint database, nint options, nint batch, out nint error);

    [LibraryImport(Library)]
    public static partial void rocksdb_flush_cfs(nint database, nint options, nint* families, int count, out nint error);

    [LibraryImport(Library)]
    public static partial ulong rocksdb_get_latest_sequence_number(nint database);

    [LibraryImport(Library)]
    public static partial nint rocksdb_create_snapshot(nint database);

    [LibraryImport(Library)]
    public static partial void rocksdb_release_snapshot(nint database, nint snapshot);

    [LibraryImport(Library)]
    public static partial void rocksdb_approximate_sizes_cf_with_flags(nint database, nint family, int ranges, nint starts, nint startLengths, nint ends, nint endLengths, byte flags, nint sizes, out nint error);

    [LibraryImport(Library)]
    public static partial void rocksdb_free(nint memory);

    // Rows.
    [LibraryImport(Library)]
    public static partial nint rocksdb_get_pinned_cf(nint database, nint options, nint family, byte* key, nuint length, out nint error);

    [LibraryImport(Library)]
    public static partial nint rocksdb_pinnableslice_value(nint slice, out nuint length);

    [LibraryImport(Library)]
    public static partial void rocksdb_pinnableslice_destroy(nint slice);

    [LibraryImport(Library)]
    public static partial nint rocksdb_create_iterator_cf(nint database, nint options, nint family);

    [LibraryImport(Library)]
    public static partial void rocksdb_iter_destroy(nint iterator);

    [LibraryImport(Library)]
    public static partial byte rocksdb_iter_valid(nint iterator);

    [LibraryImport(Library)]
    public static partial void rocksdb_iter_seek_to_first(nint iterator);

    [LibraryImport(Library)]
    public static partial void rocksdb_iter_seek_to_last(nint iterator);

    [LibraryImport(Library)]
    public static partial void rocksdb_iter_seek(nint iterator, byte* key, nuint length);

    [LibraryImport(Library)]
    public static partial void rocksdb_iter_next(nint iterator);

    [LibraryImport(Library)]
    public static partial void rocksdb_iter_prev(nint iterator);

    [LibraryImport(Library)]
    public static partial nint rocksdb_iter_key(nint iterator, out nuint length);

    [LibraryImport(Library)]
    public static partial nint rocksdb_iter_value(nint iterator, out nuint length);

    [LibraryImport(Library)]
    public static partial void rocksdb_iter_get_error(nint iterator, out nint error);

    // Batches.
    [LibraryImport(Library)]
    public static partial nint rocksdb_writebatch_create();

    [LibraryImport(Library)]
    public static partial void rocksdb_writebatch_destroy(nint batch);

    [LibraryImport(Library)]
    public static partial void rocksdb_writebatch_clear(nint batch);

    [LibraryImport(Library)]
    public static partial void rocksdb_writebatch_put_cf(nint batch, nint family, byte* key, nuint keyLength, byte* value, nuint valueLength);

    [LibraryImport(Library)]
    public static partial void rocksdb_writebatch_delete_cf(nint batch, nint family, byte* key, nuint length);

    [LibraryImport(Library)]
    public static partial void rocksdb_writebatch_delete_range_cf(nint batch, nint family, byte* start, nuint startLength, byte* end, nuint endLength);
}
