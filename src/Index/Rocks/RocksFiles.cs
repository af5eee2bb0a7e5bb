using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DocService.Index.Rocks.Library;
using DocService.Storage.Followers;

namespace DocService.Index.Rocks;

/// <summary>The files in which the rows of a database stand, each with the checksum that the library noted when it wrote it.</summary>
internal static unsafe class RocksFiles
{
    private const string Crc32C = "FileChecksumCrc32c";

    /// <summary>Those that are used now and have a checksum: a file from before there were any has none until it is written anew.</summary>
    /// <param name="database">It stays open meanwhile. Nothing is flushed.</param>
    /// <exception cref="IndexFailedException">The library cannot tell.</exception>
    public static IReadOnlyList<CopyFile> List(nint database)
    {
        nint options = RocksNative.rocksdb_livefiles_storage_info_options_create();
        RocksNative.rocksdb_livefiles_storage_info_options_set_include_checksum_info(options, 1);
        RocksNative.rocksdb_livefiles_storage_info_options_set_wal_size_for_flush(options, ulong.MaxValue); // never
        nint files = RocksNative.rocksdb_get_livefiles_storage_info(database, options, out nint error);
        RocksNative.rocksdb_livefiles_storage_info_options_destroy(options);
        RocksError.ThrowIfAny(error, "its files were listed");
        try
        {
            var list = new List<CopyFile>();
            for (nuint at = 0; at < RocksNative.rocksdb_livefiles_storage_info_count(files); at++)
            {
                if (Text(RocksNative.rocksdb_livefiles_storage_info_file_checksum_func_name(files, at)) == Crc32C)
                {
                    // Four bytes, any of which may be 0: the C interface tells no length.
                    uint checksum = BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(RocksNative.rocksdb_livefiles_storage_info_file_checksum(files, at), sizeof(uint)));
                    string name = Text(RocksNative.rocksdb_livefiles_storage_info_relative_filename(files, at));
                    list.Add(new CopyFile(IndexOptions.DirectoryName, name, checked((long)RocksNative.rocksdb_livefiles_storage_info_size(files, at)), checksum));
                }
            }

            return list;
        }
        finally
        {
            RocksNative.rocksdb_livefiles_storage_info_destroy(files);
        }
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? string.Empty;
}
