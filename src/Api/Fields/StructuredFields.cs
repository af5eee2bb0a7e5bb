using System.Text;

namespace DocService.Api.Fields;

/// <summary>
/// The part of Structured Field Values (RFC 9651) that this server reads: a dictionary of byte sequences, and an item
/// that is a token or a string. Parameters are parsed and left aside.
/// </summary>
internal static class StructuredFields
{
    /// <summary>A dictionary whose members are byte sequences; null when malformed. Of repeated keys the last counts (4.2.2).</summary>
    public static Dictionary<string, byte[]>? ParseByteSequences(string text)
    {
        var parser = new StructuredFieldScanner(text);
        var members = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        parser.SkipSpaces();
        while (!parser.Rest.IsEmpty)
        {
            if (!parser.TryKey(out string? key) || !parser.TryConsume('=') || !parser.TryByteSequence(out byte[]? value) || !parser.TryParameters())
            {
                return null;
            }

            members[key!] = value!;
            parser.SkipOptionalWhiteSpace();
            if (parser.Rest.IsEmpty)
            {
                break;
            }

            if (!parser.TryConsume(','))
            {
                return null;
            }

            parser.SkipOptionalWhiteSpace();
            if (parser.Rest.IsEmpty)
            {
                return null; // a trailing comma
            }
        }

        return members;
    }

    /// <summary>An item that is a token; null when malformed.</summary>
    public static string? ParseToken(string text)
    {
        var parser = new StructuredFieldScanner(text);
        parser.SkipSpaces();
        if (!parser.TryToken(out string? token) || !parser.TryParameters())
        {
            return null;
        }

        parser.SkipSpaces();
        return parser.Rest.IsEmpty ? token : null;
    }

    /// <summary>An item that is a string; null when malformed.</summary>
    public static string? ParseString(string text)
    {
        var parser = new StructuredFieldScanner(text);
        parser.SkipSpaces();
        ReadOnlySpan<char> start = parser.Rest;
        if (start is not ['"', ..] || !parser.TryString())
        {
            return null;
        }

        ReadOnlySpan<char> quoted = start[1..(start.Length - parser.Rest.Length - 1)];
        if (!parser.TryParameters())
        {
            return null;
        }

        parser.SkipSpaces();
        return parser.Rest.IsEmpty ? Unescape(quoted) : null;
    }

    private static string Unescape(ReadOnlySpan<char> quoted)
    {
        var value = new StringBuilder(quoted.Length);
        for (int position = 0; position < quoted.Length; position++)
        {
            position += quoted[position] == '\\' ? 1 : 0;
            value.Append(quoted[position]);
        }

        return value.ToString();
    }
}
