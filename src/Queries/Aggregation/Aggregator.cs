using System.Text.Json;
using DocService.Queries.Keys;
using DocService.Queries.Paths;

namespace DocService.Queries.Aggregation;

/// <summary>
/// Groups documents and computes over each group (docs/queries.md).
/// Owns: the groups, at most 10,000, and at most 64 MiB of what they keep of documents.
/// Thread: one at a time.
/// On failure: after <see cref="TryAdd"/> has refused, the groups are incomplete and are not used.
/// </summary>
public sealed class Aggregator
{
    public const int GroupsMax = 10_000;
    public const long KeptBytesMax = 64L << 20;

    private static readonly byte[] Null = "null"u8.ToArray();

    private readonly AggregateSpec _spec;
    private readonly WholeValues _values;
    private readonly int[] _pathOf; // of each computation, -1 for documents
    private readonly KeyEncoder _encoder = new();
    private readonly KeyWriter _key = new();
    private readonly KeyWriter _scratch = new();
    private readonly Dictionary<byte[], Group> _groups = new(KeyComparer.Instance);
    private long _keptBytes;

    public Aggregator(AggregateSpec spec)
    {
        _spec = spec;
        List<DocumentPath> paths = [.. spec.GroupBy];
        paths.AddRange(spec.Compute.Select(one => one.Path).OfType<DocumentPath>().Distinct().Where(path => !spec.GroupBy.Contains(path)));
        _pathOf = [.. spec.Compute.Select(one => one.Path is null ? -1 : paths.IndexOf(one.Path))];
        _values = new WholeValues(paths);
        if (spec.GroupBy.Count == 0)
        {
            _groups.Add([], NewGroup([])); // of no documents, too, there is a count
        }
    }

    private sealed record Group(byte[][] Key, Accumulator[] Accumulators);

    /// <summary>False: too many groups, or too much to keep of them.</summary>
    public bool TryAdd(ReadOnlySpan<byte> document, in DocumentFacts facts, SearchLimit limit)
    {
        limit.Step();
        _values.Read(document, facts, limit);
        Group? group = GroupOf(document);
        if (group is null)
        {
            return false;
        }

        for (int i = 0; i < _pathOf.Length; i++)
        {
            Accumulator accumulator = group.Accumulators[i];
            if (_pathOf[i] < 0)
            {
                accumulator.CountDocument();
                continue;
            }

            ReadOnlySpan<byte> value = _values.Of(_pathOf[i], document);
            if (!value.IsEmpty)
            {
                _keptBytes -= accumulator.KeptBytes;
                accumulator.Add(value, _encoder, _scratch);
                _keptBytes += accumulator.KeptBytes;
            }
        }

        return _keptBytes <= KeptBytesMax;
    }

    /// <summary>In the order of their keys.</summary>
    public IReadOnlyList<AggregateGroup> Groups() =>
        [.. _groups.OrderBy(group => group.Key, KeyComparer.Instance).Select(group => new AggregateGroup(
            [.. group.Value.Key.Select(value => (ReadOnlyMemory<byte>)value)],
            [.. group.Value.Accumulators.Select((accumulator, i) => accumulator.Result(_spec.Compute[i].Name))]))];

    /// <summary>Null when there may be no more groups.</summary>
    private Group? GroupOf(ReadOnlySpan<byte> document)
    {
        _key.Clear();
        for (int path = 0; path < _spec.GroupBy.Count; path++)
        {
            ReadOnlySpan<byte> value = _values.Of(path, document);
            Utf8JsonReader reader = PathWalk.ReaderOf(value.IsEmpty ? Null : value);
            _encoder.Write(_key, ref reader);
        }

        KeyBytes.Bound(_key);
        if (_groups.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(_key.Written, out Group? group))
        {
            return group;
        }

        if (_groups.Count == GroupsMax)
        {
            return null;
        }

        byte[][] key = new byte[_spec.GroupBy.Count][];
        for (int path = 0; path < key.Length; path++)
        {
            ReadOnlySpan<byte> value = _values.Of(path, document);
            key[path] = value.IsEmpty ? Null : value.ToArray();
        }

        group = NewGroup(key);
        _groups.Add(_key.Written.ToArray(), group);
        _keptBytes += _key.Length + key.Sum(value => value.Length);
        return group;
    }

    private Group NewGroup(byte[][] key) => new(key, [.. _spec.Compute.Select(one => new Accumulator(one.Operation))]);
}
