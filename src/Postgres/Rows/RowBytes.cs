using System.Text;

namespace DocService.Postgres.Rows;

/// <summary>Ids and digests as columns have them: BYTEA, because TEXT refuses the U+0000 of hidden ids.</summary>
internal static class RowBytes
{
    public static byte[] Of(DocumentKey key) => Encoding.UTF8.GetBytes(key.Id);

    public static byte[] Of(Sha256Digest digest)
    {
        byte[] bytes = new byte[Sha256Digest.Bytes];
        digest.CopyTo(bytes);
        return bytes;
    }
}
