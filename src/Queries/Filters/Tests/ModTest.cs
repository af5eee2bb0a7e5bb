using System.Text.Json;
using DocService.Queries.Numbers;

namespace DocService.Queries.Filters.Tests;

/// <summary><c>$mod</c>: integers, of any size and spelling, that leave a remainder.</summary>
internal sealed class ModTest(long divisor, long remainder) : ValueTest
{
    public override bool Matches(ref Utf8JsonReader reader, MatchScratch scratch)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            return false;
        }

        ExactNumber number = ExactNumber.Read(reader.ValueSpan);
        return number.IsInteger && Remainder.Of(number, divisor, scratch.Limit) == remainder;
    }
}
