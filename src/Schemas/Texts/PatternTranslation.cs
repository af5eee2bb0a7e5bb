using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace DocService.Schemas.Texts;

/// <summary>
/// Regular expressions of schemas are those of ECMA-262, with Unicode; .NET means other things by some of the same signs.
/// </summary>
internal static class PatternTranslation
{
    public const int CharactersMax = 1000;

    /// <summary>Of one match that needs backtracking. The process has the same for expressions that name no time (REGEX_DEFAULT_MATCH_TIMEOUT).</summary>
    private static readonly TimeSpan BacktrackingTime = TimeSpan.FromMilliseconds(100);

    /// <summary>Of one that does not: for the largest strings.</summary>
    private static readonly TimeSpan LinearTime = TimeSpan.FromSeconds(2);

    /// <summary>One character but a line's end, those beyond 16 bits as one.</summary>
    private const string AnyCharacter = @"(?:[^\n\r\u2028\u2029\uD800-\uDFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF])";

    /// <summary>Escapes of .NET that ECMA-262 does not have.</summary>
    private const string OfNetAlone = "AZzGaeUQE";

    /// <summary>Names of Unicode's categories that .NET has in short alone.</summary>
    private static readonly Dictionary<string, string> Categories = new(StringComparer.Ordinal)
    {
        ["Letter"] = "L",
        ["Lowercase_Letter"] = "Ll",
        ["Uppercase_Letter"] = "Lu",
        ["Mark"] = "M",
        ["Number"] = "N",
        ["Decimal_Number"] = "Nd",
        ["digit"] = "Nd",
        ["Punctuation"] = "P",
        ["punct"] = "P",
        ["Symbol"] = "S",
        ["Separator"] = "Z",
    };

    /// <param name="pattern">Of a schema.</param>
    /// <param name="translated">The same for .NET.</param>
    /// <param name="fault">Why it is none, in one sentence.</param>
    public static bool TryTranslate(string pattern, [NotNullWhen(true)] out string? translated, [NotNullWhen(false)] out string? fault)
    {
        translated = null;
        if (pattern.Length > CharactersMax)
        {
            fault = $"A pattern has at most {CharactersMax} characters.";
            return false;
        }

        fault = Translate(pattern, out string made);
        if (fault is not null)
        {
            return false;
        }

        try
        {
            Build(made);
            translated = made;
            return true;
        }
        catch (ArgumentException cause)
        {
            fault = cause is RegexParseException parse ? $"The pattern is no regular expression: {parse.Error}." : "The pattern is no regular expression.";
            return false;
        }
    }

    /// <summary>Without backtracking where that is possible.</summary>
    public static Regex Build(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, LinearTime);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, BacktrackingTime); // it looks ahead or refers back, or is large
        }
    }

    /// <summary>Null when it could be translated.</summary>
    private static string? Translate(string pattern, out string translated)
    {
        var text = new StringBuilder(pattern.Length);
        translated = "";
        bool isInClass = false;
        for (int at = 0; at < pattern.Length; at++)
        {
            char sign = pattern[at];
            switch (sign)
            {
                case '\\' when at + 1 < pattern.Length:
                    if (TryEscape(pattern, ref at, isInClass, text) is { } fault)
                    {
                        return fault;
                    }

                    break;
                case '[' when isInClass:
                    text.Append(@"\["); // .NET would take it for a class that is left out
                    break;
                case '[' or ']':
                    isInClass = sign == '[';
                    text.Append(sign);
                    break;
                case '.' when !isInClass:
                    text.Append(AnyCharacter);
                    break;
                case '$' when !isInClass:
                    text.Append(@"\z"); // .NET's own also matches before a line's end
                    break;
                case '(' when !isInClass && IsOfNetAlone(pattern.AsSpan(at)):
                    return "The pattern has a group that ECMA-262 does not know.";
                default:
                    text.Append(sign);
                    break;
            }
        }

        translated = text.ToString();
        return null;
    }

    private static bool IsOfNetAlone(ReadOnlySpan<char> group) =>
        group.Length > 2 && group[1] == '?' && !(group[2] is ':' or '=' or '!' || (group[2] == '<' && group.Length > 3 && (group[3] is '=' or '!' || char.IsLetter(group[3]) || group[3] is '_' or '$') && !IsBalancing(group)));

    /// <summary><c>(?&lt;a-b&gt;…)</c>.</summary>
    private static bool IsBalancing(ReadOnlySpan<char> group) => group.IndexOf('>') is > 0 and var end && group[..end].Contains('-');

    private static string? TryEscape(string pattern, ref int at, bool isInClass, StringBuilder text)
    {
        char sign = pattern[++at];
        switch (sign)
        {
            case 'd':
                text.Append(isInClass ? "0-9" : "[0-9]");
                return null;
            case 'D' when !isInClass:
                text.Append("[^0-9]");
                return null;
            case 'w':
                text.Append(isInClass ? "a-zA-Z0-9_" : "[a-zA-Z0-9_]");
                return null;
            case 'W' when !isInClass:
                text.Append("[^a-zA-Z0-9_]");
                return null;
            case 's' or 'S':
                return Append(text, sign == 's' ? (isInClass ? @"\s\uFEFF" : @"[\s\uFEFF]") : (isInClass ? @"\S" : @"[^\s\uFEFF]"));
            case 'p' or 'P':
                return TryCategory(pattern, ref at, sign, text);
            default:
                return OfNetAlone.Contains(sign, StringComparison.Ordinal) ? $"The pattern has the escape \\{sign}, which ECMA-262 does not know." : Append(text, $"\\{sign}");
        }
    }

    private static string? TryCategory(string pattern, ref int at, char sign, StringBuilder text)
    {
        int end = pattern.IndexOf('}', at);
        if (end < 0 || at + 1 >= pattern.Length || pattern[at + 1] != '{')
        {
            return $"In the pattern, \\{sign} is followed by a category in braces.";
        }

        string name = pattern[(at + 2)..end];
        at = end;
        name = name.StartsWith("gc=", StringComparison.Ordinal) ? name[3..] : name;
        return Append(text, $"\\{sign}{{{Categories.GetValueOrDefault(name, name)}}}");
    }

    private static string? Append(StringBuilder text, string piece)
    {
        text.Append(piece);
        return null;
    }
}
