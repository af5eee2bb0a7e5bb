using DocService.Queries.Filters;
using DocService.Queries.Keys;
using DocService.Queries.Paths;

namespace DocService.Queries.Indexes;

/// <summary>
/// Makes the entries that documents have in one index: every combination of its fields' values, so that whatever a query
/// names is found.
/// Owns: buffers. Thread: one at a time.
/// </summary>
public sealed class IndexKeys
{
    /// <summary>Of one document in one index.</summary>
    public const int KeysMax = 1000;

    private readonly IndexDefinition _definition;
    private readonly FieldValues _values;
    private readonly PathWalk _walk;
    private readonly Matcher? _where;
    private readonly KeyWriter _key = new();

    public IndexKeys(IndexDefinition definition)
    {
        _definition = definition;
        _values = new FieldValues(definition);
        _walk = new PathWalk(new PathTree([.. definition.Fields.Select(field => field.Path)]), _values);
        _where = definition.Where?.CreateMatcher();
    }

    /// <param name="document">A stored body.</param>
    /// <param name="facts">Of the same document.</param>
    /// <param name="limit">Kept by the loop.</param>
    public IndexEntries Of(ReadOnlySpan<byte> document, in DocumentFacts facts, SearchLimit limit)
    {
        _values.Clear();
        if (_where is not null && !_where.Matches(document, facts, limit))
        {
            return Entries([], [], hasCutKeys: false, isOverflow: false);
        }

        _walk.Document(document, facts, limit);
        long count = 1;
        if (!_values.IsTooMany)
        {
            _values.Complete();
            for (int field = 0; field < _definition.Fields.Count && count <= KeysMax; field++)
            {
                count *= _values.Of(field).Count;
            }
        }

        return _values.IsTooMany || count > KeysMax
            ? Entries([KeyBytes.Overflow.ToArray()], [], hasCutKeys: false, isOverflow: true)
            : Combine();
    }

    private IndexEntries Combine()
    {
        List<Combination> wholes = [new Combination([], [])];
        for (int field = 0; field < _definition.Fields.Count; field++)
        {
            wholes = [.. wholes.SelectMany(_ => _values.Of(field), (beginning, value) => beginning.With(value.Key, value.Value))];
        }

        bool hasCutKeys = false;
        var keys = new List<byte[]>(wholes.Count);
        var unique = new List<UniqueKey>();
        foreach (Combination whole in wholes)
        {
            _key.Clear();
            _key.Append(whole.Key);
            if (_definition.IsUnique && whole.Places is { } places)
            {
                unique.Add(new UniqueKey(keys.Count, KeyBytes.Digest(_key), places));
            }

            hasCutKeys |= KeyBytes.Bound(_key);
            keys.Add(_key.Written.ToArray());
        }

        return Entries(keys, unique, hasCutKeys, isOverflow: false);
    }

    private IndexEntries Entries(IReadOnlyList<byte[]> keys, IReadOnlyList<UniqueKey> unique, bool hasCutKeys, bool isOverflow) => new()
    {
        Keys = keys,
        Unique = unique,
        IsOverflow = isOverflow,
        HasCutKeys = hasCutKeys,
        MetArray = _values.MetArray,
    };

    /// <summary>Values of the first fields, joined, and where they stand; no places when one of them takes no part in uniqueness.</summary>
    private readonly record struct Combination(byte[] Key, Range[]? Places)
    {
        public Combination With(byte[] value, Range? place) =>
            new([.. Key, .. value], Places is null || place is null ? null : [.. Places, place.Value]);
    }
}
