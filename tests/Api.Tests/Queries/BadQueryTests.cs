using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Queries;

/// <summary>What cannot be meant is refused with a problem that names it, and lists nothing.</summary>
[Collection(QueryApplication.Collection)]
public sealed class BadQueryTests(QueryApplication queries)
{
    [Theory]
    [InlineData("fiter={}", "unknown-parameter", "fiter", null)]
    [InlineData("Prefix=a", "unknown-parameter", "Prefix", null)]
    [InlineData("aggregate={}", "unknown-parameter", "aggregate", null)]
    [InlineData("prefix=", "invalid-parameter", "prefix", null)]
    [InlineData("prefix", "invalid-parameter", "prefix", null)]
    [InlineData("prefix=a&prefix=a", "invalid-parameter", "prefix", null)]
    [InlineData("prefix=%ff", "invalid-parameter", "prefix", null)]
    [InlineData("prefix=%00cursor-key", "invalid-id", "prefix", null)]
    [InlineData("after=%00", "invalid-id", "after", null)]
    [InlineData("to=a%0Ab", "invalid-id", "to", null)]
    [InlineData("prefix=a/../b", "invalid-id", "prefix", null)]
    [InlineData("limit=0", "invalid-parameter", "limit", null)]
    [InlineData("limit=1001", "invalid-parameter", "limit", null)]
    [InlineData("limit=%2B5", "invalid-parameter", "limit", null)]
    [InlineData("limit=99999999999999999999", "invalid-parameter", "limit", null)]
    [InlineData("limit=1.0", "invalid-parameter", "limit", null)]
    [InlineData("reverse=1", "invalid-parameter", "reverse", null)]
    [InlineData("count=True", "invalid-parameter", "count", null)]
    [InlineData("explain=yes", "invalid-parameter", "explain", null)]
    [InlineData("consistency=strong", "invalid-parameter", "consistency", null)]
    [InlineData("include=all", "invalid-parameter", "include", null)]
    [InlineData("delimiter=%01", "invalid-parameter", "delimiter", null)]
    [InlineData("sort=a&reverse=true", "invalid-parameter", "reverse", null)]
    [InlineData("sort=a&after=b", "invalid-parameter", "after", null)]
    [InlineData("sort=a&to=b", "invalid-parameter", "to", null)]
    [InlineData("sort=a&delimiter=/", "invalid-parameter", "delimiter", null)]
    [InlineData("delimiter=/&count=true", "invalid-parameter", "count", null)]
    [InlineData("select=a&include=info", "invalid-parameter", "select", null)]
    [InlineData("filter=", "invalid-parameter", "filter", null)]
    [InlineData("filter={", "invalid-filter", "filter", "")]
    [InlineData("filter=[]", "invalid-filter", "filter", "")]
    [InlineData("filter={\"a\":{\"$foo\":1}}", "invalid-filter", "filter", "/a/$foo")]
    [InlineData("filter={\"$and\":[]}", "invalid-filter", "filter", "/$and")]
    [InlineData("filter={\"a\":{\"$regex\":\"(\"}}", "invalid-filter", "filter", "/a/$regex")]
    [InlineData("filter={\"a\":1,\"a\":2}", "invalid-filter", "filter", "")]
    [InlineData("sort=a,,b", "invalid-sort", "sort", "/1")]
    [InlineData("sort=$x", "invalid-sort", "sort", "/0")]
    [InlineData("select=a,a", "invalid-select", "select", "/1")]
    [InlineData("cursor=x", "invalid-cursor", null, null)]
    [InlineData("cursor=AAAA", "invalid-cursor", null, null)]
    public async Task Parameter_ThatCannotBeMeant_IsNamed(string query, string slug, string? parameter, string? at)
    {
        using HttpResponseMessage response = await queries.Application.SendAsync("GET", "/docs?" + query);
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.BadRequest, slug);

