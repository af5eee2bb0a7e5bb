using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Queries;

/// <summary>A query never misses a write that was acknowledged before it came.</summary>
[Collection(QueryApplication.Collection)]
public sealed class FreshnessTests(QueryApplication queries)
{
    private const int Writers = 8;
    private const int WritesEach = 25;

    [Fact]
    public async Task Query_BesideManyWriters_HasEveryAcknowledgedWrite()
    {
        string prefix = QueryApplication.NewPrefix();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAndAskAsync($"{prefix}{writer}/")));
        JsonElement count = await queries.AskAsync($"/docs?prefix={prefix}&limit=1&count=true");
        Assert.Equal(Writers, count.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Eventual_AnswersWithoutWaitingAndSaysAsOf()
    {
        string prefix = QueryApplication.NewPrefix();
        await queries.StoreAsync(prefix, ("a", "1"));
        await queries.Application.WaitForIndexAsync();
        JsonElement page = await queries.AskAsync($"/docs?prefix={prefix}&consistency=eventual");

        Assert.Equal("a", QueryApplication.Ids(page, prefix));
        Assert.True(page.GetProperty("asOf").GetInt64() > 0);
    }

    [Fact]
    public async Task Query_WithoutAnIndex_Is501AfterBadInputAndOneDocumentIsStillSelected()
    {
        await using var app = new TestApplication(ApplicationSettings.WithoutIndex);
        await app.StoreAsync("a", "{\"n\":1,\"m\":2}");
        using HttpResponseMessage bad = await app.SendAsync("GET", "/docs?limit=0");
        await bad.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-parameter");
        using HttpResponseMessage list = await app.SendAsync("GET", "/docs");
        await list.AssertProblemAsync(HttpStatusCode.NotImplemented, "no-index");
        Assert.Equal("{\"n\":1}", await app.Client.GetStringAsync("/docs/a?select=n"));
        using HttpResponseMessage created = await app.SendAsync("POST", "/docs", "1");
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    [Fact]
    public async Task Query_WhileTheIndexIsMadeAnew_IsRightBeforeAndAfterAndElse503()
    {
        await using var app = new TestApplication(); // its own: queries of other tests would be refused meanwhile
        await app.StoreAsync("a", "1");
        await app.StoreAsync("b", "1");
        await app.WaitForIndexAsync();
        app.Service<ServedIndex>().Follower!.Rebuild("a test asks for it");
        for (int attempt = 0; ; attempt++)
        {
            using HttpResponseMessage response = await app.SendAsync("GET", "/docs");
            if (response.StatusCode == HttpStatusCode.OK)
            {
                Assert.Equal("a b", QueryApplication.Ids(JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement, prefix: string.Empty));
                break;
            }

            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            JsonElement problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
            if (problem.GetProperty("type").GetString() != "/problems/busy") // it has become ready and has not caught up yet
            {
                Requests.AssertProblem(problem, 503, "index-building");
                Assert.True(problem.GetProperty("done").GetInt64() >= 0 && problem.GetProperty("total").GetInt64() >= 0);
                Assert.Equal("2", response.Field("Retry-After"));
            }

            Assert.True(attempt < 100, "it does not come back");
        }
    }

    [Fact]
    public async Task Post_ANewDocument_HasAnIdInTheOrderOfTimeBehindThePrefix()
    {
        string prefix = QueryApplication.NewPrefix();
        var ids = new List<string>();
        for (int n = 0; n < 3; n++)
        {
            using HttpResponseMessage response = await queries.Application.SendAsync("POST", $"/docs?prefix={prefix}", $"{n}");
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
            ids.Add(JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!);
            Assert.Equal("/docs/" + ids[^1], response.Field("Location"));
            Assert.Equal($"{n}", await queries.Application.Client.GetStringAsync(response.Field("Location")));
            Assert.NotNull(response.Field("ETag"));
        }

        Assert.All(ids, id => Assert.StartsWith(prefix, id, StringComparison.Ordinal));
        Assert.All(ids, id => Assert.Equal(7, Guid.Parse(id[prefix.Length..]).Version));
        Assert.Equal(3, (await queries.AskAsync($"/docs?prefix={prefix}")).GetProperty("documents").GetArrayLength());
    }

    private async Task WriteAndAskAsync(string prefix)
    {
        for (int n = 0; n < WritesEach; n++)
        {
            using HttpResponseMessage put = await queries.Application.PutAsync(prefix + "d", $"{{\"n\":{n}}}");
            Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
            JsonElement page = await queries.AskAsync(QueryApplication.Target(("prefix", prefix), ("filter", $"{{\"n\":{n}}}")));
            Assert.Equal("d", QueryApplication.Ids(page, prefix));
        }
    }
}
