using System.Diagnostics.CodeAnalysis;

namespace DocService.Schemas.Reading;

/// <summary>URIs of schemas and references to them (RFC 3986). They are names: nothing is asked for by them.</summary>
internal static class SchemaUri
{
    /// <param name="from">Absolute.</param>
    /// <param name="text">A reference; relative to it or absolute.</param>
    /// <param name="uri">Without the fragment.</param>
    /// <param name="fragment">Decoded, without its sign; empty where there is none.</param>
    public static bool TryResolve(Uri from, string text, [NotNullWhen(true)] out Uri? uri, out string fragment)
    {
        int sign = text.IndexOf('#', StringComparison.Ordinal);
        fragment = sign < 0 ? "" : Uri.UnescapeDataString(text[(sign + 1)..]);
        string rest = sign < 0 ? text : text[..sign];
        uri = from;
        return rest.Length == 0
            || (HasScheme(rest) ? Uri.TryCreate(rest, UriKind.Absolute, out uri) : Uri.TryCreate(rest, UriKind.Relative, out Uri? relative) && Uri.TryCreate(from, relative, out uri));
    }

    /// <summary>Asked of the text: on Linux the framework takes a path that begins with a slash for a file's URI.</summary>
    private static bool HasScheme(string text) =>
        text.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && char.IsAsciiLetter(text[0]) && text.AsSpan(0, colon).IndexOfAnyExcept(SchemeLetters) < 0;

    private static readonly System.Buffers.SearchValues<char> SchemeLetters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
}
