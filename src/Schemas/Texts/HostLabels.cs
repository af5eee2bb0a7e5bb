using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace DocService.Schemas.Texts;

/// <summary>
/// What the library does not judge in host names: labels that stand for others (<c>xn--…</c>, RFC 3492), of which it refuses all,
/// and characters that RFC 5892 allows nowhere, or in some company only.
/// </summary>
internal static class HostLabels
{
    private const string Prefix = "xn--";
    private const char MiddleDot = '\u30FB';

    /// <summary>RFC 5892, 2.6: the exceptions that are disallowed.</summary>
    private static readonly SearchValues<char> Disallowed = SearchValues.Create("\u0640\u07FA\u302E\u302F\u3031\u3032\u3033\u3034\u3035\u303B");

    private static readonly IdnMapping Mapping = new() { UseStd3AsciiRules = true };

    public static bool AreRight(string name) => Array.TrueForAll(name.Split('.'), static label => IsPunycode(label) ? StandsForAnother(label) : HasRightCharacters(label));

    /// <summary>The same name with plain labels in their place, for the library to judge the rest.</summary>
    public static JsonElement WithoutPunycode(in JsonElement name)
    {
        string text = name.GetString()!;
        return text.Contains(Prefix, StringComparison.OrdinalIgnoreCase)
            ? JsonSerializer.SerializeToElement(string.Join('.', text.Split('.').Select(static label => IsPunycode(label) ? new string('x', label.Length) : label)))
            : name;
    }

    private static bool IsPunycode(string label) => label.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    private static bool HasRightCharacters(string label) =>
        !label.AsSpan().ContainsAny(Disallowed) && (!label.Contains(MiddleDot, StringComparison.Ordinal) || label.Any(IsJapaneseOrHan));

    /// <summary>RFC 5892, A.7: the company that the middle dot needs.</summary>
    private static bool IsJapaneseOrHan(char one) => one is (>= '\u3041' and <= '\u30FF' and not MiddleDot) or '\u3005' or '\u3007' or (>= '\u3400' and <= '\u9FFF');

    /// <summary>Whether the label that it stands for is written so, and does not itself look like one that stands for another.</summary>
    private static bool StandsForAnother(string label)
    {
        try
        {
            string meant = Mapping.GetUnicode(label);
            return meant != label && !meant.AsSpan(Math.Min(2, meant.Length)).StartsWith("--") && HasRightCharacters(meant)
                && string.Equals(Mapping.GetAscii(meant), label, StringComparison.OrdinalIgnoreCase);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
