using System.Text.Json;
using DocService.Queries.Paths;

namespace DocService.Queries.Aggregation;

/// <summary>
/// Finds of each path the one value that it stands for: what is at its end, whole; behind an array of objects the array
/// of all that is found there.
/// Owns: the values of the document under way. Thread: one at a time.
/// </summary>
internal sealed class WholeValues : PathVisitor
{
    private readonly IReadOnlyList<DocumentPath> _paths;
    private readonly PathWalk _walk;
    private readonly List<Range>[] _found;
    private readonly bool[] _isList;
    private readonly byte[]?[] _made; // values that do not stand in the document as they are

    public WholeValues(IReadOnlyList<DocumentPath> paths)
    {
        _paths = paths;
        _walk = new PathWalk(new PathTree(paths), this);
        _found = [.. paths.Select(_ => new List<Range>())];
        _isList = new bool[paths.Count];
        _made = new byte[]?[paths.Count];
    }

    public void Read(ReadOnlySpan<byte> document, in DocumentFacts facts, SearchLimit limit)
    {
        for (int path = 0; path < _paths.Count; path++)
        {
            _found[path].Clear();
            _isList[path] = false;
            _made[path] = _paths[path].Fact is { } fact ? facts.Json(fact) : null;
        }

        _walk.Document(document, facts, limit);
        for (int path = 0; path < _paths.Count; path++)
        {
            if (_isList[path] && _found[path].Count > 0)
            {
                _made[path] = List(document, _found[path]);
            }
        }
    }

    /// <summary>Empty where the path leads to nothing.</summary>
    public ReadOnlySpan<byte> Of(int path, ReadOnlySpan<byte> document)
    {
        if (_made[path] is { } made)
        {
            return made;
        }

        return _found[path].Count == 0 ? default : document[_found[path][0]];
    }

    public override void Value(int path, ref Utf8JsonReader reader, bool isElement)
    {
        if (isElement || _paths[path].Fact is not null)
        {
            return;
        }

        Utf8JsonReader value = reader;
        value.Skip();
        _found[path].Add((int)reader.TokenStartIndex..(int)value.BytesConsumed);
    }

    public override void Missing(int path)
    {
    }

    /// <summary>A path that names an element by its number stands for that element.</summary>
    public override void EnteredArray(ReadOnlySpan<int> paths)
    {
        foreach (int path in paths)
        {
            _isList[path] |= !_paths[path].IsPointer && !_paths[path].HasIndex;
        }
    }

    private static byte[] List(ReadOnlySpan<byte> document, List<Range> values)
    {
        var list = new List<byte> { (byte)'[' };
        foreach (Range value in values)
        {
            if (list.Count > 1)
            {
                list.Add((byte)',');
            }

            list.AddRange(document[value]);
        }

        list.Add((byte)']');
        return [.. list];
    }
}
