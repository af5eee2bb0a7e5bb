using DocService.Collections.Definitions;
using DocService.Queries;
using DocService.Queries.Indexes;
using DocService.Queries.Paths;

namespace DocService.Collections.Unique;

/// <summary>What a put takes in the unique indexes of its collection. Immutable.</summary>
internal sealed class UniqueClaims
{
    /// <summary>Asked for by neither fields nor filter of a unique index.</summary>
    private static readonly DocumentFacts NoFacts = new()
    {
        Id = default,
        Version = 0,
        Created = default,
        Modified = default,
        Length = 0,
        Type = string.Empty,
    };

    private readonly Collection _collection;

    private UniqueClaims(Collection collection, IReadOnlyList<UniqueClaim> claims, CollectionIndex? overflow)
    {
        _collection = collection;
        Claims = claims;
        Values = claims.Count switch
        {
            0 => [],
            1 => [claims[0].Value],
            _ => [.. claims.Select(claim => claim.Value).Distinct()],
        };
        Overflow = overflow;
    }

    /// <summary>Of the collection by whose definition it was read.</summary>
    public string CollectionName => _collection.Name;

    public string CollectionPrefix => _collection.Prefix;

    public IReadOnlyList<UniqueClaim> Claims { get; }

    /// <summary>Of the claims, each once.</summary>
    public IReadOnlyList<Sha256Digest> Values { get; }

    /// <summary>An index in which the document has too many keys; null when there is none.</summary>
    public CollectionIndex? Overflow { get; }

    /// <summary>Whether it says what the body takes by this definition, and by no other.</summary>
    public bool IsOf(Collection collection) => _collection == collection;

    public static UniqueClaims Of(Collection collection, ReadOnlyMemory<byte> body)
    {
        var claims = new List<UniqueClaim>();
        foreach (CollectionIndex index in collection.Unique)
        {
            IndexEntries entries = new IndexKeys(index.Keys!).Of(body.Span, NoFacts, SearchLimit.None);
            if (entries.IsOverflow)
            {
                return new UniqueClaims(collection, [], index);
            }

            foreach (UniqueKey key in entries.Unique)
            {
                claims.Add(UniqueClaim.Of(index, entries, key));
            }
        }

        return new UniqueClaims(collection, claims, null);
    }
}
