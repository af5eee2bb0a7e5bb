using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Queries;
using DocService.Api.Tests.Support;
using DocService.Contract.Tests.Support;

namespace DocService.Contract.Tests.Queries;

/// <summary>GET /docs in the order of ids.</summary>
public abstract class ListTests(SharedServer shared)
{
    private readonly QueryClient _queries = new(shared.Server);
    private readonly string _prefix = QueryClient.NewPrefix();

    [Fact]
    public async Task List_OfAPrefix_HasItsDocumentsInTheOrderOfBytesWithTheirFacts()
    {
        await _queries.StoreAsync(_prefix, ("b", "{ \"n\" : 2.0 }"), ("a", "1"), ("ä", "null"), ("Z", "[]"));
        JsonElement page = await _queries.AskAsync(QueryClient.Target(("prefix", _prefix)));

        Assert.Equal("Z a b ä", QueryClient.Ids(page, _prefix));
        JsonElement document = page.GetProperty("documents")[2];
        Assert.Equal("{ \"n\" : 2.0 }", document.GetProperty("body").GetRawText());
        Assert.Equal(13, document.GetProperty("length").GetInt32());
        Assert.Equal("application/json", document.GetProperty("type").GetString());
        Assert.Equal($"\"{document.GetProperty("version").GetInt64()}\"", document.GetProperty("etag").GetString());
        Assert.Equal(Sha256Digest.Of("{ \"n\" : 2.0 }"u8).ToString(), document.GetProperty("sha256").GetString());
        Assert.Equal(document.GetProperty("created").GetDateTimeOffset(), document.GetProperty("modified").GetDateTimeOffset());
        Assert.True(page.GetProperty("asOf").GetInt64() >= document.GetProperty("version").GetInt64());
        Assert.False(page.TryGetProperty("next", out _) || page.TryGetProperty("count", out _) || page.TryGetProperty("plan", out _));
    }

    [Theory]
    [InlineData("after=b", "c d e")]
    [InlineData("after=bb", "c d e")]
    [InlineData("to=c", "a b c")]
    [InlineData("after=a&to=d", "b c d")]
    [InlineData("reverse=true", "e d c b a")]
    [InlineData("reverse=true&after=d", "c b a")]
    [InlineData("reverse=true&to=c", "e d c")]
    [InlineData("reverse=true&after=d&to=b", "c b")]
    [InlineData("after=e", "")]
    [InlineData("reverse=false&limit=2", "a b")]
    public async Task List_Bounds_AreBehindAndUpToAndChangeSidesInReverse(string bounds, string expected)
    {
        await _queries.StoreAsync(_prefix, ("a", "1"), ("b", "1"), ("c", "1"), ("d", "1"), ("e", "1"));
        string query = bounds.Replace("after=", $"after={_prefix}", StringComparison.Ordinal).Replace("to=", $"to={_prefix}", StringComparison.Ordinal);

        Assert.Equal(expected, QueryClient.Ids(await _queries.AskAsync($"/docs?prefix={_prefix}&{query}"), _prefix));
    }

    [Theory]
    [InlineData("")]
    [InlineData("&reverse=true")]
    [InlineData("&sort=n")]
    [InlineData("&sort=-n,m")]
    [InlineData("&filter={\"n\":{\"$gte\":2}}")]
    public async Task Pages_ByCursor_ShowEachDocumentOnceAndEnd(string query)
    {
        await _queries.StoreAsync(_prefix, [.. Enumerable.Range(0, 23).Select(n => ($"d{n:00}", $"{{\"n\":{n % 5},\"m\":{n}}}"))]);
        string target = $"/docs?prefix={_prefix}{query}";
        string whole = QueryClient.Ids(await _queries.AskAsync(target), _prefix);
        var pages = new List<string>();
        string? next = null;
        do
        {
            JsonElement page = await _queries.AskAsync(target + "&limit=4" + (next is null ? "" : "&cursor=" + next));
            pages.Add(QueryClient.Ids(page, _prefix));
            next = page.TryGetProperty("next", out JsonElement cursor) ? cursor.GetString() : null;
            Assert.True(pages.Count < 10);
        }
        while (next is not null);

        Assert.Equal(whole, string.Join(' ', pages.Where(page => page.Length > 0)));
        Assert.True(pages.Count >= 4);
    }

