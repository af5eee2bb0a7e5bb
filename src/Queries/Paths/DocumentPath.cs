using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace DocService.Queries.Paths;

/// <summary>
/// Where a value stands: dotted names (<c>address.city</c>), which enter arrays of objects; a JSON Pointer
/// (<c>/address/city</c>), which names one value; or a fact (<c>$id</c>). Equal when the text is.
/// </summary>
public sealed class DocumentPath : IEquatable<DocumentPath>
{
    /// <summary>Deeper than documents are by default; a bound all the same.</summary>
    internal const int SegmentsMax = 256;

    private static readonly FrozenDictionary<string, DocumentFact> Facts = new Dictionary<string, DocumentFact>
    {
        ["$id"] = DocumentFact.Id,
        ["$version"] = DocumentFact.Version,
        ["$created"] = DocumentFact.Created,
        ["$modified"] = DocumentFact.Modified,
        ["$length"] = DocumentFact.Length,
        ["$type"] = DocumentFact.Type,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private DocumentPath(string text, DocumentFact? fact, PathSegment[] segments)
    {
        Text = text;
        Fact = fact;
        Segments = segments;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    public DocumentFact? Fact { get; }

    public bool IsPointer => Text[0] == '/';

    internal PathSegment[] Segments { get; }

    internal bool HasIndex => Segments.Any(segment => segment.Index >= 0);

    /// <param name="text">What somebody wrote.</param>
    /// <param name="path">Null when it is no path.</param>
    /// <param name="fault">A sentence that says why.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out DocumentPath? path, out string? fault)
    {
        path = null;
        if (text.Length == 0)
        {
            fault = "A path must not be empty.";
        }
        else if (text[0] == '/')
        {
            fault = ParsePointer(text, out path);
        }
        else if (text[0] == '$')
        {
            path = Facts.TryGetValue(text, out DocumentFact fact) ? new DocumentPath(text, fact, []) : null;
            fault = path is not null ? null : $"There is no \"{text}\": the facts of a document are {string.Join(", ", Facts.Keys.Order(StringComparer.Ordinal))}, "
                + "and a member whose name begins with $ is reached by a JSON Pointer such as \"/$name\".";
        }
        else
        {
            fault = ParseNames(text, out path);
        }

        return path is not null;
    }

    public bool Equals(DocumentPath? other) => other is not null && Text == other.Text;

    public override bool Equals(object? obj) => Equals(obj as DocumentPath);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;

    /// <summary>The path behind <paramref name="first"/>, both dotted: what an element's path is in its document.</summary>
    internal static DocumentPath Join(DocumentPath first, DocumentPath then) =>
        new($"{first.Text}.{then.Text}", null, [.. first.Segments, .. then.Segments]);

    private static string? ParseNames(string text, out DocumentPath? path)
    {
        path = null;
        string[] names = text.Split('.');
        if (names.Length > SegmentsMax)
        {
            return $"A path has at most {SegmentsMax} names.";
        }

        foreach (string name in names)
        {
            if (name.Length == 0)
            {
                return $"In the path \"{text}\" a name is empty. A member whose name is empty or contains a dot is reached by a JSON Pointer such as \"/a.b\".";
            }

            if (name[0] == '$')
            {
                return $"In the path \"{text}\" a name begins with $. Such a member is reached by a JSON Pointer such as \"/a/$name\".";
            }
        }

        path = new DocumentPath(text, null, [.. names.Select(name => PathSegment.Of(name))]);
        return null;
    }

    private static string? ParsePointer(string text, out DocumentPath? path)
    {
        path = null;
        for (int tilde = text.IndexOf('~', StringComparison.Ordinal); tilde >= 0; tilde = text.IndexOf('~', tilde + 1))
        {
            if (tilde + 1 == text.Length || text[tilde + 1] is not ('0' or '1'))
            {
                return $"In the JSON Pointer \"{text}\" a ~ is followed by neither 0 nor 1. A ~ is written ~0, and a / in a name ~1.";
            }
        }

        string[] names = text[1..].Split('/');
        if (names.Length > SegmentsMax)
        {
            return $"A path has at most {SegmentsMax} names.";
        }

        path = new DocumentPath(text, null, [.. names.Select(name => PathSegment.Of(
            name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))]);
        return null;
    }
}
