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
        _walk = new PathWalk(definition.Paths, _values);
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

    /// <summary>Every value of the first field with every one of the next, and so on: the last field's turn first.</summary>
    private IndexEntries Combine()
    {
        int fields = _definition.Fields.Count;
        KeyValuePair<byte[], Range?>[][] values = [.. Enumerable.Range(0, fields).Select(field => _values.Of(field).ToArray())];
        int[] at = new int[fields];
        bool hasCutKeys = false;
        var keys = new List<byte[]>(values.Aggregate(1, (count, one) => count * one.Length));
        List<UniqueKey>? unique = null;
        int turned;
        do
        {
            _key.Clear();
            Range[]? places = _definition.IsUnique ? new Range[fields] : null;
            for (int field = 0; field < fields; field++)
            {
                (byte[] value, Range? place) = values[field][at[field]];
                _key.Append(value);
                if (place is null)
                {
                    places = null; // it takes no part in uniqueness
                }
                else if (places is not null)
                {
                    places[field] = place.Value;
                }
            }

            if (places is not null)
            {
                (unique ??= []).Add(new UniqueKey(keys.Count, KeyBytes.Digest(_key), places));
            }

            hasCutKeys |= KeyBytes.Bound(_key);
            keys.Add(_key.Written.ToArray());
            for (turned = fields - 1; turned >= 0 && ++at[turned] == values[turned].Length; turned--)
            {
                at[turned] = 0;
            }
        }
        while (turned >= 0);
        return Entries(keys, unique ?? [], hasCutKeys, isOverflow: false);
    }

    private IndexEntries Entries(IReadOnlyList<byte[]> keys, IReadOnlyList<UniqueKey> unique, bool hasCutKeys, bool isOverflow) => new()
    {
        Keys = keys,
        Unique = unique,
        IsOverflow = isOverflow,
        HasCutKeys = hasCutKeys,
        MetArray = _values.MetArray,
    };
}
