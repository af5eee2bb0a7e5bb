using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Queries;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Changes;

/// <summary>GET /changes: a page of what became of documents, and what it refuses.</summary>
[Collection(QueryApplication.Collection)]
public sealed class ChangePollTests(QueryApplication queries)
{
    private readonly string _prefix = QueryApplication.NewPrefix();

    [Fact]
    public async Task Page_TellsEachDocumentsNewestChangeWithItsBodyVerbatim()
    {
        const string Body = "{ \"a\" :\r\n1.0}";
        await PutAsync("x", "1");
        await PutAsync("y", Body);
        await PutAsync("x", "2");

        JsonElement page = await AskAsync();
        JsonElement[] changes = [.. page.GetProperty("changes").EnumerateArray()];
        Assert.Equal(["y", "x"], changes.Select(change => change.GetProperty("id").GetString()![_prefix.Length..]));
        JsonElement y = changes[0];
        Assert.Equal(["sequence", "id", "op", "version", "modified", "type", "length", "sha256", "body"], y.EnumerateObject().Select(member => member.Name));
        Assert.Equal("put", y.GetProperty("op").GetString());
        Assert.Equal(y.GetProperty("sequence").GetInt64(), y.GetProperty("version").GetInt64());
        Assert.Equal(Body, y.GetProperty("body").GetRawText());
        Assert.Equal(Body.Length, y.GetProperty("length").GetInt32());
        Assert.Equal(page.GetProperty("through").GetString(), page.GetProperty("next").GetString());
    }

    [Fact]
    public async Task Since_TellsOnlyWhatCameBehind_DeletesToo()
    {
        await PutAsync("x", "1");
        await PutAsync("y", "1");
        string next = (await AskAsync()).GetProperty("next").GetString()!;
        Assert.Empty(Told(await AskAsync(("since", next))));
        await PutAsync("z", "1");
        using (HttpResponseMessage deleted = await queries.Application.SendAsync("DELETE", $"/docs/{_prefix}x"))
        {
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }

        JsonElement page = await AskAsync(("since", next));
        Assert.Equal("put z delete x", Told(page));
        Assert.False(page.GetProperty("changes")[1].TryGetProperty("body", out _));
        Assert.Equal("put y put z", Told(await AskAsync()));
        Assert.Equal("put y put z", Told(await AskAsync(("since", "0"))));
    }

    [Fact]
    public async Task Pages_FollowedToTheirEnd_TellAll_ABatchIsNeverCut()
    {
        await queries.StoreAsync(_prefix, ("a", "1"));
        await queries.StoreAsync(_prefix, ("b", "1"), ("c", "1"), ("d", "1"));
        await queries.StoreAsync(_prefix, ("e", "1"));
        JsonElement first = await AskAsync(("limit", "2"));
        Assert.Equal("put a put b put c put d", Told(first));
        Assert.NotEqual(first.GetProperty("through").GetString(), first.GetProperty("next").GetString());
        JsonElement second = await AskAsync(("limit", "2"), ("since", first.GetProperty("next").GetString()!));
        Assert.Equal("put e", Told(second));
        Assert.Equal(second.GetProperty("through").GetString(), second.GetProperty("next").GetString());
    }

    [Fact]
    public async Task Filter_OthersAreGoneWithoutBody()
    {
        await queries.StoreAsync(_prefix, ("a", "{\"n\":1}"), ("b", "{\"n\":2}"), ("c", "{\"n\":1}"));
        JsonElement page = await AskAsync(("filter", "{\"n\":1}"));
        Assert.Equal("put a put c", Told(page));
        string next = page.GetProperty("next").GetString()!;
        await queries.StoreAsync(_prefix, ("a", "{\"n\":3}"), ("d", "{\"n\":2}"));
        using (await queries.Application.SendAsync("DELETE", $"/docs/{_prefix}c"))
        {
        }

        page = await AskAsync(("filter", "{\"n\":1}"), ("since", next));
        Assert.Equal("gone a gone d gone c", Told(page));
        Assert.All(page.GetProperty("changes").EnumerateArray(), change => Assert.Equal(["sequence", "id", "op", "version", "modified"], change.EnumerateObject().Select(member => member.Name)));
    }

    [Theory]
    [InlineData("raw", "sequence id op version modified type length sha256 raw")]
    [InlineData("info", "sequence id op version modified type length sha256")]
    [InlineData("id", "sequence id op version")]
    public async Task Include_ShowsWhatIsAskedFor(string include, string members)
    {
        await PutAsync("x", "[1, 2]");
        JsonElement change = (await AskAsync(("include", include))).GetProperty("changes")[0];
        Assert.Equal(members, string.Join(' ', change.EnumerateObject().Select(member => member.Name)));
        Assert.True(include != "raw" || change.GetProperty("raw").GetString() == "[1, 2]");
    }

    [Fact]
    public async Task Wait_AnswersWhenSomethingChanges_AndIsNotEndedByOthers()
    {
        string since = (await AskAsync()).GetProperty("next").GetString()!;
        Task<JsonElement> waiting = AskAsync(("since", since), ("wait", "50"));
        await queries.Application.StoreAsync(TestApplication.NewId(), "1"); // another prefix
        await PutAsync("x", "1");
        Assert.Equal("put x", Told(await waiting));
    }

