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

    /// <summary>Everything.</summary>
    public void AppendTo(IncrementalHash hash) => Append(hash, _ => true);

    private byte[] MakePagesDigest()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, name => !Changeable.Contains(name));
        return hash.GetHashAndReset();
    }

    private void Append(IncrementalHash hash, Func<string, bool> counts)
    {
        foreach ((string name, byte[] text) in _parts)
        {
            if (counts(name))
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{name}={text.Length}:"));
                hash.AppendData(text);
            }
        }
    }
}
