using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.History;

/// <summary>Versions are kept, read, listed, dropped and erased.</summary>
public sealed class VersionTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    [Fact]
    public async Task Version_OfADocumentThatWasReplacedAndDeleted_IsReadAsItWas()
    {
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":10");
        long one = await app.StoreAsync("h/a", "{ \"n\": 1 }");
        long two = await app.StoreAsync("h/a", "[2]");
        Assert.Equal(("{ \"n\": 1 }", "[2]"), (await app.ReadAsync("h/a", one), await app.ReadAsync("h/a", two)));
        await app.DeleteAsync("h/a");
        Assert.Equal(("{ \"n\": 1 }", "[2]"), (await app.ReadAsync("h/a", one), await app.ReadAsync("h/a", two)));
        Assert.Equal($"{two + 1} delete, {two} put, {one} put", await app.ListAsync("h/a"));
        Assert.Null(await app.ReadAsync("h/a", two + 1));
        Assert.Null(await app.ReadAsync("h/b", one));

        long again = await app.StoreAsync("h/a", "3");
        Assert.Equal($"{again} put, {two + 1} delete, {two} put, {one} put", await app.ListAsync("h/a"));
    }

    [Fact]
    public async Task Version_Answer_HasTheFieldsOfItsOwnVersion()
    {
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":10");
        using HttpResponseMessage put = await app.Application.PutAsync("h/a%20b", "{\"n\":1}", ("Content-Type", "application/geo+json"));
        long version = long.Parse(put.Headers.ETag!.Tag.Trim('"'), System.Globalization.CultureInfo.InvariantCulture);
        string digest;
        using (HttpResponseMessage whole = await app.Application.SendAsync("GET", "/docs/h/a%20b"))
        {
            digest = whole.Field("Repr-Digest")!;
        }

        await app.StoreAsync("h/a%20b", "2");
        foreach (string method in (string[])["GET", "HEAD"])
        {
            using HttpResponseMessage response = await app.Application.SendAsync(method, $"/docs/h/a%20b?version={version}");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(
                ($"\"{version}\"", digest, "application/geo+json", "7", "no-cache", "none", "</docs/h/a%20b>; rel=\"latest-version\", </versions?id=h%2Fa%20b>; rel=\"version-history\""),
                (response.Field("ETag"), response.Field("Repr-Digest"), response.Field("Content-Type"), response.Field("Content-Length"), response.Field("Cache-Control"), response.Field("Accept-Ranges"), response.Field("Link")));
            Assert.Equal(method == "GET" ? "{\"n\":1}" : "", await response.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData("If-None-Match", "own", HttpStatusCode.NotModified)]
    [InlineData("If-None-Match", "other", HttpStatusCode.OK)]
    [InlineData("If-Match", "own", HttpStatusCode.OK)]
    [InlineData("If-Match", "other", HttpStatusCode.PreconditionFailed)]
    [InlineData("If-Modified-Since", "future", HttpStatusCode.NotModified)]
    [InlineData("If-None-Match", "broken", HttpStatusCode.BadRequest)]
    public async Task Version_WithAField_IsJudgedByItsOwnVersion(string field, string value, HttpStatusCode expected)
    {
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":10");
        long version = await app.StoreAsync("h/a", "1");
        long newest = await app.StoreAsync("h/a", "2");
        string text = value switch { "own" => $"\"{version}\"", "other" => $"\"{newest}\"", "future" => app.Clock.GetUtcNow().AddHours(1).ToString("R"), _ => "no tag" };
        foreach (string method in (string[])["GET", "HEAD"])
        {
            using HttpResponseMessage response = await app.Application.SendAsync(method, $"/docs/h/a?version={version}", null, (field, text));
            Assert.Equal(expected, response.StatusCode);
            using HttpResponseMessage absent = await app.Application.SendAsync(method, $"/docs/h/a?version={newest + 1000}", null, (field, text));
            Assert.Equal(value == "broken" ? expected : HttpStatusCode.NotFound, absent.StatusCode);
        }
    }

    [Theory]
    [InlineData("/docs/h/a?version=0", "invalid-parameter")]
    [InlineData("/docs/h/a?version=-1", "invalid-parameter")]
    [InlineData("/docs/h/a?version=1.0", "invalid-parameter")]
    [InlineData("/docs/h/a?version=%2B1", "invalid-parameter")]
    [InlineData("/docs/h/a?version=\"17\"", "invalid-parameter")]
    [InlineData("/docs/h/a?version=99999999999999999999", "invalid-parameter")]
    [InlineData("/docs/h/a?version=", "invalid-parameter")]
    [InlineData("/docs/h/a?version=1&version=2", "invalid-parameter")]
    [InlineData("/docs/h/a?version=1&select=n", "invalid-parameter")]
    [InlineData("/versions", "invalid-parameter")]
    [InlineData("/versions?id=", "invalid-parameter")]
    [InlineData("/versions?id=a/../b", "invalid-id")]
    [InlineData("/versions?id=%00catalogue", "invalid-id")]
    [InlineData("/versions?id=h/a&limit=0", "invalid-parameter")]
    [InlineData("/versions?id=h/a&limit=1001", "invalid-parameter")]
    [InlineData("/versions?id=h/a&consistency=strong", "invalid-parameter")]
    [InlineData("/versions?id=h/a&cursor=AAAA", "invalid-cursor")]
    [InlineData("/versions?id=h/a&cursor=!", "invalid-cursor")]
    [InlineData("/versions?id=h/a&since=1", "unknown-parameter")]
    public async Task Request_ThatIsFaulty_IsRefused(string path, string problem)
    {
        using HttpResponseMessage response = await shared.Application.SendAsync("GET", path);
        await response.AssertProblemAsync(HttpStatusCode.BadRequest, problem);
    }

    [Fact]
    public async Task Version_WithWait_IsRefused()
    {
        using HttpResponseMessage wait = await shared.Application.SendAsync("GET", "/docs/h/a?version=1&wait=1", null, ("If-None-Match", "\"1\""));
        await wait.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-parameter");
        foreach (string method in (string[])["PUT", "DELETE"])
        {
            using HttpResponseMessage write = await shared.Application.SendAsync(method, "/docs/h/a?version=1", method == "PUT" ? "1" : null);
            await write.AssertProblemAsync(HttpStatusCode.BadRequest, "unknown-parameter");
        }
    }

    [Fact]
    public async Task EveryWayOfWriting_UnderThePrefix_IsKept()
    {
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":10");
        await app.StoreAsync("h/a", "{\"n\":1}");
        using (HttpResponseMessage patch = await app.Application.SendAsync("PATCH", "/docs/h/a", "{\"n\":2}", ("Content-Type", "application/merge-patch+json")))
        {
            Assert.Equal(HttpStatusCode.NoContent, patch.StatusCode);
        }

        using (HttpResponseMessage batch = await app.Application.SendAsync("POST", "/batch", "{\"operations\":[{\"op\":\"add\",\"id\":\"h/a\",\"path\":\"/n\",\"by\":1},{\"op\":\"put\",\"id\":\"i/a\",\"body\":1}]}"))
        {
            Assert.Equal(HttpStatusCode.OK, batch.StatusCode);
        }

        using (HttpResponseMessage import = await app.Application.SendAsync("POST", "/import", "{\"id\":\"h/imported\",\"body\":4}", ("Content-Type", "application/x-ndjson")))
        {
            Assert.Equal(HttpStatusCode.OK, import.StatusCode);
        }

        JsonElement page = await app.Application.ReadJsonAsync("/versions?id=h/a");
        long[] versions = [.. page.GetProperty("versions").EnumerateArray().Select(one => one.GetProperty("version").GetInt64())];
        string?[] kept = await Task.WhenAll(versions.Select(version => app.ReadAsync("h/a", version)));
        Assert.Equal("{\"n\":3} {\"n\":2} {\"n\":1}", string.Join(' ', kept));
        Assert.EndsWith(" put", await app.ListAsync("h/imported"), StringComparison.Ordinal);
        Assert.Equal("", await app.ListAsync("i/a"));
        using HttpResponseMessage made = await app.Application.SendAsync("POST", "/docs?prefix=h/new/", "5");
        Assert.EndsWith(" put", await app.ListAsync(JsonDocument.Parse(await made.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_Entries_TellWhatAndWhen()
    {
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":10,\"timeToLive\":3600");
        long version = await app.StoreAsync("h/a", "[1]");
        await app.DeleteAsync("h/a");
        JsonElement page = await app.Application.ReadJsonAsync("/versions?id=h/a");
        Assert.Equal(("h/a", version + 1), (page.GetProperty("id").GetString(), page.GetProperty("asOf").GetInt64()));
        Assert.False(page.TryGetProperty("next", out _));
        JsonElement[] entries = [.. page.GetProperty("versions").EnumerateArray()];
        Assert.Equal(["version", "op", "modified"], entries[0].EnumerateObject().Select(member => member.Name));
        Assert.Equal(["version", "op", "modified", "etag", "expires", "length", "sha256"], entries[1].EnumerateObject().Select(member => member.Name));
        Assert.Equal(($"\"{version}\"", 3, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("[1]"u8))), (entries[1].GetProperty("etag").GetString(), entries[1].GetProperty("length").GetInt32(), entries[1].GetProperty("sha256").GetString()));
        Assert.Equal(TimeSpan.FromHours(1), entries[1].GetProperty("expires").GetDateTimeOffset() - entries[1].GetProperty("modified").GetDateTimeOffset());
        using HttpResponseMessage head = await app.Application.SendAsync("HEAD", "/versions?id=h/a");
        Assert.Equal((HttpStatusCode.OK, "application/json"), (head.StatusCode, head.Field("Content-Type")));
    }

    [Fact]
    public async Task List_InPages_HasEveryVersionOnce()
    {
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":10");
        var expected = new List<long>();
        for (int n = 0; n < 7; n++)
        {
            expected.Insert(0, await app.StoreAsync("h/a", $"{n}"));
        }

        var found = new List<long>();
        string next = "";
        for (string? cursor = null; next is not null; cursor = $"&cursor={next}")
        {
            JsonElement page = await app.Application.ReadJsonAsync($"/versions?id=h/a&limit=3{cursor}");
            found.AddRange(page.GetProperty("versions").EnumerateArray().Select(one => one.GetProperty("version").GetInt64()));
            next = page.TryGetProperty("next", out JsonElement given) ? given.GetString()! : null!;
        }

        Assert.Equal(expected, found);
        JsonElement first = await app.Application.ReadJsonAsync("/versions?id=h/a&limit=3");
        await app.StoreAsync("h/b", "1");
        using HttpResponseMessage other = await app.Application.SendAsync("GET", $"/versions?id=h/b&cursor={first.GetProperty("next").GetString()}");
        await other.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-cursor");
    }

    /// <summary>"From then on absent for everybody" is said of each version by its own end.</summary>
    [Fact]
    public async Task Version_ThatHasEnded_IsAbsentLikeItsDocument()
    {
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":10,\"timeToLive\":3600");
        long one = await app.StoreAsync("h/a", "1");
        app.Clock.Pass(TimeSpan.FromMinutes(40));
        long two = await app.StoreAsync("h/a", "2");
        Assert.Equal($"{two} put, {one} put", await app.ListAsync("h/a"));
        app.Clock.Pass(TimeSpan.FromMinutes(40));
        Assert.Equal((null, "2"), (await app.ReadAsync("h/a", one), await app.ReadAsync("h/a", two)));
        Assert.Equal($"{two} put", await app.ListAsync("h/a"));
        app.Clock.Pass(TimeSpan.FromMinutes(40));
        Assert.Null(await app.ReadAsync("h/a", two));
        Assert.Equal("", await app.ListAsync("h/a"));
    }

    [Fact]
    public async Task Versions_WithoutAnIndex_AreReadAndNotListed()
    {
        await using var app = new TestApplication(ApplicationSettings.WithoutIndex);
        using HttpResponseMessage list = await app.SendAsync("GET", "/versions?id=a");
        await list.AssertProblemAsync(HttpStatusCode.NotImplemented, "no-index");
        using HttpResponseMessage erase = await app.SendAsync("DELETE", "/versions?id=a");
        await erase.AssertProblemAsync(HttpStatusCode.NotImplemented, "no-index");
        using HttpResponseMessage read = await app.SendAsync("GET", "/docs/a?version=1");
        await read.AssertProblemAsync(HttpStatusCode.NotFound, "version-not-kept");
        Assert.Equal("off", (await app.ReadJsonAsync("/status")).GetProperty("history").GetProperty("state").GetString());
    }
}
