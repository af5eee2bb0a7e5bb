using DocService.Index.Rows;
using DocService.Storage.Model;

namespace DocService.Index.History;

/// <summary>Key of a document whose history has to be looked over: why, in one byte, then the id. Its value is a version, as <see cref="VersionKey"/> writes it.</summary>
internal static class DueKey
{
    public const int BytesMax = 1 + DocumentKey.BytesMax;

    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, DueReason reason, ReadOnlySpan<byte> id)
    {
        destination[0] = (byte)reason;
        id.CopyTo(destination[1..]);
        return 1 + id.Length;
    }

    /// <exception cref="IndexFailedException">It is none.</exception>
    public static DueReason Read(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> id)
    {
        if (key.Length < 2 || key[0] > (byte)DueReason.Erasure)
        {
            throw new IndexFailedException("A row of histories to look over is not one that the index has written.");
        }

        id = key[1..];
        return (DueReason)key[0];
    }
}