    /// <summary>A page that others have written around meanwhile goes on where it was.</summary>
    [Fact]
    public async Task Pages_WhileOthersWrite_NeitherRepeatNorSkipWhatStays()
    {
        await _queries.StoreAsync(_prefix, ("b", "1"), ("d", "1"), ("f", "1"), ("h", "1"));
        JsonElement first = await _queries.AskAsync($"/docs?prefix={_prefix}&limit=2");
        await _queries.StoreAsync(_prefix, ("a", "1"), ("c", "1"), ("e", "1"));
        using HttpResponseMessage deleted = await _queries.Application.SendAsync("DELETE", $"/docs/{_prefix}d");
        JsonElement second = await _queries.AskAsync($"/docs?prefix={_prefix}&limit=9&cursor={first.GetProperty("next").GetString()}");

        Assert.Equal("b d", QueryClient.Ids(first, _prefix));
        Assert.Equal("e f h", QueryClient.Ids(second, _prefix));
    }

    [Fact]
    public async Task Delimiter_FoldsIdsAsFoldersInBothDirectionsAndOverPages()
    {
        await _queries.StoreAsync(_prefix, ("a", "1"), ("b/1", "1"), ("b/2", "1"), ("b/c/3", "1"), ("d", "1"), ("e/1", "1"));
        string target = $"/docs?prefix={_prefix}&delimiter=/";
        JsonElement all = await _queries.AskAsync(target);
        Assert.Equal("a d", QueryClient.Ids(all, _prefix));
        Assert.Equal("b/ e/", Folders(all));
        JsonElement reversed = await _queries.AskAsync(target + "&reverse=true&limit=3");
        Assert.Equal("d", QueryClient.Ids(reversed, _prefix));
        Assert.Equal("e/ b/", Folders(reversed));
        Assert.Equal("a", QueryClient.Ids(await _queries.AskAsync(target + "&reverse=true&limit=3&cursor=" + reversed.GetProperty("next").GetString()), _prefix));

        JsonElement first = await _queries.AskAsync(target + "&limit=2");
        Assert.Equal(("a", "b/"), (QueryClient.Ids(first, _prefix), Folders(first)));
        JsonElement second = await _queries.AskAsync(target + "&limit=2&cursor=" + first.GetProperty("next").GetString());
        Assert.Equal(("d", "e/"), (QueryClient.Ids(second, _prefix), Folders(second)));
        Assert.Equal("b/c/", Folders(await _queries.AskAsync($"/docs?prefix={_prefix}b/&delimiter=/")));
    }

    [Theory]
    [InlineData("include=id", "id")]
    [InlineData("include=info", "id version etag created modified type length sha256")]
    [InlineData("include=body", "id version etag created modified type length sha256 body")]
    [InlineData("include=raw", "id version etag created modified type length sha256 raw")]
    [InlineData("select=n", "id version etag created modified type length sha256 body")]
    [InlineData("select=n,$modified", "id modified body")]
    [InlineData("select=$version,$length", "id version length")]
    public async Task Include_SaysWhichMembersAnEntryHas(string parameter, string expected)
    {
        await _queries.StoreAsync(_prefix, ("a", "{\"n\":1,\"m\":\"x\\n\"}"));
        JsonElement document = (await _queries.AskAsync($"/docs?prefix={_prefix}&{parameter}")).GetProperty("documents")[0];

        Assert.Equal(expected, string.Join(' ', document.EnumerateObject().Select(member => member.Name)));
        if (document.TryGetProperty("raw", out JsonElement raw))
        {
            Assert.Equal("{\"n\":1,\"m\":\"x\\n\"}", raw.GetString());
        }

        if (parameter.StartsWith("select=n", StringComparison.Ordinal))
        {
            Assert.Equal("{\"n\":1}", document.GetProperty("body").GetRawText());
        }
    }

    [Fact]
    public async Task CountAndExplain_TellHowManyInAllAndWhatItCost()
    {
        await _queries.StoreAsync(_prefix, [.. Enumerable.Range(0, 9).Select(n => ($"d{n}", $"{{\"n\":{n}}}"))]);
        string target = QueryClient.Target(("prefix", _prefix), ("filter", "{\"n\":{\"$lt\":6}}"), ("count", "true"), ("explain", "true"), ("limit", "2"));
        JsonElement page = await _queries.AskAsync(target);
        JsonElement second = await _queries.AskAsync(target + "&cursor=" + page.GetProperty("next").GetString());

        Assert.Equal(6, page.GetProperty("count").GetInt32());
        Assert.Equal(6, second.GetProperty("count").GetInt32());
        JsonElement plan = page.GetProperty("plan");
        Assert.Equal("documents", plan.GetProperty("reads").GetString());
        Assert.Equal("as read", plan.GetProperty("order").GetString());
        Assert.Equal(2, plan.GetProperty("matched").GetInt32());
        Assert.InRange(plan.GetProperty("examined").GetInt32(), 9 + 2, 9 + 3); // the count looks at all, the page at its own
    }

