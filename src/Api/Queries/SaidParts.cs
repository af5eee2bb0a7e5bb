using System.Security.Cryptography;
using System.Text;

namespace DocService.Api.Queries;

/// <summary>A query as its client said it, part by part. For digests: two queries with the same parts are the same one.</summary>
internal sealed class SaidParts
{
    /// <summary>May change from page to page.</summary>
    private static readonly string[] Changeable = ["limit", "include", "count", "explain", "cursor"];

    private readonly SortedDictionary<string, byte[]> _parts = new(StringComparer.Ordinal);
    private byte[]? _pagesDigest; // a page with another behind it needs it twice

    public bool Has(string name) => _parts.ContainsKey(name);

    /// <summary>All parts are added before the first digest is taken.</summary>
    public void Add(string name, ReadOnlySpan<byte> text) => _parts.Add(name, text.ToArray());

    /// <summary>SHA-256 of everything that may not change from page to page.</summary>
    public ReadOnlySpan<byte> PagesDigest() => _pagesDigest ??= MakePagesDigest();

    /// <summary>Everything, piece by piece.</summary>
    public IEnumerable<byte[]> Pieces() => Pieces(_ => true);

    private byte[] MakePagesDigest()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (byte[] piece in Pieces(name => !Changeable.Contains(name)))
        {
            hash.AppendData(piece);
        }

        return hash.GetHashAndReset();
    }

    private IEnumerable<byte[]> Pieces(Func<string, bool> counts)
    {
        foreach ((string name, byte[] text) in _parts)
        {
            if (counts(name))
            {
                yield return Encoding.UTF8.GetBytes($"{name}={text.Length}:");
                yield return text;
            }
        }
    }
}
