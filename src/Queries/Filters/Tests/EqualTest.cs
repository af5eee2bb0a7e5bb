using System.Text.Json;

namespace DocService.Queries.Filters.Tests;

/// <summary><c>$eq</c>; null also where there is nothing.</summary>
internal sealed class EqualTest(Literal literal) : ValueTest
{
    public Literal Literal => literal;

    public override bool MatchesMissing => literal.IsNull;

    public override bool Matches(ref Utf8JsonReader reader, MatchScratch scratch) => literal.EqualsValue(ref reader, scratch);
}
