using System.Runtime.InteropServices;

namespace DocService.Index.Rocks.Library;

/// <summary>Files, and their checksums as a whole.</summary>
internal static unsafe partial class RocksNative
{
    [LibraryImport(Library)]
    public static partial nint rocksdb_file_checksum_gen_crc32c_factory_create();

    [LibraryImport(Library)]
    public static partial void rocksdb_file_checksum_gen_factory_destroy(nint factory);

    [LibraryImport(Library)]
    public static partial void rocksdb_options_set_file_checksum_gen_factory(nint options, nint factory);

    [LibraryImport(Library)]
    public static partial nint rocksdb_livefiles_storage_info_options_create();

    [LibraryImport(Library)]
    public static partial void rocksdb_livefiles_storage_info_options_destroy(nint options);

    [LibraryImport(Library)]
    public static partial void rocksdb_livefiles_storage_info_options_set_include_checksum_info(nint options, byte value);

    [LibraryImport(Library)]
    public static partial void rocksdb_livefiles_storage_info_options_set_wal_size_for_flush(nint options, ulong bytes);

    [LibraryImport(Library)]
    public static partial nint rocksdb_get_livefiles_storage_info(nint database, nint options, out nint error);

    [LibraryImport(Library)]
    public static partial void rocksdb_livefiles_storage_info_destroy(nint files);

    [LibraryImport(Library)]
    public static partial nuint rocksdb_livefiles_storage_info_count(nint files);

    // Of one file. The texts live as long as the list.
    [LibraryImport(Library)]
    public static partial byte* rocksdb_livefiles_storage_info_relative_filename(nint files, nuint at);

    [LibraryImport(Library)]
    public static partial ulong rocksdb_livefiles_storage_info_size(nint files, nuint at);

    [LibraryImport(Library)]
    public static partial byte* rocksdb_livefiles_storage_info_file_checksum_func_name(nint files, nuint at);

    [LibraryImport(Library)]
    public static partial byte* rocksdb_livefiles_storage_info_file_checksum(nint files, nuint at);
}
