using System.Globalization;
using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Expiry;

/// <summary>Documents that end: by their collection's time to live, for everybody, at their moment.</summary>
public sealed class TimeToLiveTests
{
    private static readonly TimeSpan Hour = ExpiringApplication.Hour;

    [Fact]
    public async Task Document_WithSeconds_IsThereUntilItsEndAndAbsentFromThenOn()
    {
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("3600");
        string tag = await app.Application.StoreAsync("s/a", "1");
        await app.Application.StoreAsync("t/a", "1");
        DateTimeOffset end = (await app.EndOfAsync("s/a"))!.Value;
        string sunset = new DateTimeOffset(end.Ticks - (end.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero).ToString("R", CultureInfo.InvariantCulture);

        for (int time = 0; time < 2; time++) // from its file, then from memory
        {
            Assert.Equal((HttpStatusCode.OK, sunset), await app.GetAsync("s/a"));
            Assert.Equal((HttpStatusCode.OK, sunset), await app.GetAsync("s/a", "HEAD"));
            Assert.Equal((HttpStatusCode.NotModified, sunset), await app.GetAsync("s/a", "GET", ("If-None-Match", tag)));
        }

        Assert.Equal((HttpStatusCode.OK, null), await app.GetAsync("t/a"));
        Assert.Null(await app.EndOfAsync("t/a"));

        app.Clock.Pass(Hour);
        Assert.Equal((HttpStatusCode.NotFound, null), await app.GetAsync("s/a"));
        Assert.Equal((HttpStatusCode.NotFound, null), await app.GetAsync("s/a", "HEAD"));
        Assert.Equal((HttpStatusCode.NotFound, null), await app.GetAsync("s/a", "GET", ("If-None-Match", tag)));
        Assert.Empty(await app.IdsAsync());
        Assert.True(await app.IsThereAsync("t/a"));
        using HttpResponseMessage delete = await app.Application.SendAsync("DELETE", "/docs/s/a");
        await delete.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
        using HttpResponseMessage old = await app.Application.PutAsync("s/a", "2", ("If-Match", tag));
        await old.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");
        using HttpResponseMessage anew = await app.Application.PutAsync("s/a", "2", ("If-None-Match", "*"));
        Assert.Equal(HttpStatusCode.Created, anew.StatusCode);
        Assert.Equal("s/a", await app.IdsAsync());
    }

    [Fact]
    public async Task EveryWayOfWriting_AFieldThatSaysTheEnd_IsTaken()
    {
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("{\"field\":\"valid.until\"}");
        DateTimeOffset end = app.Clock.GetUtcNow().AddMinutes(30);
        string body = $"{{\"valid\":{{\"until\":\"{end.ToOffset(TimeSpan.FromHours(2)):yyyy-MM-dd'T'HH:mm:ss.fffffff}99+02:00\"}}}}"; // finer digits than the store has
        await app.Application.StoreAsync("s/put", body);
        await app.Application.StoreAsync("s/patched", "{\"n\":1}");
        using (HttpResponseMessage batch = await app.Application.SendAsync("POST", "/batch", $"{{\"operations\":[{{\"op\":\"put\",\"id\":\"s/batch\",\"body\":{body}}},{{\"op\":\"add\",\"id\":\"s/patched\",\"path\":\"/n\",\"by\":1}}]}}"))
        {
            Assert.Equal(HttpStatusCode.OK, batch.StatusCode);
        }

        Assert.Null(await app.EndOfAsync("s/patched"));
        using (HttpResponseMessage patch = await app.Application.SendAsync("PATCH", "/docs/s/patched", body, ("Content-Type", "application/merge-patch+json")))
        {
            Assert.Equal(HttpStatusCode.NoContent, patch.StatusCode);
        }

        using (HttpResponseMessage import = await app.Application.SendAsync("POST", "/import", $"{{\"id\":\"s/imported\",\"body\":{body}}}", ("Content-Type", "application/x-ndjson")))
        {
            Assert.Equal(HttpStatusCode.OK, import.StatusCode);
        }

        using HttpResponseMessage post = await app.Application.SendAsync("POST", "/docs?prefix=s/new/", body);
        string made = JsonDocument.Parse(await post.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!;
        Assert.All(await Task.WhenAll(new[] { "s/put", "s/patched", "s/batch", "s/imported", made }.Select(app.EndOfAsync)), found => Assert.Equal(end, found));

        app.Clock.Pass(Hour);
        Assert.Empty(await app.IdsAsync());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"valid\":null}")]
    [InlineData("{\"valid\":7}")]
    [InlineData("{\"valid\":{\"until\":null}}")]
    [InlineData("[]", "/valid")] // a pointer enters no array
    public async Task Document_WithoutTheField_HasNoEnd(string body, string field = "valid.until")
    {
        await using ExpiringApplication app = await ExpiringApplication.StartAsync($"{{\"field\":\"{field}\"}}");
        await app.Application.StoreAsync("s/a", body);
        app.Clock.Pass(365 * 24 * Hour);
        Assert.Equal((HttpStatusCode.OK, null), await app.GetAsync("s/a"));
    }

    [Fact]
    public async Task Document_WhoseFieldIsNoMoment_IsRefusedAndNamed()
    {
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("{\"field\":\"valid.until\"}");
        foreach (string value in (string[])["7", "true", "\"soon\"", "\"2027-01-31\"", "\"2027-02-30T12:00:00Z\"", "\"2027-01-31T12:00:00\"", "{}", "[]", "[\"2027-01-31T12:00:00Z\"]", $"\"{new string('9', 3000)}\""])
        {
            using HttpResponseMessage response = await app.Application.PutAsync("s/a", $"{{\"valid\":{{\"until\":{value}}}}}");
            JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid-expiry");
            Assert.Equal(("s", "valid.until"), (problem.GetProperty("collection").GetString(), problem.GetProperty("field").GetString()));
            Assert.InRange(problem.GetProperty("detail").GetString()!.Length, 1, 300);
        }

        using HttpResponseMessage array = await app.Application.PutAsync("s/a", "{\"valid\":[{\"until\":\"2027-01-31T12:00:00Z\"}]}");
        await array.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid-expiry");
        Assert.False(await app.IsThereAsync("s/a"));
    }

    [Fact]
    public async Task BatchPatchAndImport_WhoseFieldIsNoMoment_AreRefused()
    {
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("{\"field\":\"until\"}");
        await app.Application.StoreAsync("s/there", "{}");
        using HttpResponseMessage batch = await app.Application.SendAsync("POST", "/batch", "{\"operations\":[{\"op\":\"put\",\"id\":\"s/a\",\"body\":{}},{\"op\":\"put\",\"id\":\"s/b\",\"body\":{\"until\":1}}]}");
        JsonElement failure = Assert.Single((await batch.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid-expiry")).GetProperty("failures").EnumerateArray());
        Assert.Equal((1, "s/b", "until"), (failure.GetProperty("index").GetInt32(), failure.GetProperty("id").GetString(), failure.GetProperty("field").GetString()));
        using HttpResponseMessage patch = await app.Application.SendAsync("PATCH", "/docs/s/there", "{\"until\":1}", ("Content-Type", "application/merge-patch+json"));
        await patch.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid-expiry");
        using HttpResponseMessage import = await app.Application.SendAsync("POST", "/import", "{\"id\":\"s/c\",\"body\":{\"until\":1}}\n{\"id\":\"s/d\",\"body\":{}}", ("Content-Type", "application/x-ndjson"));
        Assert.Contains("invalid-expiry", await import.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("s/d s/there", await app.IdsAsync());
    }

    [Fact]
    public async Task Rule_ThatChanges_ConcernsLaterWritesAlone()
    {
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("3600");
        await app.Application.StoreAsync("s/old", "1");
        await app.Application.StoreAsync("s/again", "1");
        await app.DefineAsync("86400");
        await app.Application.StoreAsync("s/new", "1");
        await app.Application.StoreAsync("s/again", "2");
        app.Clock.Pass(Hour);
        Assert.Equal("s/again s/new", await app.IdsAsync());

        using (HttpResponseMessage gone = await app.Application.SendAsync("DELETE", "/collections/s"))
        {
            Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        }

        await app.Application.StoreAsync("s/again", "3");
        app.Clock.Pass(24 * Hour);
        Assert.Equal("s/again", await app.IdsAsync());
    }

    [Fact]
    public async Task UniqueValue_OfADocumentThatHasEnded_IsFree()
    {
        const string Unique = ",\"indexes\":{\"by-mail\":{\"fields\":[\"mail\"],\"unique\":true}}";
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("{\"field\":\"until\"}", Unique);
        await app.Application.StoreAsync("s/a", $"{{\"mail\":\"x\",\"until\":\"{app.Clock.GetUtcNow().AddMinutes(30):O}\"}}");
        await app.Application.StoreAsync("s/past", "{\"mail\":\"y\",\"until\":\"2001-01-01T00:00:00Z\"}");
        await app.Application.StoreAsync("s/now", "{\"mail\":\"y\"}");
        using (HttpResponseMessage taken = await app.Application.PutAsync("s/b", "{\"mail\":\"x\"}"))
        {
            await taken.AssertProblemAsync(HttpStatusCode.Conflict, "unique-violation");
        }

        await app.Application.WaitForIndexAsync();
        app.Clock.Pass(Hour);
        await app.Application.StoreAsync("s/b", "{\"mail\":\"x\"}");
        using HttpResponseMessage back = await app.Application.PutAsync("s/a", "{\"mail\":\"x\"}");
        JsonElement problem = await back.AssertProblemAsync(HttpStatusCode.Conflict, "unique-violation");
        Assert.Equal("s/b", problem.GetProperty("otherId").GetString());
    }

    /// <summary>While the index was behind, the value was refused, and the refusal named a document that nobody sees.</summary>
    [Fact]
    public async Task UniqueValue_OfADocumentWithSecondsThatIsNotYetIndexed_IsFreeFromItsEndOn()
    {
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("60", ",\"indexes\":{\"by-mail\":{\"fields\":[\"mail\"],\"unique\":true}}");
        await app.Application.WaitForIndexAsync();
        await app.Application.StoreAsync("s/a", "{\"mail\":\"x\"}");
        app.Clock.Pass(TimeSpan.FromSeconds(60));
        await app.Application.StoreAsync("s/b", "{\"mail\":\"x\"}");
    }

    [Fact]
    public async Task UniqueValue_OfADocumentThatIsOverAsItIsWritten_IsNoneInABatchEither()
    {
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("{\"field\":\"until\"}", ",\"indexes\":{\"by-mail\":{\"fields\":[\"mail\"],\"unique\":true}}");
        await app.Application.StoreAsync("s/holder", "{\"mail\":\"y\"}");
        const string Operations = "{\"op\":\"put\",\"id\":\"s/a\",\"body\":{\"mail\":\"x\",\"until\":\"2001-01-01T00:00:00Z\"}},{\"op\":\"put\",\"id\":\"s/b\",\"body\":{\"mail\":\"x\"}}";
        using (HttpResponseMessage batch = await app.Application.SendAsync("POST", "/batch", $"{{\"operations\":[{Operations},{{\"op\":\"put\",\"id\":\"s/c\",\"body\":{{\"mail\":\"y\",\"until\":\"2001-01-01T00:00:00Z\"}}}}]}}"))
        {
            Assert.Equal(HttpStatusCode.OK, batch.StatusCode);
        }

        using HttpResponseMessage taken = await app.Application.PutAsync("s/d", "{\"mail\":\"y\"}"); // what is over hides no holder
        Assert.Equal("s/holder", (await taken.AssertProblemAsync(HttpStatusCode.Conflict, "unique-violation")).GetProperty("otherId").GetString());
    }

    [Fact]
    public async Task BulkDeleteExportAndViolations_LeaveOutWhatHasEnded()
    {
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("{\"field\":\"until\"}");
        await app.Application.StoreAsync("s/a", $"{{\"until\":\"{app.Clock.GetUtcNow().AddMinutes(30):O}\"}}");
        await app.Application.StoreAsync("s/b", "{\"until\":null}");
        await app.DefineAsync("{\"field\":\"until\"}", ",\"schema\":{\"required\":[\"name\"]}");
        Assert.Equal(2, (await app.Application.ReadJsonAsync("/collections/s/violations")).GetProperty("violations").GetArrayLength());

        app.Clock.Pass(Hour);
        Assert.Equal("s/b", Assert.Single((await app.Application.ReadJsonAsync("/collections/s/violations")).GetProperty("violations").EnumerateArray()).GetProperty("id").GetString());
        using HttpResponseMessage export = await app.Application.SendAsync("GET", "/docs?prefix=s/", null, ("Accept", "application/x-ndjson"));
        Assert.DoesNotContain("s/a", await export.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using HttpResponseMessage two = await app.Application.SendAsync("DELETE", "/docs?prefix=s/&confirm=2");
        await two.AssertProblemAsync(HttpStatusCode.Conflict, "count-differs");
        using HttpResponseMessage one = await app.Application.SendAsync("DELETE", "/docs?prefix=s/&confirm=1");
        Assert.Equal(1, JsonDocument.Parse(await one.Content.ReadAsStringAsync()).RootElement.GetProperty("deleted").GetInt32());
    }

    [Fact]
    public async Task Changes_OfADocumentThatHasEnded_AreGoneForReadersAndNothingForNewcomers()
    {
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("3600");
        await app.Application.StoreAsync("s/kept", "1");
        string position = (await app.Application.ReadJsonAsync("/changes")).GetProperty("next").GetString()!;
        await app.Application.StoreAsync("s/a", "{\"secret\":1}");
        JsonElement before = (await app.Application.ReadJsonAsync($"/changes?since={position}")).GetProperty("changes")[0];
        Assert.Equal("put", before.GetProperty("op").GetString());
        Assert.Equal(await app.EndOfAsync("s/a"), before.GetProperty("expires").GetDateTimeOffset());

        app.Clock.Pass(Hour);
        JsonElement told = Assert.Single((await app.Application.ReadJsonAsync($"/changes?since={position}")).GetProperty("changes").EnumerateArray());
        Assert.Equal(("s/a", "gone"), (told.GetProperty("id").GetString(), told.GetProperty("op").GetString()));
        Assert.False(told.TryGetProperty("body", out _));
        Assert.Empty((await app.Application.ReadJsonAsync("/changes?prefix=s/")).GetProperty("changes").EnumerateArray());
    }

    /// <summary>Its end is no commit, so nobody tells of it: whoever waits for the document must find out all the same.</summary>
    [Fact]
    public async Task Wait_ForADocumentThatEndsMeanwhile_Answers404()
    {
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("3600");
        string tag = await app.Application.StoreAsync("s/a", "1");
        await app.Application.WaitForIndexAsync();
        Assert.False(app.Clock.HoldsTimers);
        Task<HttpResponseMessage> waiting = app.Application.SendAsync("GET", "/docs/s/a?wait=50", null, ("If-None-Match", tag));
        while (!app.Clock.HoldsTimers)
        {
            Assert.False(waiting.IsCompleted, "nobody waits for the document's end");
            await Task.Yield();
        }

        Assert.False(waiting.IsCompleted);
        app.Clock.Pass(Hour);
        app.Clock.RunOut();
        using HttpResponseMessage response = await waiting;
        await response.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
    }
}
