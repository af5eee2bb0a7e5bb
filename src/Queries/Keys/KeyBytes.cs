using System.Security.Cryptography;

namespace DocService.Queries.Keys;

/// <summary>The bounds of keys: how long they are, what stands for a longer one, and where keys with one beginning end.</summary>
public static class KeyBytes
{
    /// <summary>Of a key, in an index, a sort or a cursor.</summary>
    public const int Max = 512;

    /// <summary>Of a longer key so many bytes are kept in an index, and a digest of the whole: 512 together.</summary>
    public const int KeptBeforeDigest = Max - SHA256.HashSizeInBytes;

    /// <summary>The one key of a document that has too many. No other key begins with 0.</summary>
    public static ReadOnlySpan<byte> Overflow => [0x00];

    /// <summary>What stands in an index: the key itself, or its beginning and a digest. True when it was cut; then no order may be taken from it.</summary>
    public static bool Bound(KeyWriter key)
    {
        if (key.Length <= Max)
        {
            return false;
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key.Written, digest);
        key.Truncate(KeptBeforeDigest);
        key.Append(digest);
        return true;
    }

    /// <summary>SHA-256 of the whole key, before it is bounded: what <c>unique</c> compares.</summary>
    public static byte[] Digest(KeyWriter key) => SHA256.HashData(key.Written);

    /// <summary>The first key behind all keys that begin with <paramref name="prefix"/>; empty where nothing can come behind them.</summary>
    public static byte[] Behind(ReadOnlySpan<byte> prefix)
    {
        int last = prefix.LastIndexOfAnyExcept((byte)0xFF);
        byte[] behind = prefix[..(last + 1)].ToArray();
        if (last >= 0)
        {
            behind[last]++;
        }

        return behind;
    }
}
