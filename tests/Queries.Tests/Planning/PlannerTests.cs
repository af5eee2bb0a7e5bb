using System.Text;
using DocService.Queries.Indexes;
using DocService.Queries.Ordering;
using DocService.Queries.Planning;

namespace DocService.Queries.Tests.Planning;

public sealed class PlannerTests
{
    private static QueryPlan Plan(string filter, string[] indexes, string? sort = null, string arrays = "", IdScope scope = default, bool fold = false)
    {
        SortOrder? order = null;
        Assert.True(sort is null || SortOrder.TryParse(sort, out order, out _));
        return Planner.Plan(Filtering.Parse(filter), scope, order, [.. indexes.Select(fields =>
        {
            IndexDefinition index = Indexing.Index(fields, fold);
            bool[] met = [.. index.Fields.Select(field => arrays.Split(',').Contains(field.Path.Text))];
            return new IndexChoice(index, IndexTraits.Of(met, hasCutKeys: false, hasOverflow: false));
        })]);
    }

    private static string Shown(QueryPlan plan) =>
        plan.Index is null ? "by id" : $"{plan.Index.Name} equal {plan.EqualFields}{(plan.HasRange ? " range" : "")} {plan.Order}";

    [Theory]
    [InlineData("""{"a":1}""", "a", null, "", "a equal 1 Forward")]
    [InlineData("""{"x":1}""", "a", null, "", "by id")]
    [InlineData("""{"a":1,"b":2}""", "a;b,a;a,b,c", null, "", "b,a equal 2 Forward")]
    [InlineData("""{"a":1,"c":2}""", "a,b,c", null, "", "a,b,c equal 1 None")]
    [InlineData("""{"a":1,"b":{"$gt":2}}""", "a;a,b", null, "", "a,b equal 1 range None")]
    [InlineData("""{"a":{"$in":[1,2]},"b":3}""", "a,b", null, "", "a,b equal 0 range None")]
    [InlineData("""{"b":2}""", "a,b", null, "", "by id")]
    [InlineData("""{"$and":[{"a":1},{"$or":[{"b":1}]}]}""", "a,b", null, "", "a,b equal 2 Forward")]
    [InlineData("""{"$or":[{"a":1},{"b":1}]}""", "a,b", null, "", "by id")]
    // negations, and null where arrays were met
    [InlineData("""{"a":{"$ne":1}}""", "a", null, "", "by id")]
    [InlineData("""{"a":{"$nin":[1]}}""", "a", null, "", "by id")]
    [InlineData("""{"a":{"$not":{"$eq":1}}}""", "a", null, "", "by id")]
    [InlineData("""{"a":{"$exists":false}}""", "a", null, "", "by id")]
    [InlineData("""{"$nor":[{"a":1}]}""", "a", null, "", "by id")]
    [InlineData("""{"a":null}""", "a", null, "", "a equal 1 Forward")]
    [InlineData("""{"a":null}""", "a", null, "a", "by id")]
    [InlineData("""{"a":{"$in":[1,null]}}""", "a", null, "a", "by id")]
    [InlineData("""{"a":{"$gte":null}}""", "a", null, "", "a equal 1 Forward")]
    [InlineData("""{"a":{"$gte":null}}""", "a", null, "a", "by id")]
    [InlineData("""{"a":{"$elemMatch":{"b":1}}}""", "a.b", null, "a.b", "a.b equal 1 None")]
    [InlineData("""{"a":{"$elemMatch":{"$gt":1}}}""", "a", null, "a", "a equal 0 range None")]
    [InlineData("""{"a":{"$all":[1,2]}}""", "a", null, "a", "a equal 1 None")]
    [InlineData("""{"a":{"$elemMatch":{"0":1}}}""", "a.0", null, "a.0", "by id")]
    [InlineData("""{"a":{"$elemMatch":{"$elemMatch":{"$gt":1}}}}""", "a", null, "a", "by id")]
    // order
    [InlineData("{}", "a", "a", "", "a equal 0 Forward")]
    [InlineData("{}", "a", "-a", "", "a equal 0 Backward")]
    [InlineData("{}", "-a", "-a", "", "-a equal 0 Forward")]
    [InlineData("{}", "a", "a", "a", "by id")]
    [InlineData("{}", "a,b", "a", "", "by id")]
    [InlineData("{}", "a,-b", "-a,b", "", "a,-b equal 0 Backward")]
    [InlineData("{}", "a,b", "a,-b", "", "by id")]
    [InlineData("""{"a":1}""", "a,b", "b", "", "a,b equal 1 Forward")]
    [InlineData("""{"a":1}""", "a,b", "a,b", "", "a,b equal 1 Forward")]
    [InlineData("""{"a":1}""", "a,b", "b", "a", "a,b equal 1 None")]
    [InlineData("""{"a":{"$gt":1}}""", "a", "-a", "", "a equal 0 range Backward")]
    [InlineData("""{"a":1}""", "a;c", "c", "", "a equal 1 None")]
    [InlineData("""{"a":1}""", "a", "$id", "", "a equal 1 Forward")]
    // named ids come first
    [InlineData("""{"a":1,"$id":"x"}""", "a", null, "", "by id")]
    [InlineData("""{"a":1,"$id":{"$gt":"x"}}""", "a", null, "", "a equal 1 Forward")]
    public void Choice_IsByRule(string filter, string indexes, string? sort, string arrays, string expected) =>
        Assert.Equal(expected, Shown(Plan(filter, indexes.Split(';'), sort, arrays)));

