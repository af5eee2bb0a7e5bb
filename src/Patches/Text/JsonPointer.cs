using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace DocService.Patches.Text;

/// <summary>A path into a document (RFC 6901).</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Steps">Its steps, unescaped; none for the whole document.</param>
public sealed record JsonPointer(string Text, IReadOnlyList<string> Steps)
{
    /// <summary>Characters of a path, or of a step, that a message shows.</summary>
    private const int ShownMax = 200;

    /// <summary>In place of an index: behind the last element.</summary>
    internal const string Behind = "-";

    /// <summary>False when the text is no pointer; the reason is a clause.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out JsonPointer? path, [NotNullWhen(false)] out string? reason)
    {
        ArgumentNullException.ThrowIfNull(text);
        path = null;
        reason = null;
        if (text.Length == 0)
        {
            path = new JsonPointer(text, []);
            return true;
        }

        if (text[0] != '/')
        {
            reason = "a JSON Pointer is empty or begins with '/' (RFC 6901)";
            return false;
        }

        for (int index = text.IndexOf('~', StringComparison.Ordinal); index >= 0; index = text.IndexOf('~', index + 1))
        {
            if (index + 1 == text.Length || text[index + 1] is not ('0' or '1'))
            {
                reason = "in a JSON Pointer '~' is followed by 0 or 1 (RFC 6901)";
                return false;
            }
        }

        // In this order, so that ~01 is ~1 and not a slash.
        path = new JsonPointer(text, [.. text[1..].Split('/').Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]);
        return true;
    }

    /// <summary>As messages show it: whole, or its beginning.</summary>
    internal string Shown => Show(Text);

    /// <summary>A text in a message, whole or its beginning: a message is not charged to anybody.</summary>
    internal static string Show(string text) => text.Length <= ShownMax ? text : $"{text[..(char.IsHighSurrogate(text[ShownMax - 1]) ? ShownMax - 1 : ShownMax)]}…";

    /// <summary>Whether both lead to the same: a path has one spelling.</summary>
    internal bool IsSame(JsonPointer other) => Text == other.Text;

    /// <summary>Whether it leads to something inside of what the other leads to.</summary>
    internal bool IsInside(JsonPointer other) => Text.StartsWith($"{other.Text}/", StringComparison.Ordinal);

    /// <summary>Its first steps, as messages show it.</summary>
    internal string ShowBeginning(int steps) => Show(string.Join('/', Text.Split('/').Take(steps + 1)));

    /// <summary>An element's number: digits without leading zeros.</summary>
    internal static bool TryGetIndex(string step, out int index)
    {
        index = 0;
        bool isSpelledRight = step.Length > 0 && step.All(char.IsAsciiDigit) && (step.Length == 1 || step[0] != '0');
        return isSpelledRight && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }
}
