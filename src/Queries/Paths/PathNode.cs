using System.Text.Json;

namespace DocService.Queries.Paths;

/// <summary>A place in the tree of all paths that are looked for at once.</summary>
internal sealed class PathNode
{
    /// <summary>Up to here one child after the other is compared; above, half of them are left out each time.</summary>
    private const int ComparedInTurnMax = 8;

    private readonly byte[][] _names;
    private readonly ulong _lengths; // bit n: a name has n bytes; 63 stands for longer ones
    private readonly bool _hasIndices;

    private PathNode(byte[][] names, PathNode[] children, int[] indices, int path)
    {
        _names = names;
        Children = children;
        Indices = indices;
        Path = path;
        Below = children.Length == 1 ? children[0].All : [.. children.SelectMany(child => child.All)];
        All = path >= 0 ? [path, .. Below] : Below;
        _hasIndices = Array.Exists(indices, index => index >= 0);
        foreach (byte[] name in names)
        {
            _lengths |= 1UL << Math.Min(name.Length, 63);
        }
    }

    /// <summary>The number of the path that ends here, or -1.</summary>
    public int Path { get; }

    /// <summary>The paths that go on from here.</summary>
    public int[] Below { get; }

    /// <summary>The same with the one that ends here.</summary>
    public int[] All { get; }

    /// <summary>Ordered by their names' bytes.</summary>
    public PathNode[] Children { get; }

    /// <summary>Of each child: the element that it names too, or -1.</summary>
    public int[] Indices { get; }

    /// <param name="paths">All paths that go through here, with their numbers.</param>
    /// <param name="depth">How many of their segments lead here.</param>
    public static PathNode Of(IReadOnlyList<(PathSegment[] Segments, int Number)> paths, int depth)
    {
        if (paths is [var (only, one)]) // as in most queries
        {
            return depth == only.Length
                ? new PathNode([], [], [], one)
                : new PathNode([only[depth].Name], [Of(paths, depth + 1)], [only[depth].Index], path: -1);
        }

        int ending = -1;
        var further = new SortedDictionary<byte[], List<(PathSegment[] Segments, int Number)>>(
            Comparer<byte[]>.Create((one, other) => one.AsSpan().SequenceCompareTo(other)));
        foreach ((PathSegment[] segments, int number) in paths)
        {
            if (segments.Length == depth)
            {
                ending = number;
                continue;
            }

            if (!further.TryGetValue(segments[depth].Name, out List<(PathSegment[] Segments, int Number)>? group))
            {
                further.Add(segments[depth].Name, group = []);
            }

            group.Add((segments, number));
        }

        return new PathNode(
            [.. further.Keys],
            [.. further.Values.Select(group => Of(group, depth + 1))],
            [.. further.Values.Select(group => group[0].Segments[depth].Index)],
            ending);
    }

    /// <summary>The child of the name at the reader, or -1.</summary>
    public int Find(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
        {
            for (int i = 0; i < _names.Length; i++)
            {
                if (reader.ValueTextEquals(_names[i]))
                {
                    return i;
                }
            }

            return -1;
        }

        ReadOnlySpan<byte> name = reader.ValueSpan;
        if ((_lengths & (1UL << Math.Min(name.Length, 63))) == 0)
        {
            return -1;
        }

        return _names.Length <= ComparedInTurnMax ? FindInTurn(name) : FindByHalves(name);
    }

    /// <summary>The child that names this element of an array, or -1.</summary>
    public int FindIndex(int element) => _hasIndices ? Array.IndexOf(Indices, element) : -1;

    private int FindInTurn(ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < _names.Length; i++)
        {
            if (name.SequenceEqual(_names[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private int FindByHalves(ReadOnlySpan<byte> name)
    {
        int low = 0;
        int high = _names.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = name.SequenceCompareTo(_names[middle]);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (low, middle - 1) : (middle + 1, high);
        }

        return -1;
    }
}