    [Fact]
    public async Task EntityTag_OfAPage_Is304UntilADocumentOfItChanges()
    {
        await _queries.StoreAsync(_prefix, ("a", "1"), ("b", "1"));
        string target = $"/docs?prefix={_prefix}&limit=1";
        using HttpResponseMessage page = await _queries.Application.SendAsync("GET", target);
        string tag = page.Field("ETag")!;
        Assert.StartsWith("W/\"", tag, StringComparison.Ordinal);
        Assert.Equal("Accept, Authorization, Origin", page.Field("Vary"));
        Assert.Equal("no-cache", page.Field("Cache-Control"));
        Assert.Equal("application/json", page.Field("Accept-Query"));
        await _queries.StoreAsync(QueryClient.NewPrefix(), ("other", "1"));
        foreach (string method in new[] { "GET", "HEAD" })
        {
            using HttpResponseMessage same = await _queries.Application.SendAsync(method, target, null, ("If-None-Match", $"\"x\", {tag}"));
            Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
            Assert.Equal(tag, same.Field("ETag"));
        }

        using HttpResponseMessage other = await _queries.Application.SendAsync("GET", $"/docs?prefix={_prefix}&limit=2", null, ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        using HttpResponseMessage strong = await _queries.Application.SendAsync("GET", target, null, ("If-Match", tag));
        await strong.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");
        await _queries.StoreAsync(_prefix, ("a", "2"));
        using HttpResponseMessage changed = await _queries.Application.SendAsync("GET", target, null, ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.NotEqual(tag, changed.Field("ETag"));
    }

    [Fact]
    public async Task Link_OfAPage_LeadsToTheNextAndIsLeftOutWhereItIsTooLong()
    {
        await _queries.StoreAsync(_prefix, ("a b", "1"), ("c", "1"));
        using HttpResponseMessage page = await _queries.Application.SendAsync("GET", $"/docs?prefix={_prefix}&limit=1&filter=%7B%7D");
        string link = page.Field("Link")!;
        Assert.StartsWith($"</docs?prefix={Uri.EscapeDataString(_prefix)}&limit=1&filter=%7B%7D&cursor=", link, StringComparison.Ordinal);
        Assert.EndsWith(">; rel=\"next\"", link, StringComparison.Ordinal);
        Assert.Equal("c", QueryClient.Ids(await _queries.AskAsync(link[1..link.IndexOf('>', StringComparison.Ordinal)]), _prefix));

        string filter = Uri.EscapeDataString($"{{\"x\":{{\"$ne\":\"{new string('y', 8000)}\"}}}}");
        using HttpResponseMessage large = await _queries.Application.SendAsync("GET", $"/docs?prefix={_prefix}&limit=1&filter={filter}");
        Assert.Null(large.Field("Link"));
    }

    [Fact]
    public async Task Head_OfAList_HasTheFieldsOfTheGetAndNoBody()
    {
        await _queries.StoreAsync(_prefix, ("a", "1"));
        using HttpResponseMessage get = await _queries.Application.SendAsync("GET", $"/docs?prefix={_prefix}");
        using HttpResponseMessage head = await _queries.Application.SendAsync("HEAD", $"/docs?prefix={_prefix}");

        Assert.Equal(get.Field("ETag"), head.Field("ETag"));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Options_OfTheList_NameMethodsAndTheFormOfQueries()
    {
        using HttpResponseMessage response = await _queries.Application.SendAsync("OPTIONS", "/docs");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("GET, HEAD, QUERY, POST, DELETE, OPTIONS", response.Field("Allow"));
        Assert.Equal("application/json", response.Field("Accept-Query"));
    }

    /// <summary>What no client can name no list shows: the key of the cursors is such a document.</summary>
    [Fact]
    public async Task List_OfEverything_ShowsNoHiddenDocument()
    {
        await _queries.StoreAsync(_prefix, ("a", "1"), ("b", "1"));
        JsonElement page = await _queries.AskAsync("/docs?limit=1");

        Assert.True(page.TryGetProperty("next", out _)); // so there is a key
        Assert.DoesNotContain('\0', (await _queries.AskAsync("/docs?include=id&limit=1000")).GetRawText());
        Assert.DoesNotContain("cursor-key", (await _queries.AskAsync("/docs?include=id&limit=1000")).GetRawText(), StringComparison.Ordinal);
    }

    private string Folders(JsonElement page) =>
        string.Join(' ', page.GetProperty("prefixes").EnumerateArray().Select(folder => folder.GetString()![folder.GetString()!.IndexOf('/', StringComparison.Ordinal)..].TrimStart('/')))
            .Replace(_prefix, string.Empty, StringComparison.Ordinal);
}
