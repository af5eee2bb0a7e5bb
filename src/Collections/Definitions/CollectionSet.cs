using DocService.Index.Declared;

namespace DocService.Collections.Definitions;

/// <summary>All collections at one moment. Immutable: a change makes another.</summary>
public sealed class CollectionSet
{
    private readonly Collection[] _byPrefix;
    private readonly Dictionary<string, Collection> _byName;

    /// <param name="version">Higher than of every set before.</param>
    /// <param name="collections">Their prefixes do not nest.</param>
    internal CollectionSet(long version, IEnumerable<Collection> collections)
    {
        Version = version;
        _byPrefix = [.. collections.OrderBy(collection => collection.Prefix, StringComparer.Ordinal)];
        _byName = _byPrefix.ToDictionary(collection => collection.Name, StringComparer.Ordinal);
        HasEnds = _byPrefix.Any(collection => collection.TimeToLive is not null);
        HasHistory = _byPrefix.Any(collection => collection.History > 0);
        HasUnique = _byPrefix.Any(collection => collection.Unique.Count > 0 || collection.IsUnreadable);
    }

    public static CollectionSet Empty { get; } = new(0, []);

    public long Version { get; }

    /// <summary>In the order of their names.</summary>
    public IEnumerable<Collection> All => _byPrefix.OrderBy(collection => collection.Name, StringComparer.Ordinal);

    /// <summary>Some write may have to be judged.</summary>
    internal bool HasUnique { get; }

    /// <summary>Some document may have an end.</summary>
    internal bool HasEnds { get; }

    /// <summary>Versions of some document may be kept.</summary>
    internal bool HasHistory { get; }

    /// <summary>What the index of the store keeps for them.</summary>
    internal IReadOnlyList<DeclaredIndex> Declared => field ??= [.. _byPrefix.SelectMany(collection => collection.Declared)];

    public Collection? Get(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The collection that the id, or all ids that begin so, belong to; null where there is none.</summary>
    public Collection? Find(string idOrPrefix)
    {
        // Prefixes do not nest: only the nearest that is not above the id can be its own.
        int low = 0;
        for (int high = _byPrefix.Length; low < high;)
        {
            int middle = (low + high) / 2;
            if (string.CompareOrdinal(idOrPrefix, _byPrefix[middle].Prefix) >= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low > 0 && idOrPrefix.StartsWith(_byPrefix[low - 1].Prefix, StringComparison.Ordinal) ? _byPrefix[low - 1] : null;
    }

    /// <summary>Another collection that shares ids with the prefix.</summary>
    internal Collection? FindOverlap(string name, string prefix) => Array.Find(
        _byPrefix,
        other => other.Name != name && (other.Prefix.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(other.Prefix, StringComparison.Ordinal)));

    internal CollectionSet With(Collection collection) => new(Version + 1, _byPrefix.Where(other => other.Name != collection.Name).Append(collection));

    internal CollectionSet Without(string name) => new(Version + 1, _byPrefix.Where(other => other.Name != name));
}
