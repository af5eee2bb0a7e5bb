using CsCheck;

namespace DocService.Queries.Tests.Filters;

public sealed class MatcherPropertyTests
{
    [Fact]
    public void Matches_RandomFiltersAndDocuments_AgreesWithTheSlowMatcher()
    {
        int matched = 0;
        Gen<(string, string[])> few = Gen.Select(FewValues.Filter, FewValues.Document.Array[1, 8]);
        Gen<(string, string[])> any = Gen.Select(AnyFilter.Filter, AnyJson.Document.Array[1, 6]);
        Gen.OneOf<(string Filter, string[] Documents)>(few, any).Sample(iter: 20_000, threads: 1, assert: one =>
        {
            (string filter, string[] documents) = one;
            Queries.Filters.Filter parsed = Filtering.Parse(filter);
            foreach (string document in documents)
            {
                bool expected = SlowMatcher.Matches(filter, document);
                matched += expected ? 1 : 0;
                Assert.True(expected == Filtering.Matches(parsed, document), $"{filter} on {document}: the slow matcher says {expected}");
            }
        });
        Assert.True(matched > 5_000, $"{matched} matches are too few to show anything");
    }
}
