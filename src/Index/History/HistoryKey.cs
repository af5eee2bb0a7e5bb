using DocService.Index.Rows;
using DocService.Storage.Model;

namespace DocService.Index.History;

/// <summary>
/// Key of a version in a document's history: id, a byte 0, version. No id of a client has that byte, so the versions of one document
/// are one range, the oldest first.
/// </summary>
internal static class HistoryKey
{
    private const int AroundBytes = 1 + VersionKey.Bytes;

    public const int BytesMax = DocumentKey.BytesMax + AroundBytes;

    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, ReadOnlySpan<byte> id, long version)
    {
        id.CopyTo(destination);
        destination[id.Length] = 0;
        VersionKey.Write(destination[(id.Length + 1)..], version);
        return id.Length + AroundBytes;
    }

    /// <summary>The first key of the document's versions.</summary>
    public static byte[] From(ReadOnlySpan<byte> id) => [.. id, 0];

    /// <summary>The first key behind those of the document's versions below this one; null: behind all.</summary>
    public static byte[] To(ReadOnlySpan<byte> id, long? below)
    {
        if (below is not { } version)
        {
            return [.. id, 1];
        }

        byte[] key = new byte[id.Length + AroundBytes];
        Write(key, id, version);
        return key;
    }

    /// <exception cref="IndexFailedException">It is none.</exception>
    public static long Read(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> id)
    {
        if (key.Length <= AroundBytes || key[^AroundBytes] != 0)
        {
            throw new IndexFailedException("A row of a history is not one that the index has written.");
        }

        id = key[..^AroundBytes];
        return VersionKey.Read(key[^VersionKey.Bytes..]);
    }
}