        Assert.Equal(parameter, problem.TryGetProperty("parameter", out JsonElement name) ? name.GetString() : null);
        Assert.Equal(at, problem.TryGetProperty("pointer", out JsonElement found) ? found.GetString() : null);
    }

    [Theory]
    [InlineData("[]", "invalid-request", null)]
    [InlineData("{", "invalid-json", null)]
    [InlineData("{\"limit\":1,\"limit\":2}", "invalid-json", null)]
    [InlineData("{\"fiter\":{}}", "unknown-parameter", null)]
    [InlineData("{\"limit\":\"5\"}", "invalid-parameter", "/limit")]
    [InlineData("{\"limit\":1.5}", "invalid-parameter", "/limit")]
    [InlineData("{\"limit\":null}", "invalid-parameter", "/limit")]
    [InlineData("{\"reverse\":\"true\"}", "invalid-parameter", "/reverse")]
    [InlineData("{\"prefix\":5}", "invalid-parameter", "/prefix")]
    [InlineData("{\"prefix\":\"\"}", "invalid-id", "/prefix")]
    [InlineData("{\"after\":\"\\u0000x\"}", "invalid-id", "/after")]
    [InlineData("{\"filter\":\"{}\"}", "invalid-filter", "/filter")]
    [InlineData("{\"filter\":{\"a\":{\"$in\":5}}}", "invalid-filter", "/filter/a/$in")]
    [InlineData("{\"sort\":\"a\"}", "invalid-sort", "/sort")]
    [InlineData("{\"sort\":[{\"path\":\"a\",\"desc\":true}]}", "invalid-sort", "/sort/0/desc")]
    [InlineData("{\"select\":[]}", "invalid-select", "/select")]
    [InlineData("{\"aggregate\":{\"compute\":{\"x\":{\"median\":\"a\"}}}}", "invalid-aggregate", "/aggregate/compute/x")]
    [InlineData("{\"aggregate\":{\"groupBy\":[\"a\"]},\"sort\":[\"a\"]}", "invalid-parameter", "/sort")]
    [InlineData("{\"aggregate\":{\"groupBy\":[\"a\"]},\"limit\":5}", "invalid-parameter", "/limit")]
    public async Task Body_ThatCannotBeMeant_IsPointedAt(string body, string slug, string? at)
    {
        using HttpResponseMessage response = await queries.Application.SendAsync("QUERY", "/docs", body);
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.BadRequest, slug);

        Assert.Equal(at, problem.TryGetProperty("pointer", out JsonElement found) ? found.GetString() : null);
    }

    [Fact]
    public async Task Body_OfAnotherTypeOrTooLarge_IsRefused()
    {
        using HttpResponseMessage text = await queries.Application.SendAsync("QUERY", "/docs", "{}", ("Content-Type", "text/plain"));
        await text.AssertProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");
        using HttpResponseMessage large = await queries.Application.SendAsync("QUERY", "/docs", "{}" + new string(' ', 600_000));
        await large.AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge, "payload-too-large");
    }

    [Fact]
    public async Task Filter_AtItsLimits_IsTakenAndOneBeyondIsRefused()
    {
        static string Values(int count) => $"{{\"filter\":{{\"a\":{{\"$in\":[{string.Join(',', Enumerable.Range(0, count))}]}}}},\"limit\":1}}";
        using HttpResponseMessage most = await queries.Application.SendAsync("QUERY", "/docs", Values(10_000));
        Assert.Equal(HttpStatusCode.OK, most.StatusCode);
        using HttpResponseMessage more = await queries.Application.SendAsync("QUERY", "/docs", Values(10_001));
        await more.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-filter");
        string deep = string.Concat(Enumerable.Repeat("{\"$and\":[", 40)) + "{}" + string.Concat(Enumerable.Repeat("]}", 40));
        using HttpResponseMessage tooDeep = await queries.Application.SendAsync("QUERY", "/docs", $"{{\"filter\":{deep}}}");
        JsonElement problem = await tooDeep.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-filter");
        Assert.StartsWith("/filter/$and/0/", problem.GetProperty("pointer").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/docs/a?select=", "invalid-parameter")]
    [InlineData("GET", "/docs/a?select=a..b", "invalid-select")]
    [InlineData("GET", "/docs/a?select=$id", "invalid-parameter")]
    [InlineData("GET", "/docs/a?filter={}", "unknown-parameter")]
    [InlineData("DELETE", "/docs/a?select=a", "unknown-parameter")]
    [InlineData("QUERY", "/docs?limit=5", "unknown-parameter")]
    [InlineData("POST", "/query?limit=5", "unknown-parameter")]
    [InlineData("POST", "/docs?suffix=a", "unknown-parameter")]
    [InlineData("POST", "/docs?prefix=%00", "invalid-id")]
    public async Task OtherRoutes_TakeTheirOwnParametersAlone(string method, string target, string slug)
    {
        using HttpResponseMessage response = await queries.Application.SendAsync(method, target, method is "POST" or "QUERY" ? "{}" : null);
        await response.AssertProblemAsync(HttpStatusCode.BadRequest, slug);
    }

    [Theory]
    [InlineData("/docs/")]
    [InlineData("/DOCS")]
    [InlineData("/Docs?limit=1")]
    public async Task OtherSpellings_OfTheList_AreNotFound(string target)
    {
        using HttpResponseMessage response = await queries.Application.SendAsync("GET", target);
        await response.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task Cursor_OfAnotherQueryOrAltered_IsRefused()
    {
        string prefix = QueryApplication.NewPrefix();
        await queries.StoreAsync(prefix, ("a", "{\"n\":1}"), ("b", "{\"n\":2}"), ("c", "{\"n\":3}"));
        string target = $"/docs?prefix={prefix}&sort=n&limit=1";
        string next = (await queries.AskAsync(target)).GetProperty("next").GetString()!;
        Assert.Equal("b c", QueryApplication.Ids(await queries.AskAsync($"/docs?prefix={prefix}&sort=n&limit=2&include=info&count=true&cursor={next}"), prefix));
        foreach (string other in new[] { $"/docs?prefix={prefix}&limit=1", $"/docs?prefix={prefix}&sort=-n&limit=1", $"/docs?prefix={prefix}a&sort=n&limit=1", $"{target}&filter={{}}", $"{target}&select=n" })
        {
            using HttpResponseMessage response = await queries.Application.SendAsync("GET", $"{other}&cursor={next}");
            await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-cursor");
        }

        for (int at = 2; at < next.Length; at++)
        {
            char[] altered = next.ToCharArray();
            altered[at] = altered[at] == 'x' ? 'y' : 'x';
            using HttpResponseMessage response = await queries.Application.SendAsync("GET", $"{target}&cursor={new string(altered)}");
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }

        using HttpResponseMessage older = await queries.Application.SendAsync("GET", $"{target}&cursor=CQ{next[2..]}");
        await older.AssertProblemAsync(HttpStatusCode.BadRequest, "cursor-expired");
    }
}
