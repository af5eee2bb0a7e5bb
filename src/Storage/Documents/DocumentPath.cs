using System.Text;

namespace DocService.Storage.Documents;

/// <summary>The place of a document's file: its shard directory and its name there.</summary>
/// <remarks>
/// Names are injective (two ids never share one), also on filesystems that ignore case: only <c>[a-z0-9._-]</c> are kept;
/// every other byte becomes %XX, and so does a leading dot; an id too long for that keeps a prefix and ends in
/// <c>~</c> (which no escaped name contains) and the first 128 bits of its SHA-256, which nobody can make collide.
/// </remarks>
internal readonly record struct DocumentPath
{
    /// <summary>Number of shard directories: small directories for tools, few enough to sync at every start.</summary>
    public const int Shards = 256;

    /// <summary>Longest file name in bytes: below the 255 that filesystems allow, with room for a quarantine prefix.</summary>
    public const int NameBytesMax = 200;

    private const string Extension = ".json";
    private const int HashBytes = 16;

    private DocumentPath(int shard, string name)
    {
        Shard = shard;
        Name = name;
    }

    /// <summary>0 to 255: the first byte of the id's SHA-256, so <c>printf %s ID | sha256sum</c> finds it.</summary>
    public int Shard { get; }

    /// <summary>File name inside the shard directory; ASCII.</summary>
    public string Name { get; }

    /// <summary>Name of a shard directory: two lower-case hexadecimal digits.</summary>
    public static string ShardName(int shard) => shard.ToString("x2", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The shard of a document of which only the digest is known.</summary>
    public static int ShardOf(Sha256Digest document) => document.First;

    public static DocumentPath Of(DocumentKey key)
    {
        Span<byte> id = stackalloc byte[DocumentKey.BytesMax];
        id = id[..Encoding.UTF8.GetBytes(key.Id, id)];
        return new DocumentPath(ShardOf(key.Digest), FileName(id, key.Digest));
    }

    /// <summary>Whether a document's file may have that name. A temporary file's begins with a dot.</summary>
    public static bool IsName(string name) => !name.StartsWith('.') && name.EndsWith(Extension, StringComparison.Ordinal);

    /// <summary>Name of the file of a kept version, in the directory of versions that has the shard's number: the document's, a dot, and the version.</summary>
    public string OfVersion(long version) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Name}.{version}");

    /// <summary>Whether a kept version's file may have that name.</summary>
    public static bool IsVersionName(string name) =>
        name.LastIndexOf('.') is > 0 and var dot && IsName(name[..dot]) && name.Length > dot + 1 && name[dot + 1] != '0' && !name.AsSpan(dot + 1).ContainsAnyExceptInRange('0', '9');

    private static string FileName(ReadOnlySpan<byte> id, Sha256Digest digest)
    {
        Span<char> name = stackalloc char[NameBytesMax];
        int length = 0;
        int prefixEnd = 0; // where the name is cut if it turns out to be too long; never inside an escape
        int prefixMax = NameBytesMax - Extension.Length - 1 - (2 * HashBytes);
        foreach (byte value in id)
        {
            bool plain = IsPlain(value) && !(length == 0 && value == '.');
            int width = plain ? 1 : 3;
            if (length + width > NameBytesMax - Extension.Length)
            {
                return $"{name[..prefixEnd]}~{digest.ToString().AsSpan(0, 2 * HashBytes)}{Extension}";
            }

            if (plain)
            {
                name[length] = (char)value;
            }
            else
            {
                name[length] = '%';
                value.TryFormat(name[(length + 1)..], out _, "X2", System.Globalization.CultureInfo.InvariantCulture);
            }

            length += width;
            prefixEnd = length <= prefixMax ? length : prefixEnd;
        }

        return $"{name[..length]}{Extension}";
    }

    private static bool IsPlain(byte value) =>
        value is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'0' and <= (byte)'9') or (byte)'.' or (byte)'_' or (byte)'-';
}
