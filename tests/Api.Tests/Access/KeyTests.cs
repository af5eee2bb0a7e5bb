using System.Net;
using System.Text.Json;
using DocService.Api.Keys;
using DocService.Api.Tests.Support;
using DocService.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Api.Tests.Access;

/// <summary>What a key opens, and what it does not, beyond the table of routes.</summary>
public sealed class KeyTests(KeyedApplication keyed) : IClassFixture<KeyedApplication>
{
    [Theory]
    [InlineData("PUT", "/docs/notes/a", "1", "If-Match", "\"17\"")]
    [InlineData("PUT", "/docs/notes/a", "1", "If-None-Match", "\"17\"")]
    [InlineData("PUT", "/docs/notes/a", "1", "If-Unmodified-Since", "Thu, 01 Jan 2026 00:00:00 GMT")]
    [InlineData("PUT", "/docs/notes/a", "1", "Prefer", "return=representation")]
    [InlineData("DELETE", "/docs/notes/a", null, "If-Match", "\"17\"")]
    [InlineData("POST", "/batch", """{"operations":[{"op":"check","id":"notes/a","ifMatch":"*"}]}""", "X", "1")]
    [InlineData("POST", "/batch", """{"operations":[{"op":"put","id":"notes/b","body":1},{"op":"put","id":"notes/a","body":1,"ifMatch":"\"17\""}]}""", "X", "1")]
    [InlineData("POST", "/batch", """{"operations":[{"op":"add","id":"notes/a","path":"/n","by":1}]}""", "X", "1")]
    [InlineData("POST", "/batch", """{"operations":[{"op":"put","id":"notes/b","body":1},{"op":"delete","id":"other/a"}]}""", "X", "1")]
    public async Task Write_ThatWouldTellOfTheDocument_NeedsRead(string method, string path, string? json, string field, string value)
    {
        using HttpResponseMessage response = await keyed.SendAsync("write", method, path, json, (field, value));

        await response.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        using HttpResponseMessage kept = await keyed.SendAsync("admin", "GET", "/docs/notes/a");
        Assert.Equal("""{"text":"ours","n":1}""", await kept.Content.ReadAsStringAsync());
        using HttpResponseMessage other = await keyed.SendAsync("admin", "GET", "/docs/other/a");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task FailedCondition_WithoutRead_TellsNothingOfTheDocument()
    {
        using HttpResponseMessage response = await keyed.SendAsync("write", "PUT", "/docs/notes/a", "1", ("If-None-Match", "*"));
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");
        Assert.False(problem.TryGetProperty("currentETag", out _));
        Assert.False(problem.TryGetProperty("currentDigest", out _));
        Assert.DoesNotContain(problem.GetProperty("detail").GetString()!, char.IsAsciiDigit);

        using HttpResponseMessage batch = await keyed.SendAsync("write", "POST", "/batch", """{"operations":[{"op":"put","id":"notes/a","body":1,"ifNoneMatch":"*"}]}""");
        JsonElement failure = (await batch.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed")).GetProperty("failures")[0];
        Assert.Equal(["index", "id", "detail"], failure.EnumerateObject().Select(member => member.Name));

        using HttpResponseMessage whole = await keyed.SendAsync("both", "PUT", "/docs/notes/a", "1", ("If-None-Match", "*"));
        Assert.True((await whole.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed")).TryGetProperty("currentETag", out _));
    }

    [Fact]
    public async Task UniqueViolation_WithoutReadOfTheCollection_DoesNotNameTheOther()
    {
        (_, string part) = await keyed.AddAsync("part", new() { ["read"] = ["people/mine/"], ["write"] = ["people/mine/"] });
        using HttpResponseMessage defined = await keyed.SendAsync("admin", "PUT", "/collections/people?wait=30", """{"prefix":"people/","indexes":{"by-mail":{"fields":["mail"],"unique":true}}}""");
        Assert.True(defined.IsSuccessStatusCode);
        using HttpResponseMessage taken = await keyed.SendAsync("admin", "PUT", "/docs/people/theirs/1", """{"mail":"a"}""");
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);

        using HttpResponseMessage refused = await keyed.SendWithAsync(part, "PUT", "/docs/people/mine/1", """{"mail":"a"}""");
        using HttpResponseMessage batch = await keyed.SendWithAsync(part, "POST", "/batch", """{"operations":[{"op":"put","id":"people/mine/1","body":{"mail":"a"}}]}""");
        using HttpResponseMessage told = await keyed.SendAsync("admin", "PUT", "/docs/people/mine/1", """{"mail":"a"}""");

        await refused.AssertProblemAsync(HttpStatusCode.Conflict, "unique-violation");
        Assert.DoesNotContain("theirs", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await batch.AssertProblemAsync(HttpStatusCode.Conflict, "unique-violation");
        Assert.DoesNotContain("theirs", await batch.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("people/theirs/1", (await told.AssertProblemAsync(HttpStatusCode.Conflict, "unique-violation")).GetProperty("otherId").GetString());

        foreach (string query in (string[])["prefix=people/mine/&explain=true", "prefix=people/", "collection=people", "prefix=people/theirs/"])
        {
            using HttpResponseMessage answer = await keyed.SendWithAsync(part, "GET", "/docs?" + query);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }

        using HttpResponseMessage by = await keyed.SendWithAsync(part, "GET", "/docs?prefix=people/mine/&filter=" + Uri.EscapeDataString("""{"mail":"a"}"""));
        Assert.Equal("[]", JsonDocument.Parse(await by.Content.ReadAsStringAsync()).RootElement.GetProperty("documents").GetRawText());
    }

    [Theory]
    [InlineData("/docs")]
    [InlineData("/docs?prefix=note")]
    [InlineData("/docs?prefix=other/")]
    [InlineData("/changes")]
    [InlineData("/changes?prefix=other/")]
    public async Task Listing_BeyondTheKeysPrefix_IsRefusedAndSaysWhatTheKeyHas(string target)
    {
        using HttpResponseMessage response = await keyed.SendAsync("read", "GET", target);
        using HttpResponseMessage lines = await keyed.SendAsync("read", "GET", target, null, ("Accept", target.StartsWith("/docs", StringComparison.Ordinal) ? "application/x-ndjson" : "text/event-stream"));

        Assert.Contains("'notes/'", (await response.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden")).GetProperty("detail").GetString(), StringComparison.Ordinal);
        await lines.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Import_LinesOfOthers_AreRefusedAndTheRestIsTaken()
    {
        const string Lines = """
            {"id":"notes/imported","body":1}
            {"id":"other/imported","body":1}
            """;
        using HttpResponseMessage response = await keyed.SendAsync("write", "POST", "/import?onConflict=replace", Lines, ("Content-Type", "application/x-ndjson"));

        string text = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("forbidden", text, StringComparison.Ordinal);
        using HttpResponseMessage mine = await keyed.SendAsync("admin", "GET", "/docs/notes/imported");
        Assert.Equal(HttpStatusCode.OK, mine.StatusCode);
        using HttpResponseMessage theirs = await keyed.SendAsync("admin", "GET", "/docs/other/imported");
        Assert.Equal(HttpStatusCode.NotFound, theirs.StatusCode);
    }

    [Fact]
    public async Task RequestKey_OfTwoCallers_IsTwo_AndOutlivesTheSecret()
    {
        (string id, string token) = await keyed.AddAsync("rotated", new() { ["write"] = ["notes/"] });
        using HttpResponseMessage first = await keyed.SendWithAsync(token, "PUT", "/docs/notes/once", "1", ("Idempotency-Key", "same"));
        using HttpResponseMessage other = await keyed.SendAsync("write", "PUT", "/docs/notes/once", "2", ("Idempotency-Key", "same"));
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, other.StatusCode); // carried out: not the first one's

        using HttpResponseMessage rotated = await keyed.SendAsync("admin", "POST", $"/keys/{id}/rotate");
        string next = JsonDocument.Parse(await rotated.Content.ReadAsStringAsync()).RootElement.GetProperty("key").GetString()!;
        using HttpResponseMessage before = await keyed.SendWithAsync(token, "GET", "/requests/same");
        using HttpResponseMessage after = await keyed.SendWithAsync(next, "PUT", "/docs/notes/once", "1", ("Idempotency-Key", "same"));

        await before.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
        Assert.Equal(HttpStatusCode.Created, after.StatusCode);
        Assert.Equal("true", after.Field("Idempotency-Replayed"));
    }

    [Fact]
    public async Task Key_MadeOnline_OpensUntilItIsRevoked()
    {
        using HttpResponseMessage made = await keyed.SendAsync("admin", "POST", "/keys", """{"name":"made","rights":{"read":["notes/"]},"expires":"2100-01-01"}""");
        JsonElement key = JsonDocument.Parse(await made.Content.ReadAsStringAsync()).RootElement;
        string token = key.GetProperty("key").GetString()!;
        string id = key.GetProperty("id").GetString()!;
        Assert.Equal("/keys/" + id, made.Field("Location"));
        Assert.StartsWith($"ds_{id}_", token, StringComparison.Ordinal);
        Assert.Equal("no-store", made.Field("Cache-Control"));
        using HttpResponseMessage opened = await keyed.SendWithAsync(token, "GET", "/docs/notes/a");
        Assert.Equal(HttpStatusCode.OK, opened.StatusCode);

        using HttpResponseMessage list = await keyed.SendAsync("admin", "GET", "/keys");
        string text = await list.Content.ReadAsStringAsync();
        Assert.Contains(id, text, StringComparison.Ordinal);
        Assert.DoesNotContain(token[^43..], text, StringComparison.Ordinal);

        using HttpResponseMessage revoked = await keyed.SendAsync("admin", "DELETE", "/keys/" + id);
        using HttpResponseMessage again = await keyed.SendAsync("admin", "DELETE", "/keys/" + id);
        using HttpResponseMessage closed = await keyed.SendWithAsync(token, "GET", "/docs/notes/a");
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        await closed.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
        Assert.Contains("invalid_token", closed.Field("WWW-Authenticate"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"rights":{"read":["notes/"]}}""")]
    [InlineData("""{"name":"","rights":{"read":["notes/"]}}""")]
    [InlineData("""{"name":"a","rights":{}}""")]
    [InlineData("""{"name":"a","rights":{"read":[]}}""")]
    [InlineData("""{"name":"a","rights":{"read":["notes"]}}""")]
    [InlineData("""{"name":"a","rights":{"read":[""]}}""")]
    [InlineData("""{"name":"a","rights":{"read":[null]}}""")]
    [InlineData("""{"name":"a","rights":{"read":["../"]}}""")]
    [InlineData("""{"name":"a","rights":{"delete":["notes/"]}}""")]
    [InlineData("""{"name":"a","rights":{"read":["notes/"]},"expires":"2001-01-01"}""")]
    [InlineData("""{"name":"a","rights":{"read":["notes/"]},"expires":"tomorrow"}""")]
    [InlineData("""{"name":"a","rights":{"read":["notes/"]},"sha256":"00"}""")]
    [InlineData("""["a"]""")]
    [InlineData("null")]
    public async Task PostKey_OfWhatIsNone_IsRefused(string json)
    {
        int before = keyed.Ring.All.Count;

        using HttpResponseMessage response = await keyed.SendAsync("admin", "POST", "/keys", json);

        await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
        Assert.Equal(before, keyed.Ring.All.Count);
    }

    [Theory]
    [InlineData("Basic YTpi")]
    [InlineData("Bearer")]
    [InlineData("Bearer ds_")]
    [InlineData("Bearer ds_000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Bearer ds_000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("Bearer a b c")]
    public async Task Authorization_ThatIsNoKeys_IsUnauthorized(string value)
    {
        using HttpResponseMessage response = await keyed.Application.SendAsync("GET", "/docs/notes/a", null, ("Authorization", value));

        await response.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    /// <summary>http-api.md, "Order of judgement": who asks is judged before what is asked, and that before whether it may be.</summary>
    [Fact]
    public async Task Judgements_ComeInTheirOrder()
    {
        using HttpResponseMessage anonymous = await keyed.SendAsync(KeyedApplication.Anonymous, "GET", "/docs/other/%01?x=1");
        using HttpResponseMessage invalid = await keyed.SendAsync("read", "GET", "/docs/other/%01");
        using HttpResponseMessage unknown = await keyed.SendAsync("read", "GET", "/docs/other/a?x=1");
        using HttpResponseMessage forbidden = await keyed.SendAsync("read", "GET", "/docs/other/none");
        using HttpResponseMessage nowhere = await keyed.SendAsync(KeyedApplication.Anonymous, "GET", "/nowhere");
        using HttpResponseMessage known = await keyed.SendAsync("read", "GET", "/nowhere");

        Assert.Equal([401, 400, 400, 403, 401, 404], ((HttpResponseMessage[])[anonymous, invalid, unknown, forbidden, nowhere, known]).Select(response => (int)response.StatusCode));
    }

    /// <summary>A document in memory is judged like any other.</summary>
    [Fact]
    public async Task Read_OfACachedDocument_IsJudgedToo()
    {
        for (int time = 0; time < 4; time++)
        {
            using HttpResponseMessage read = await keyed.SendAsync("admin", "GET", "/docs/other/a");
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        }

        using HttpResponseMessage get = await keyed.SendAsync("read", "GET", "/docs/other/a");
        using HttpResponseMessage head = await keyed.SendAsync("read", "HEAD", "/docs/other/a");
        Assert.Equal(HttpStatusCode.Forbidden, get.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, head.StatusCode);
    }

    [Fact]
    public async Task LastUse_IsWrittenDownOnceADay()
    {
        (string id, string token) = await keyed.AddAsync("used", new() { ["read"] = ["notes/"] });
        using HttpResponseMessage used = await keyed.SendWithAsync(token, "GET", "/docs/notes/a");
        await keyed.Ring.NoteUsesAsync();
        long written = keyed.Application.Service<IDocumentStore>().Status.DurableThrough;
        using HttpResponseMessage again = await keyed.SendWithAsync(token, "GET", "/docs/notes/a");
        await keyed.Ring.NoteUsesAsync();

        Assert.Equal(written, keyed.Application.Service<IDocumentStore>().Status.DurableThrough);
        using var reread = new KeyRing(keyed.Application.Service<IDocumentStore>(), TimeProvider.System, NullLogger<KeyRing>.Instance);
        await reread.LoadAsync(default);
        Assert.Equal(DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime), reread.All.Single(key => key.Id == id).LastUsed);
        Assert.NotNull(reread.Find(token));
    }
}
