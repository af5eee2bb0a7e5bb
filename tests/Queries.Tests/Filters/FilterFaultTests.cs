
using DocService.Queries.Filters;

namespace DocService.Queries.Tests.Filters;

public sealed class FilterFaultTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("{", "")]
    [InlineData("{} {}", "")]
    [InlineData("[]", "")]
    [InlineData("null", "")]
    [InlineData("""{"a":1,"a":2}""", "")]
    [InlineData("""{"a":"\ud800"}""", "/a")]
    [InlineData("""{"\ud800":1}""", "")]
    [InlineData("""{"":1}""", "/")]
    [InlineData("""{"a..b":1}""", "/a..b")]
    [InlineData("""{"a.$b":1}""", "/a.$b")]
    [InlineData("""{"/a~2":1}""", "/~1a~02")]
    [InlineData("""{"$foo":1}""", "/$foo")]
    [InlineData("""{"$where":"1"}""", "/$where")]
    [InlineData("""{"$gt":1}""", "/$gt")]
    [InlineData("""{"$not":{"a":1}}""", "/$not")]
    [InlineData("""{"a":{"$foo":1}}""", "/a/$foo")]
    [InlineData("""{"a":{"$gt":1,"b":2}}""", "/a/b")]
    [InlineData("""{"a":{"b":2,"$gt":1}}""", "/a/b")]
    [InlineData("""{"a":{"$ref":"x"}}""", "/a/$ref")]
    [InlineData("""{"$and":[]}""", "/$and")]
    [InlineData("""{"$or":[]}""", "/$or")]
    [InlineData("""{"$nor":[]}""", "/$nor")]
    [InlineData("""{"$and":{"a":1}}""", "/$and")]
    [InlineData("""{"$and":[{"a":1},5]}""", "/$and/1")]
    [InlineData("""{"$or":[{"a":{"$size":-1}}]}""", "/$or/0/a/$size")]
    [InlineData("""{"a":{"$not":{}}}""", "/a/$not")]
    [InlineData("""{"a":{"$not":5}}""", "/a/$not")]
    [InlineData("""{"a":{"$not":{"b":1}}}""", "/a/$not/b")]
    [InlineData("""{"a":{"$in":1}}""", "/a/$in")]
    [InlineData("""{"a":{"$nin":{}}}""", "/a/$nin")]
    [InlineData("""{"a":{"$all":1}}""", "/a/$all")]
    [InlineData("""{"a":{"$exists":1}}""", "/a/$exists")]
    [InlineData("""{"a":{"$type":"int"}}""", "/a/$type")]
    [InlineData("""{"a":{"$type":[]}}""", "/a/$type")]
    [InlineData("""{"a":{"$size":1.5}}""", "/a/$size")]
    [InlineData("""{"a":{"$size":"1"}}""", "/a/$size")]
    [InlineData("""{"a":{"$mod":[4]}}""", "/a/$mod")]
    [InlineData("""{"a":{"$mod":[4,0.5]}}""", "/a/$mod")]
    [InlineData("""{"a":{"$mod":[0,0]}}""", "/a/$mod/0")]
    [InlineData("""{"a":{"$mod":[1e30,0]}}""", "/a/$mod")]
    [InlineData("""{"a":{"$elemMatch":5}}""", "/a/$elemMatch")]
    [InlineData("""{"a":{"$elemMatch":{"$gt":1,"b":2}}}""", "/a/$elemMatch/b")]
    [InlineData("""{"a":{"$elemMatch":{"b":2,"$gt":1}}}""", "/a/$elemMatch/$gt")]
    [InlineData("""{"a":{"$elemMatch":{"$id":"x"}}}""", "/a/$elemMatch/$id")]
    [InlineData("""{"a":{"$regex":5}}""", "/a/$regex")]
    [InlineData("""{"a":{"$regex":"a("}}""", "/a/$regex")]
    [InlineData("""{"a":{"$regex":"(a)\\1"}}""", "/a/$regex")]
    [InlineData("""{"a":{"$regex":"(?=a)"}}""", "/a/$regex")]
    [InlineData("""{"a":{"$regex":"a{1001}"}}""", "/a/$regex")]
    [InlineData("""{"a":{"$regex":"(a{1000}){1000}"}}""", "/a/$regex")]
    [InlineData("""{"a":{"$regex":"a","$options":"x"}}""", "/a/$options")]
    [InlineData("""{"a":{"$regex":"a","$options":"ii"}}""", "/a/$options")]
    [InlineData("""{"a":{"$regex":"a","$options":1}}""", "/a/$options")]
    [InlineData("""{"a":{"$options":"i"}}""", "/a/$options")]
    public void Faults_ArePointedAt(string filter, string at) => Assert.Equal(at, Filtering.Refused(filter).At);

    [Fact]
    public void Faults_InTheBytes_AreRefused()
    {
        Assert.Contains("UTF-8", Filtering.Refused([(byte)'{', (byte)'"', 0xC3, (byte)'"', (byte)':', (byte)'1', (byte)'}']).Detail, StringComparison.Ordinal);
        Assert.Contains("byte 10", Filtering.Refused("{\"a\":1,\n\n ?}").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_AreHeldAndOneMoreIsRefused()
    {
        string Padded(int bytes) => $$"""{"a":1{{new string(' ', bytes - 7)}}}""";
        Filtering.Parse(Padded(65_536));
        Assert.Equal("", Filtering.Refused(Padded(65_537)).At);

        string Deep(int levels) => $$"""{"a":{{new string('[', levels - 1)}}{{new string(']', levels - 1)}}}""";
        Filtering.Parse(Deep(32));
        Assert.Equal("/a" + string.Concat(Enumerable.Repeat("/0", 31)), Filtering.Refused(Deep(33)).At);
        Assert.Equal(Filtering.Refused(Deep(33)).At, Filtering.Refused(Deep(30_000)).At);
        Assert.Equal("/0/b~1/0" + string.Concat(Enumerable.Repeat("/0", 29)), Filtering.Refused($$"""[{"a":[[1]],"b/":{{new string('[', 31)}}""").At);

        string Wide(int nodes) => $"{{{string.Join(',', Enumerable.Range(0, nodes).Select(i => $"\"m{i}\":{i}"))}}}";
        Assert.True(Filtering.Matches(Wide(1_000), Wide(1_000)));
        Assert.Equal("/m1000", Filtering.Refused(Wide(1_001)).At);

        string Values(int count) => "{\"a\":{\"$in\":[" + string.Join(",", Enumerable.Range(0, count)) + "]}}";
        Assert.True(Filtering.Matches(Values(10_000), """{"a":9999}"""));
        Assert.False(Filtering.Matches(Values(10_000), """{"a":10000}"""));
        Assert.Equal("/a/$in", Filtering.Refused(Values(10_001)).At);

        Filtering.Parse("""{"a":{"$regex":"a{990}"}}""");
        string Patterns(int count) => "{\"$or\":[" + string.Join(",", Enumerable.Repeat("{\"a\":{\"$regex\":\"x\"}}", count)) + "]}";
        Filtering.Parse(Patterns(50));
        Assert.Equal("/$or/50/a/$regex", Filtering.Refused(Patterns(51)).At);
    }

    [Fact]
    public void Matching_EndsWithItsTime()
    {
        Matcher matcher = Filtering.Parse("""{"a":{"$in":[-1]}}""").CreateMatcher();
        byte[] document = Json.Bytes($$"""{"a":[{{string.Join(',', Enumerable.Range(0, 100_000))}}]}""");
        SearchLimit over = SearchLimit.After(TimeSpan.FromSeconds(-1), TimeProvider.System, CancellationToken.None);
        Assert.Throws<SearchLimitException>(() => matcher.Matches(document, Filtering.Facts, over));
        SearchLimit gone = SearchLimit.After(TimeSpan.FromHours(1), TimeProvider.System, new CancellationToken(canceled: true));
        Assert.Throws<OperationCanceledException>(() => matcher.Matches(document, Filtering.Facts, gone));
        Assert.False(matcher.Matches(document, Filtering.Facts, SearchLimit.None));
    }

    [Fact]
    public void Regex_WhenTheTimeIsOver_IsBuiltAllTheSame() =>
        Assert.True(Filter.TryParse(Json.Bytes("""{"a":{"$regex":"x"}}"""), TimeSpan.FromSeconds(-1), out _, out _));

    [Fact]
    public void Regex_ThatWouldBacktrackForEver_TakesLinearTime()
    {
        string text = new('a', 100_000);
        Assert.False(Filtering.Matches("""{"a":{"$regex":"^(a+)+$"}}""", $$"""{"a":"{{text}}!"}"""));
    }

    [Fact]
    public void IsPartOf_SameConditionsInOtherWords_IsTrue()
    {
        Filter where = Filtering.Parse("""{"active":true,"age":{"$gte":18.0}}""");
        Assert.True(where.IsPartOf(Filtering.Parse("""{"name":"x","$and":[{"age":{"$lt":99,"$gte":18}},{"active":true}]}""")));
        Assert.False(where.IsPartOf(Filtering.Parse("""{"active":true,"age":{"$gt":18}}""")));
        Assert.False(where.IsPartOf(Filtering.Parse("""{"$or":[{"active":true,"age":{"$gte":18}},{"b":1}]}""")));
        Assert.True(Filter.Everything.IsPartOf(where));
    }
}
