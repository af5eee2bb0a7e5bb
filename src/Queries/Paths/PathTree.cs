namespace DocService.Queries.Paths;

/// <summary>Several paths, looked for in one pass. A path's number is its place in the list that was given. Immutable.</summary>
internal sealed class PathTree
{
    /// <param name="paths">Each once.</param>
    public PathTree(IReadOnlyList<DocumentPath> paths)
    {
        Count = paths.Count;
        if (paths is [{ Fact: null } only]) // as in most queries
        {
            PathNode tree = PathNode.Of([(only.Segments, 0)], depth: 0);
            Facts = [];
            Dotted = only.IsPointer ? null : tree;
            Pointers = only.IsPointer ? tree : null;
            return;
        }

        (DocumentPath Path, int Number)[] numbered = [.. paths.Select((path, number) => (path, number))];
        Facts = [.. numbered.Where(one => one.Path.Fact is not null).Select(one => (one.Path.Fact!.Value, one.Number))];
        Dotted = Tree(numbered.Where(one => one.Path is { Fact: null, IsPointer: false }));
        Pointers = Tree(numbered.Where(one => one.Path is { Fact: null, IsPointer: true }));
    }

    public int Count { get; }

    public (DocumentFact Fact, int Path)[] Facts { get; }

    /// <summary>Null when there is none of this kind.</summary>
    public PathNode? Dotted { get; }

    public PathNode? Pointers { get; }

    private static PathNode? Tree(IEnumerable<(DocumentPath Path, int Number)> paths)
    {
        (PathSegment[] Segments, int Number)[] list = [.. paths.Select(one => (one.Path.Segments, one.Number))];
        return list.Length == 0 ? null : PathNode.Of(list, depth: 0);
    }
}
