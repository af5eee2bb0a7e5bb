using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using DocService.Queries.Filters;
using DocService.Queries.Paths;

namespace DocService.Queries.Selection;

/// <summary>Which members of a body are asked for (<c>select</c>). Immutable.</summary>
public sealed class SelectedPaths
{
    public const int PathsMax = 256;

    private readonly PathTree _tree;

    private SelectedPaths(List<DocumentPath> paths)
    {
        _tree = new PathTree(paths);
        Facts = [.. paths.Where(path => path.Fact is not null).Select(path => path.Fact!.Value)];
    }

    /// <summary>The facts that are asked for; they stand beside the body, not in it.</summary>
    public IReadOnlyList<DocumentFact> Facts { get; }

    /// <summary>Nothing of the body is asked for.</summary>
    public bool AreFactsAlone => _tree is { Dotted: null, Pointers: null };

    /// <summary>The parameter's form: paths with commas between them. A path that contains a comma needs the other form.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SelectedPaths? selected, [NotNullWhen(false)] out QueryFault? fault)
    {
        var paths = new List<DocumentPath>();
        (string, string)? found = null;
        foreach (string path in text.Split(','))
        {
            found ??= PathList.Add(path, $"/{paths.Count}", PathsMax, paths);
        }

        return Finish(paths, found, out selected, out fault);
    }

    /// <summary>The body's form: an array of paths.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out SelectedPaths? selected, [NotNullWhen(false)] out QueryFault? fault)
    {
        var faults = new FaultList(QueryFault.InvalidSelect);
        var paths = new List<DocumentPath>();
        using JsonDocument? document = QueryJson.Parse(json, "select", faults);
        (string, string)? found = faults.First is { } first ? (first.At, first.Detail) : PathList.Read(document!.RootElement, "", PathsMax, paths);
        if (found is null && paths.Count == 0)
        {
            found = ("", "A select names at least one path.");
        }

        return Finish(paths, found, out selected, out fault);
    }

    /// <summary>
    /// Writes the members that are asked for, in the document's order and with its bytes. Objects and arrays on the way
    /// keep their brackets, even when nothing is left in them; other values on the way go.
    /// </summary>
    /// <param name="document">A stored body.</param>
    /// <param name="output">Gets one JSON value; null where the document is none that could have members.</param>
    /// <param name="limit">Kept by the loop.</param>
    public void Write(ReadOnlySpan<byte> document, IBufferWriter<byte> output, SearchLimit limit) =>
        new SelectionWriter(_tree, output, limit).Write(document);

    private static bool Finish(List<DocumentPath> paths, (string At, string Detail)? found, out SelectedPaths? selected, out QueryFault? fault)
    {
        fault = found is { } why ? new QueryFault(QueryFault.InvalidSelect, why.At, why.Detail) : null;
        selected = fault is null ? new SelectedPaths(paths) : null;
        return selected is not null;
    }
}
