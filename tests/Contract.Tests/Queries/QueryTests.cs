using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Queries;
using DocService.Api.Tests.Support;
using DocService.Contract.Tests.Support;

namespace DocService.Contract.Tests.Queries;

/// <summary>Filters, sorts, facts and aggregates over HTTP; the language itself is tested where it is.</summary>
public abstract class QueryTests(SharedServer shared)
{
    private readonly QueryClient _queries = new(shared.Server);
    private readonly string _prefix = QueryClient.NewPrefix();

    [Theory]
    [InlineData("{\"country\":\"NO\",\"age\":{\"$gte\":30}}", null, "b")]
    [InlineData("{\"tags\":\"x\"}", null, "a c")]
    [InlineData("{\"$length\":{\"$gt\":45}}", null, "a c")]
    [InlineData("{\"$type\":\"application/json\",\"country\":{\"$ne\":\"NO\"}}", null, "c d")]
    [InlineData("{}", "-age", "c b a d")]
    [InlineData("{}", "country,-age", "d c b a")]
    [InlineData("{\"age\":{\"$exists\":true}}", "tags,$id", "b a c")]
    [InlineData("{}", "-$id", "d c b a")]
    [InlineData("{\"name\":{\"$regex\":\"^a\",\"$options\":\"i\"}}", null, "a d")]
    public async Task Filter_AndSort_ByParameterAndByBodyGiveTheSame(string filter, string? sort, string expected)
    {
        await StorePeopleAsync();
        string target = QueryClient.Target([("prefix", _prefix), ("filter", filter), .. sort is null ? Array.Empty<(string, string)>() : [("sort", sort)]]);
        string body = $"{{\"prefix\":\"{_prefix}\",\"filter\":{filter}{(sort is null ? "" : $",\"sort\":{JsonSerializer.Serialize(sort.Split(','))}")}}}";

        Assert.Equal(expected, QueryClient.Ids(await _queries.AskAsync(target), _prefix));
        Assert.Equal(expected, QueryClient.Ids(await _queries.QueryAsync(body), _prefix));
        using HttpResponseMessage posted = await _queries.Application.SendAsync("POST", "/query", body);
        Assert.Equal(expected, QueryClient.Ids(JsonDocument.Parse(await posted.Content.ReadAsStringAsync()).RootElement, _prefix));
    }

    [Fact]
    public async Task MultiGet_ByIds_ReadsThoseAloneAndLeavesOutWhatIsNotThere()
    {
        await StorePeopleAsync();
        JsonElement page = await _queries.QueryAsync($"{{\"filter\":{{\"$id\":{{\"$in\":[\"{_prefix}c\",\"{_prefix}nobody\",\"{_prefix}a\",\"\\u0000cursor-key\"]}}}},\"explain\":true}}");

        Assert.Equal("a c", QueryClient.Ids(page, _prefix));
        Assert.Equal("ids", page.GetProperty("plan").GetProperty("reads").GetString());
        Assert.Equal(2, page.GetProperty("plan").GetProperty("examined").GetInt32());
    }

    [Fact]
    public async Task Times_InFilters_AreThoseThatAnswersShow()
    {
        await StorePeopleAsync();
        JsonElement first = await _queries.AskAsync(QueryClient.Target(("prefix", _prefix), ("include", "info")));
        string modified = first.GetProperty("documents")[0].GetProperty("modified").GetString()!;

        JsonElement same = await _queries.AskAsync(QueryClient.Target(("prefix", _prefix), ("filter", $"{{\"$modified\":\"{modified}\"}}")));
        Assert.Equal("a b c d", QueryClient.Ids(same, _prefix));
        JsonElement later = await _queries.AskAsync(QueryClient.Target(("prefix", _prefix), ("filter", $"{{\"$modified\":{{\"$gt\":\"{modified}\"}}}}")));
        Assert.Equal("", QueryClient.Ids(later, _prefix));
    }

    [Fact]
    public async Task Aggregate_ByGroup_CountsAndComputesInTheOrderOfKeys()
    {
        await StorePeopleAsync();
        JsonElement answer = await _queries.QueryAsync(
            $"{{\"prefix\":\"{_prefix}\",\"aggregate\":{{\"groupBy\":[\"country\"],\"compute\":{{\"n\":{{\"count\":true}},\"sum\":{{\"sum\":\"age\"}},\"min\":{{\"min\":\"name\"}}}}}},\"count\":true}}");

        Assert.Equal(
            """[{"key":[null],"values":{"n":1,"sum":null,"min":"ann"}},{"key":["DK"],"values":{"n":1,"sum":41,"min":"Carl"}},{"key":["NO"],"values":{"n":2,"sum":50,"min":"Ada"}}]""",
            answer.GetProperty("groups").GetRawText());
        Assert.Equal(4, answer.GetProperty("count").GetInt32());
        Assert.True(answer.GetProperty("asOf").GetInt64() > 0);
    }

    [Fact]
    public async Task Aggregate_NumbersTooFarApart_AreNullAndInexact()
    {
        await _queries.StoreAsync(_prefix, ("a", "{\"n\":1e500}"), ("b", "{\"n\":1}"));
        JsonElement answer = await _queries.QueryAsync($"{{\"prefix\":\"{_prefix}\",\"aggregate\":{{\"compute\":{{\"s\":{{\"sum\":\"n\"}}}}}}}}");

        Assert.Equal("""[{"key":[],"values":{"s":null},"inexact":{"s":1}}]""", answer.GetProperty("groups").GetRawText());
    }

    [Fact]
    public async Task Aggregate_TooManyGroups_Is422()
    {
        for (int batch = 0; batch < 11; batch++)
        {
            await _queries.StoreAsync(_prefix, [.. Enumerable.Range(0, 1000).Select(n => ($"{batch}-{n}", $"{{\"n\":{(batch * 1000) + n}}}"))]);
        }

        using HttpResponseMessage response = await _queries.Application.SendAsync("QUERY", "/docs", $"{{\"prefix\":\"{_prefix}\",\"aggregate\":{{\"groupBy\":[\"n\"]}}}}");
        await response.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "too-many-groups");
    }

    [Theory]
    [InlineData("/docs/{0}a?select=name,tags", "{\"name\":\"Ada\",\"tags\":[\"x\",\"y\"]}")]
    [InlineData("/docs/{0}a?select=%2Ftags%2F1", "{\"tags\":[\"y\"]}")]
    [InlineData("/docs/{0}a?select=nothing", "{}")]
    public async Task Select_OfOneDocument_KeepsStructureAndTheVersion(string target, string expected)
    {
        await StorePeopleAsync();
        using HttpResponseMessage whole = await _queries.Application.SendAsync("GET", $"/docs/{_prefix}a");
        using HttpResponseMessage part = await _queries.Application.SendAsync("GET", string.Format(System.Globalization.CultureInfo.InvariantCulture, target, _prefix));

        Assert.Equal(expected, await part.Content.ReadAsStringAsync());
        Assert.Equal(whole.Field("ETag"), part.Field("ETag"));
        Assert.Null(part.Field("Repr-Digest"));
        Assert.Equal(expected.Length, part.Content.Headers.ContentLength);
    }

    private Task StorePeopleAsync() => _queries.StoreAsync(
        _prefix,
        ("a", """{"name":"Ada","country":"NO","age":20,"tags":["x","y"]}"""),
        ("b", """{"name":"Bo","country":"NO","age":30}"""),
        ("c", """{"name":"Carl","country":"DK","age":41,"tags":["z","x"]}"""),
        ("d", """{"name":"ann"}"""));
}
