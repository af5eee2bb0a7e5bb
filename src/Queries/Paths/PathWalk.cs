using System.Text.Json;

namespace DocService.Queries.Paths;

/// <summary>
/// One pass over a document's bytes that tells a visitor what each path leads to (queries.md 2). What no path leads to
/// is skipped; no tree is built. It goes down only where a path does, so its stack is bounded by the longest path.
/// Thread: one at a time.
/// </summary>
internal sealed class PathWalk(PathTree tree, PathVisitor visitor)
{
    /// <summary>The documents were checked when they were written; no depth is refused a second time.</summary>
    private static readonly JsonReaderOptions Options = new() { MaxDepth = int.MaxValue };

    private SearchLimit _limit = SearchLimit.None;

    public static Utf8JsonReader ReaderOf(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Options);
        reader.Read();
        return reader;
    }

    /// <param name="document">One JSON value, valid.</param>
    /// <param name="facts">Of the same document.</param>
    /// <param name="limit">Asked at every member and element.</param>
    public void Document(ReadOnlySpan<byte> document, in DocumentFacts facts, SearchLimit limit)
    {
        foreach ((DocumentFact fact, int path) in tree.Facts)
        {
            Utf8JsonReader value = ReaderOf(facts.Json(fact));
            visitor.Value(path, ref value, isElement: false);
            visitor.Completed([path]);
            if (visitor.IsDone)
            {
                return;
            }
        }

        if (tree.Dotted is not null || tree.Pointers is not null)
        {
            Utf8JsonReader reader = ReaderOf(document);
            Value(ref reader, isElement: false, limit);
        }
    }

    /// <summary>A value as the root of the paths: a document, or an element of an array, whose own arrays are then not entered.</summary>
    public void Value(ref Utf8JsonReader reader, bool isElement, SearchLimit limit)
    {
        _limit = limit;
        if (tree.Pointers is { } pointers)
        {
            Utf8JsonReader copy = reader;
            Visit(ref copy, pointers, byPointer: true, isElement, isRoot: true);
        }

        if (tree.Dotted is { } dotted && !visitor.IsDone)
        {
            Visit(ref reader, dotted, byPointer: false, isElement, isRoot: true);
        }
    }

    private void Visit(ref Utf8JsonReader reader, PathNode node, bool byPointer, bool isElement, bool isRoot)
    {
        if (node.Path >= 0)
        {
            visitor.Value(node.Path, ref reader, isElement: false);
            if (visitor.IsDone)
            {
                return;
            }
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when node.Children.Length > 0:
                VisitMembers(ref reader, node, byPointer, isRoot);
                break;
            case JsonTokenType.StartArray when byPointer:
                VisitNamedElements(ref reader, node);
                break;
            case JsonTokenType.StartArray:
                VisitElements(ref reader, node, mayEnter: !isElement);
                break;
            case JsonTokenType.StartObject:
                reader.Skip();
                break;
            default:
                Miss(node.Below);
                break;
        }
    }

    private void VisitMembers(ref Utf8JsonReader reader, PathNode node, bool byPointer, bool isRoot)
    {
        Span<ulong> seen = stackalloc ulong[(node.Children.Length + 63) / 64];
        seen.Clear();
        int left = node.Children.Length;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            _limit.Step();
            int child = node.Find(ref reader);
            reader.Read();
            if (child < 0)
            {
                reader.Skip();
                continue;
            }

            seen[child / 64] |= 1UL << (child % 64);
            left--;
            Visit(ref reader, node.Children[child], byPointer, isElement: false, isRoot: false);
            if (isRoot && !visitor.IsDone)
            {
                visitor.Completed(node.Children[child].All);
            }

            if (visitor.IsDone || (isRoot && left == 0))
            {
                return; // of this object nothing more is looked for, and around it there is none
            }
        }

        for (int i = 0; i < node.Children.Length && left > 0; i++)
        {
            if ((seen[i / 64] & (1UL << (i % 64))) == 0)
            {
                Miss(node.Children[i].All);
            }
        }
    }

    /// <summary>Each element is tried where the path ends; where it goes on, those that are objects, and those that it names by number.</summary>
    private void VisitElements(ref Utf8JsonReader reader, PathNode node, bool mayEnter)
    {
        if (node.Path < 0 && node.Children.Length == 0)
        {
            reader.Skip();
            return;
        }

        if (node.Children.Length > 0)
        {
            visitor.EnteredArray(node.Below);
        }

        for (int element = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; element++)
        {
            _limit.Step();
            if (node.Path >= 0)
            {
                visitor.Value(node.Path, ref reader, isElement: true);
            }

            if (!visitor.IsDone && node.FindIndex(element) is var named and >= 0)
            {
                Utf8JsonReader copy = reader;
                Visit(ref copy, node.Children[named], byPointer: false, isElement: false, isRoot: false);
            }

            if (visitor.IsDone)
            {
                return;
            }

            if (mayEnter && node.Children.Length > 0 && reader.TokenType == JsonTokenType.StartObject)
            {
                VisitMembers(ref reader, node, byPointer: false, isRoot: false);
                if (visitor.IsDone)
                {
                    return;
                }
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>A pointer names at most one element.</summary>
    private void VisitNamedElements(ref Utf8JsonReader reader, PathNode node)
    {
        if (node.Children.Length > 0)
        {
            visitor.EnteredArray(node.Below);
        }

        int element = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; element++)
        {
            _limit.Step();
            if (node.FindIndex(element) is var named and >= 0)
            {
                Visit(ref reader, node.Children[named], byPointer: true, isElement: false, isRoot: false);
                if (visitor.IsDone)
                {
                    return;
                }
            }
            else
            {
                reader.Skip();
            }
        }

        for (int i = 0; i < node.Children.Length; i++)
        {
            if (node.Indices[i] < 0 || node.Indices[i] >= element)
            {
                Miss(node.Children[i].All);
            }
        }
    }

    private void Miss(ReadOnlySpan<int> paths)
    {
        foreach (int path in paths)
        {
            if (visitor.IsDone)
            {
                return;
            }

            visitor.Missing(path);
        }
    }
}