    [Fact]
    public async Task Wait_WithAFilter_AnswersWithWhatMatchesAndWithOthersAsGone()
    {
        await PutAsync("x", "{\"n\":1}");
        string since = (await AskAsync()).GetProperty("next").GetString()!;
        Task<JsonElement> waiting = AskAsync(("since", since), ("filter", "{\"n\":1}"), ("wait", "50"));
        await PutAsync("x", "{\"n\":2}");
        JsonElement page = await waiting;
        Assert.Equal("gone x", Told(page));

        waiting = AskAsync(("since", page.GetProperty("next").GetString()!), ("filter", "{\"n\":1}"), ("wait", "50"));
        await PutAsync("y", "{\"n\":1}");
        Assert.Equal("put y", Told(await waiting));
    }

    [Fact]
    public async Task Wait_TimeIsOver_AnswersEmptyWithANextThatHasAdvanced()
    {
        string since = (await AskAsync()).GetProperty("next").GetString()!;
        await queries.Application.StoreAsync(TestApplication.NewId(), "1");
        JsonElement page = await AskAsync(("since", since), ("wait", "1"));
        Assert.Empty(Told(page));
        Assert.NotEqual(since, page.GetProperty("next").GetString());
        Assert.Equal(page.GetProperty("through").GetString(), page.GetProperty("next").GetString());
    }

    [Theory]
    [InlineData("since=x", "invalid-parameter", "since")]
    [InlineData("since=AQ", "invalid-parameter", "since")]
    [InlineData("since=", "invalid-parameter", "since")]
    [InlineData("since=0&since=0", "invalid-parameter", "since")]
    [InlineData("wait=0", "invalid-parameter", "wait")]
    [InlineData("wait=51", "invalid-parameter", "wait")]
    [InlineData("wait=1.5", "invalid-parameter", "wait")]
    [InlineData("limit=0", "invalid-parameter", "limit")]
    [InlineData("limit=1001", "invalid-parameter", "limit")]
    [InlineData("include=all", "invalid-parameter", "include")]
    [InlineData("filter=%7B%22%24x%22%3A1%7D", "invalid-filter", "filter")]
    [InlineData("filter=1", "invalid-filter", "filter")]
    [InlineData("prefix=a%2F..%2Fb", "invalid-id", "prefix")]
    [InlineData("prefix=%00", "invalid-id", "prefix")]
    [InlineData("fliter=%7B%7D", "unknown-parameter", "fliter")]
    [InlineData("sort=a", "unknown-parameter", "sort")]
    public async Task BadParameter_IsNamed(string query, string slug, string parameter)
    {
        foreach (string accept in (string[])["application/json", "text/event-stream"])
        {
            using HttpResponseMessage response = await queries.Application.SendAsync("GET", "/changes?" + query, fields: [("Accept", accept)]);
            JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.BadRequest, slug);
            Assert.Equal(parameter, problem.GetProperty("parameter").GetString());
        }
    }

    [Fact]
    public async Task Position_OfAnotherStore_OrBeyond_Is410()
    {
        await PutAsync("x", "1");
        await using var other = new TestApplication();
        await other.WaitForIndexAsync();
        await other.StoreAsync("a", "1");
        string foreign = (await other.ReadJsonAsync("/changes")).GetProperty("next").GetString()!;
        using HttpResponseMessage response = await queries.Application.SendAsync("GET", "/changes?since=" + foreign);
        await response.AssertProblemAsync(HttpStatusCode.Gone, "feed-reset");

        string own = (await AskAsync()).GetProperty("next").GetString()!;
        using HttpResponseMessage beyond = await queries.Application.SendAsync("GET", "/changes?since=" + Positions.Moved(own, by: 1_000_000));
        await beyond.AssertProblemAsync(HttpStatusCode.Gone, "feed-reset");
        using HttpResponseMessage here = await queries.Application.SendAsync("GET", "/changes?since=" + Positions.Moved(own, by: 0));
        Assert.Equal(HttpStatusCode.OK, here.StatusCode);
    }

    [Fact]
    public async Task Head_AnswersWithoutBodyAndDoesNotWait()
    {
        await PutAsync("x", "1");
        using HttpResponseMessage response = await queries.Application.SendAsync("HEAD", $"/changes?prefix={_prefix}&wait=50");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task HiddenDocuments_AreNeverTold()
    {
        using (HttpResponseMessage made = await queries.Application.SendAsync("PUT", "/collections/fed", $$"""{"prefix":"{{_prefix}}"}"""))
        {
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        }

        using HttpResponseMessage response = await queries.Application.SendAsync("GET", "/changes?limit=1000");
        Assert.DoesNotContain("\\u0000", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static string Told(JsonElement page) => string.Join(' ', page.GetProperty("changes").EnumerateArray()
        .Select(change => $"{change.GetProperty("op").GetString()} {change.GetProperty("id").GetString()!.Split('/')[^1]}"));

    private Task<string> PutAsync(string id, string json) => queries.Application.StoreAsync(_prefix + id, json);

    private Task<JsonElement> AskAsync(params (string Name, string Value)[] parameters) => queries.AskAsync(
        "/changes?prefix=" + _prefix + string.Concat(parameters.Select(parameter => $"&{parameter.Name}={Uri.EscapeDataString(parameter.Value)}")));
}
