using System.Text;
using DocService.Queries.Aggregation;

namespace DocService.Queries.Tests.Aggregation;

public sealed class AggregatorTests
{
    private static AggregateSpec Spec(string json)
    {
        Assert.True(AggregateSpec.TryParse(Json.Bytes(json), out AggregateSpec? spec, out QueryFault? fault), $"{fault?.At} {fault?.Detail}");
        return spec;
    }

    /// <summary>Groups as <c>key → values</c>, one a line.</summary>
    private static string Aggregate(string spec, params string[] documents)
    {
        var aggregator = new Aggregator(Spec(spec));
        Assert.All(documents, document => Assert.True(aggregator.TryAdd(Json.Bytes(document), Filtering.Facts, SearchLimit.None)));
        return string.Join('\n', aggregator.Groups().Select(group =>
            $"[{string.Join(',', group.Key.Select(value => Encoding.UTF8.GetString(value.Span)))}] → {string.Join(", ", group.Values.Select(Shown))}"));
    }

    private static string Shown(AggregateValue value) =>
        $"{value.Name} {Encoding.UTF8.GetString(value.Json.Span)}{(value.Inexact > 0 ? $" inexact {value.Inexact}" : "")}";

    private const string All = """{"groupBy":["g"],"compute":{"n":{"count":true},"has":{"count":"v"},"sum":{"sum":"v"},"avg":{"avg":"v"},"min":{"min":"v"},"max":{"max":"v"}}}""";

    [Fact]
    public void Groups_AreInTheOrderOfKeys_WithExactResults() => Assert.Equal(
        """
        [null] → n 2, has 1, sum 7, avg 7, min 7, max 7
        [1.0] → n 3, has 3, sum 0.3, avg 0.15, min 0.1, max "x"
        ["a"] → n 1, has 1, sum null, avg null, min null, max null
        [{"k":1}] → n 1, has 0, sum null, avg null, min null, max null
        [[1,2]] → n 1, has 1, sum null, avg null, min [3], max [3]
        [true] → n 1, has 1, sum 1e400, avg 1e400, min 1e400, max 1e400
        """.ReplaceLineEndings("\n"),
        Aggregate(All, """{"g":1.0,"v":0.1}""", """{"g":true,"v":1e400}""", """{"v":7}""", """{"g":null}""", """{"g":1,"v":0.2}""", """{"g":"a","v":null}""",
            """{"g":[1,2],"v":[3]}""", """{"g":{"k":1}}""", """{"g":10e-1,"v":"x"}"""));

    [Fact]
    public void Groups_OfEqualValues_AreOneInTheSpellingFirstMet() => Assert.Equal(
        "[1e0] → n 2\n[\"\\u0061\"] → n 2\n[{\"x\":1,\"y\":2.0}] → n 2",
        Aggregate("""{"groupBy":["g"],"compute":{"n":{"count":true}}}""",
            """{"g":1e0}""", """{"g":1}""", """{"g":"\u0061"}""", """{"g":"a"}""", """{"g":{"x":1,"y":2.0}}""", """{"g":{"y":2,"x":1}}"""));

    [Fact]
    public void Numbers_OutOfReach_AreCountedAsInexact() => Assert.Equal(
        "[] → s null inexact 1, a null inexact 1, m 1e999999999",
        Aggregate("""{"compute":{"s":{"sum":"v"},"a":{"avg":"v"},"m":{"max":"v"}}}""", """{"v":1e999999999}""", """{"v":1}"""));

    [Theory]
    [InlineData("""{"compute":{"n":{"count":true},"s":{"sum":"v"}}}""", "[] → n 0, s null")]
    [InlineData("""{"groupBy":["g"]}""", "")]
    public void Groups_OfNoDocuments(string spec, string expected) => Assert.Equal(expected, Aggregate(spec));

    [Theory]
    [InlineData("""{"groupBy":["a.b"]}""", """{"a":[{"b":1},{},{"b":[2]}]}""", "[[1,[2]]] → ")]
    [InlineData("""{"groupBy":["a.b"]}""", """{"a":[1]}""", "[null] → ")]
    [InlineData("""{"groupBy":["a.1"]}""", """{"a":[5,6]}""", "[6] → ")]
    [InlineData("""{"groupBy":["/a/1","$id"]}""", """{"a":[5,6]}""", "[6,\"users/ann\"] → ")]
    [InlineData("""{"compute":{"s":{"sum":"a.b"},"v":{"max":"$version"}}}""", """{"a":{"b":2}}""", "[] → s 2, v 17")]
    public void Paths_StandForWholeValues(string spec, string document, string expected) => Assert.Equal(expected, Aggregate(spec, document));

    [Fact]
    public void Groups_MoreThanTenThousand_AreRefused()
    {
        var aggregator = new Aggregator(Spec("""{"groupBy":["g"]}"""));
        for (int i = 0; i < 10_000; i++)
        {
            Assert.True(aggregator.TryAdd(Json.Bytes($$"""{"g":{{i}}}"""), Filtering.Facts, SearchLimit.None));
        }

        Assert.True(aggregator.TryAdd("""{"g":9999.0}"""u8, Filtering.Facts, SearchLimit.None));
        Assert.False(aggregator.TryAdd("""{"g":10000}"""u8, Filtering.Facts, SearchLimit.None));
    }

    [Fact]
    public void Groups_ThatKeepTooMuchOfDocuments_AreRefused()
    {
        var aggregator = new Aggregator(Spec("""{"groupBy":["g"]}"""));
        string text = new('x', 16 << 20);
        Assert.True(aggregator.TryAdd(Json.Bytes($$"""{"g":"1{{text}}"}"""), Filtering.Facts, SearchLimit.None));
        Assert.True(aggregator.TryAdd(Json.Bytes($$"""{"g":"2{{text}}"}"""), Filtering.Facts, SearchLimit.None));
        Assert.True(aggregator.TryAdd(Json.Bytes($$"""{"g":"3{{text}}"}"""), Filtering.Facts, SearchLimit.None));
        Assert.False(aggregator.TryAdd(Json.Bytes($$"""{"g":"4{{text}}"}"""), Filtering.Facts, SearchLimit.None));
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("{}", "")]
    [InlineData("""{"groupby":[]}""", "/groupby")]
    [InlineData("""{"groupBy":"a"}""", "/groupBy")]
    [InlineData("""{"groupBy":["a","a"]}""", "/groupBy/1")]
    [InlineData("""{"groupBy":[""]}""", "/groupBy/0")]
    [InlineData("""{"compute":[]}""", "/compute")]
    [InlineData("""{"compute":{"n":{}}}""", "/compute/n")]
    [InlineData("""{"compute":{"n":{"median":"a"}}}""", "/compute/n")]
    [InlineData("""{"compute":{"n":{"sum":"a","avg":"a"}}}""", "/compute/n")]
    [InlineData("""{"compute":{"n":{"sum":true}}}""", "/compute/n/sum")]
    [InlineData("""{"compute":{"n":{"count":false}}}""", "/compute/n/count")]
    [InlineData("""{"compute":{"n":{"max":"a..b"}}}""", "/compute/n/max")]
    [InlineData("""{"groupBy":["a/b"],"compute":{"a/b":{"count":true}}}""", "/compute/a~1b")]
    public void Faults_ArePointedAt(string spec, string at)
    {
        Assert.False(AggregateSpec.TryParse(Json.Bytes(spec), out _, out QueryFault? fault));
        Assert.Equal(("invalid-aggregate", at), (fault.Kind, fault.At));
    }
}