    [Theory]
    [InlineData("""{"a":{"$gt":1,"$lt":3}}""", "", "05810B01..05811F00")]
    [InlineData("""{"a":{"$gt":1,"$lt":3}}""", "a", "05810B01..06")] // two elements may meet one bound each
    [InlineData("""{"a":{"$gte":1,"$lte":3}}""", "", "05810B00..05811F01")]
    [InlineData("""{"a":{"$lt":3}}""", "", "03..05811F00")]
    [InlineData("""{"a":{"$gt":false}}""", "", "0A..0B")]
    [InlineData("""{"a":{"$gt":"b","$lt":9}}""", "", "06620002..07")]
    [InlineData("""{"a":{"$gte":0}}""", "", "04..06")]
    public void Ranges_StayWithinTheType(string filter, string arrays, string expected) =>
        Assert.Equal(expected, string.Join(' ', Plan(filter, ["a"], arrays: arrays).Keys.Select(range => $"{Convert.ToHexString(range.From)}..{Convert.ToHexString(range.To)}")));

    [Theory]
    [InlineData("{}", "users/", "", "", "users/..users0")]
    [InlineData("{}", "", "b", "d", "b~..d~")]
    [InlineData("""{"$id":{"$gte":"b","$lt":"d"}}""", "", "", "", "b..d")]
    [InlineData("""{"$id":{"$gt":"b"}}""", "a", "", "", "")]
    [InlineData("""{"$id":{"$gt":"b","$lte":"c"}}""", "", "", "", "b~..c~")]
    [InlineData("""{"$id":"x"}""", "", "", "", "x..x~")]
    [InlineData("""{"$id":"x"}""", "users/", "", "", "")]
    [InlineData("""{"$id":{"$in":["c","a",5,"b","a"]}}""", "", "a", "", "b..b~ c..c~")]
    [InlineData("""{"$id":{"$eq":5}}""", "", "", "", "")]
    public void Ids_AreAlwaysBounded(string filter, string prefix, string after, string to, string expected)
    {
        var scope = new IdScope { Prefix = Json.Bytes(prefix), After = Json.Bytes(after), To = Json.Bytes(to) };
        Assert.Equal(expected, string.Join(' ', Plan(filter, [], scope: scope).Ids
            .Select(range => $"{Encoding.UTF8.GetString(range.From)}..{Encoding.UTF8.GetString(range.To)}")).Replace('\0', '~'));
    }

    [Fact]
    public void Folded_ServesEqualityOfStringsButNotTheirRanges()
    {
        Assert.Equal("a equal 1 None", Shown(Plan("""{"a":"Ann"}""", ["a"], fold: true)));
        Assert.Equal("by id", Shown(Plan("""{"a":{"$gt":"Ann"}}""", ["a"], fold: true)));
        Assert.Equal("a equal 0 range None", Shown(Plan("""{"a":{"$gt":5}}""", ["a"], fold: true)));
        Assert.Equal("by id", Shown(Plan("{}", ["a"], sort: "a", fold: true)));
    }

    [Fact]
    public void Partial_IsUsedOnlyWhenTheQueryAsksTheSame()
    {
        IndexDefinition index = Indexing.Index("a", where: """{"active":true}""");
        QueryPlan Of(string filter) => Planner.Plan(Filtering.Parse(filter), default, null, [new IndexChoice(index, new IndexTraits(1))]);
        Assert.Equal("by id", Shown(Of("""{"a":1}""")));
        Assert.Equal("a equal 1 Forward", Shown(Of("""{"active":{"$eq":true},"a":1}""")));
    }

    [Fact]
    public void Overflow_IsACandidateOfEveryQuery()
    {
        IndexDefinition index = Indexing.Index("a");
        QueryPlan plan = Planner.Plan(Filtering.Parse("""{"a":1}"""), default, null, [new IndexChoice(index, IndexTraits.Of([true], false, hasOverflow: true))]);
        Assert.True(plan.Keys[0].Contains([0x00]));
        Assert.Equal(CandidateOrder.None, plan.Order);
    }
}
