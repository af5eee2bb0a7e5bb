using DocService.Storage.Model;

namespace DocService.Index.Rows;

/// <summary>
/// Version and id, in the order of versions: the documents of one commit share its version. Key of the feed's rows and of
/// tombstones; with a moment in place of the version, of documents that expire.
/// </summary>
internal static class FeedKey
{
    public const int BytesMax = VersionKey.Bytes + DocumentKey.BytesMax;

    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, long version, ReadOnlySpan<byte> id)
    {
        VersionKey.Write(destination, version);
        id.CopyTo(destination[VersionKey.Bytes..]);
        return VersionKey.Bytes + id.Length;
    }

    /// <exception cref="IndexFailedException">It is none.</exception>
    public static long Read(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> id)
    {
        if (key.Length <= VersionKey.Bytes)
        {
            throw new IndexFailedException("A row of the feed is not one that the index has written.");
        }

        id = key[VersionKey.Bytes..];
        return VersionKey.Read(key[..VersionKey.Bytes]);
    }
}
