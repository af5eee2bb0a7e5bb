using System.Text;
using DocService.Collections.Definitions;
using DocService.Queries;
using DocService.Queries.Indexes;
using DocService.Queries.Paths;

namespace DocService.Collections.Unique;

/// <summary>A value that a document takes in a unique index.</summary>
/// <param name="Index">The index.</param>
/// <param name="Key">As entries hold it.</param>
/// <param name="Digest">Of the whole key.</param>
/// <param name="Value">Stands for index and value together: what is locked, and what no two documents have.</param>
/// <param name="Places">Of each field, where its value stands in the body.</param>
internal sealed record UniqueClaim(CollectionIndex Index, byte[] Key, byte[] Digest, Sha256Digest Value, IReadOnlyList<Range> Places)
{
    /// <summary>What a lock on a value is taken by. No id of a document begins so.</summary>
    private static readonly byte[] Space = "\0values\0"u8.ToArray();

    /// <summary>The fields' JSON texts, for a message.</summary>
    public IReadOnlyList<string> TextIn(ReadOnlySpan<byte> body)
    {
        var texts = new List<string>();
        foreach (Range place in Places)
        {
            texts.Add(Encoding.UTF8.GetString(body[place]));
        }

        return texts;
    }

    public static UniqueClaim Of(CollectionIndex index, IndexEntries entries, UniqueKey key)
    {
        Span<byte> value = stackalloc byte[Space.Length + (2 * Sha256Digest.Bytes)];
        Space.CopyTo(value);
        index.Declared.Identity.CopyTo(value[Space.Length..]);
        key.Digest.CopyTo(value[(Space.Length + Sha256Digest.Bytes)..]);
        return new UniqueClaim(index, entries.Keys[key.Key], key.Digest, Sha256Digest.Of(value), key.Values);
    }
}
