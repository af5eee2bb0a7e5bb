using System.Text.Json;

namespace DocService.Queries.Filters.Tests;

/// <summary><c>$gt $gte $lt $lte</c>, within the literal's type.</summary>
/// <param name="literal">To compare with.</param>
/// <param name="wantsAbove">Or below.</param>
/// <param name="orEqual">Then null is also where there is nothing.</param>
internal sealed class OrderTest(Literal literal, bool wantsAbove, bool orEqual) : ValueTest
{
    public Literal Literal => literal;

    public bool WantsAbove => wantsAbove;

    public bool OrEqual => orEqual;

    public override bool MatchesMissing => orEqual && literal.IsNull;

    public override bool Matches(ref Utf8JsonReader reader, MatchScratch scratch) =>
        literal.TryCompare(ref reader, scratch, out int order)
        && (order == 0 ? orEqual : order > 0 == wantsAbove);
}
