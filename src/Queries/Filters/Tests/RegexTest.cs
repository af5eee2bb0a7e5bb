using System.Text.Json;
using System.Text.RegularExpressions;

namespace DocService.Queries.Filters.Tests;

/// <summary><c>$regex</c>, somewhere in a string. Its time limit was given when it was built.</summary>
internal sealed class RegexTest(Regex regex) : ValueTest
{
    public override bool Matches(ref Utf8JsonReader reader, MatchScratch scratch)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        scratch.Limit.Step();
        try
        {
            return regex.IsMatch(scratch.Characters(ref reader));
        }
        catch (RegexMatchTimeoutException cause)
        {
            throw new SearchLimitException("A regular expression took longer than the search may.", cause);
        }
    }
}
