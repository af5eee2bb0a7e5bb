using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace DocService.Queries.Filters;

/// <summary>
/// Builds the regular expressions of filters: without backtracking, so that the time is linear in the text, and of
/// bounded size.
/// </summary>
internal static class RegexPattern
{
    /// <summary>.NET refuses expressions without backtracking above 10,000 nodes; repeated so often, one above 1,000 is refused too.</summary>
    private const int Repetitions = 10;

    /// <summary>Up to here an expression without counted repetitions cannot have 1,000 nodes: a character makes two at most.</summary>
    private const int SmallCharacters = 500;

    /// <summary>A query whose time is over still gets an expression; its search ends at the first look.</summary>
    private static readonly TimeSpan ShortestTime = TimeSpan.FromMilliseconds(1);

    private const RegexOptions Always = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    public static bool AreOptions(string letters) =>
        letters.All("ims".Contains) && letters.Distinct().Count() == letters.Length;

    public static bool TryBuild(
        string pattern, string letters, TimeSpan time, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out string? fault)
    {
        regex = null;
        time = time > ShortestTime ? time : ShortestTime;
        RegexOptions options = Always
            | (letters.Contains('i', StringComparison.Ordinal) ? RegexOptions.IgnoreCase : 0)
            | (letters.Contains('m', StringComparison.Ordinal) ? RegexOptions.Multiline : 0)
            | (letters.Contains('s', StringComparison.Ordinal) ? RegexOptions.Singleline : 0);
        try
        {
            var built = new Regex(pattern, options, time);
            fault = IsSmall(pattern, options, time) ? null : "The regular expression has more than 1,000 nodes when its repetitions are written out.";
            regex = fault is null ? built : null;
        }
        catch (RegexParseException cause)
        {
            fault = $"The regular expression is not valid at character {cause.Offset}: {cause.Error}.";
        }
        catch (NotSupportedException)
        {
            fault = "The regular expression uses what needs backtracking (references back, looking ahead or behind, conditions, atomic groups), or is too large.";
        }

        return regex is not null;
    }

    private static bool IsSmall(string pattern, RegexOptions options, TimeSpan time)
    {
        if (pattern.Length <= SmallCharacters && !pattern.Contains('{', StringComparison.Ordinal))
        {
            return true;
        }

        try
        {
            // The line break ends a comment that the pattern may have switched on by (?x).
            _ = new Regex($"(?:{pattern}\n){{{Repetitions}}}", options, time);
            return true;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }
}
