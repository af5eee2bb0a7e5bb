using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Idempotency;

/// <summary>Requests with an Idempotency-Key, over HTTP: what is said of them in docs/requests.md, sentence by sentence.</summary>
public sealed class IdempotencyKeyTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    private const string Key = "Idempotency-Key";

    private static int _keys;

    private readonly TestApplication _app = shared.Application;

    [Fact]
    public async Task Put_TheSameAgain_AnswersAsTheFirstAndWritesNothing()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage first = await PutAsync(id, "1", key);
        using HttpResponseMessage second = await PutAsync(id, "1", key);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Null(first.Field("Idempotency-Replayed"));
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal("true", second.Field("Idempotency-Replayed"));
        Assert.Equal(first.Field("ETag"), second.Field("ETag"));
        Assert.Equal(first.Field("Location"), second.Field("Location"));
        Assert.Equal(first.Field("Durability"), second.Field("Durability"));
        Assert.Equal(string.Empty, await second.Content.ReadAsStringAsync());
        Assert.Equal(first.Field("ETag"), await TagAsync(id));
    }

    [Fact]
    public async Task Put_TheSameAgainAfterAnotherWrite_LeavesThatOne()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage first = await PutAsync(id, "1", key);
        string newer = await _app.StoreAsync(id, "2");
        using HttpResponseMessage second = await PutAsync(id, "1", key);

        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(first.Field("ETag"), second.Field("ETag"));
        Assert.Equal(newer, await TagAsync(id));
    }

    [Fact]
    public async Task Put_OfAReplacement_AnswersNoContentWithoutABodyWhateverIsPreferred()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        await _app.StoreAsync(id, "0");
        using HttpResponseMessage first = await PutAsync(id, "1", key, ("Prefer", "return=representation"));
        using HttpResponseMessage second = await PutAsync(id, "1", key, ("Prefer", "return=representation"));

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, second.StatusCode);
        Assert.Null(second.Field("Preference-Applied"));
        Assert.Equal(string.Empty, await second.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Put_AnotherLevelAsked_IsTheSameRequestAtThatLevel()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage first = await PutAsync(id, "1", key, ("Durability", "buffered"));
        using HttpResponseMessage second = await PutAsync(id, "1", key, ("Durability", "filed"));

        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.StartsWith("filed;seq=", second.Field("Durability"), StringComparison.Ordinal);
        Assert.Equal(second.Field("ETag"), await TagAsync(id));
    }

    [Fact]
    public async Task Delete_OfWhatIsNotThere_IsRememberedThoughNothingElseIsWritten()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage first = await _app.SendAsync("DELETE", "/docs/" + id, null, (Key, key));
        string tag = await _app.StoreAsync(id, "1");
        using HttpResponseMessage second = await _app.SendAsync("DELETE", "/docs/" + id, null, (Key, key));

        await first.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
        await second.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
        Assert.Equal("true", second.Field("Idempotency-Replayed"));
        Assert.Equal(tag, await TagAsync(id));
    }

    [Fact]
    public async Task Delete_TheSameAgain_LeavesWhatWasMadeMeanwhile()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        await _app.StoreAsync(id, "1");
        using HttpResponseMessage first = await _app.SendAsync("DELETE", "/docs/" + id, null, (Key, key));
        string tag = await _app.StoreAsync(id, "2");
        using HttpResponseMessage second = await _app.SendAsync("DELETE", "/docs/" + id, null, (Key, key));

        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, second.StatusCode);
        Assert.Equal("true", second.Field("Idempotency-Replayed"));
        Assert.Equal(first.Field("Durability"), second.Field("Durability"));
        Assert.Equal(tag, await TagAsync(id));
    }

    [Fact]
    public async Task Patch_TheSameAgain_IsAppliedOnce()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        await _app.StoreAsync(id, """{"list":[]}""");
        (string, string)[] fields = [("Content-Type", "application/json-patch+json"), (Key, key)];
        const string Patch = """[{"op":"add","path":"/list/-","value":1}]""";
        using HttpResponseMessage first = await _app.SendAsync("PATCH", "/docs/" + id, Patch, fields);
        using HttpResponseMessage second = await _app.SendAsync("PATCH", "/docs/" + id, Patch, fields);

        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, second.StatusCode);
        Assert.Equal(first.Field("ETag"), second.Field("ETag"));
        Assert.Equal("true", second.Field("Idempotency-Replayed"));
        Assert.Equal("""{"list":[1]}""", await _app.Client.GetStringAsync("/docs/" + id));
    }

    [Fact]
    public async Task Post_TheSameAgain_NamesTheSameDocument()
    {
        string key = NewKey();
        using HttpResponseMessage first = await _app.SendAsync("POST", "/docs?prefix=new-", "1", (Key, key));
        using HttpResponseMessage second = await _app.SendAsync("POST", "/docs?prefix=new-", "1", (Key, key));

        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(first.Field("Location"), second.Field("Location"));
        Assert.Equal(first.Field("ETag"), second.Field("ETag"));
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal("true", second.Field("Idempotency-Replayed"));
    }

    [Fact]
    public async Task Batch_TheSameAgain_AnswersTheSameResults()
    {
        (string id, string absent, string key) = (TestApplication.NewId(), TestApplication.NewId(), NewKey());
        string batch = $$"""{"operations":[{"op":"put","id":"{{id}}","body":1},{"op":"delete","id":"{{absent}}"},{"op":"add","id":"n-{{id}}","path":"/n","by":1,"create":true}]}""";
        using HttpResponseMessage first = await _app.SendAsync("POST", "/batch", batch, (Key, key));
        using HttpResponseMessage second = await _app.SendAsync("POST", "/batch", batch, (Key, key));

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal("true", second.Field("Idempotency-Replayed"));
        Assert.Equal("""{"n":1}""", await _app.Client.GetStringAsync($"/docs/n-{id}"));
    }

    [Fact]
    public async Task Batch_OfChecksAlone_IsRemembered()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        string batch = $$"""{"operations":[{"op":"check","id":"{{id}}","ifNoneMatch":"*"}]}""";
        using HttpResponseMessage first = await _app.SendAsync("POST", "/batch", batch, (Key, key));
        await _app.StoreAsync(id, "1");
        using HttpResponseMessage second = await _app.SendAsync("POST", "/batch", batch, (Key, key));

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
    }

    public static TheoryData<string, string, string, string, string> OtherRequests => new()
    {
        { "PUT", "", "2", "", "" },
        { "PUT", "", "1 ", "", "" },
        { "PUT", "-other", "1", "", "" },
        { "PUT", "", "1", "Content-Type", "application/geo+json" },
        { "PUT", "", "1", "If-Match", "*" },
        { "PUT", "", "1", "If-Unmodified-Since", "Fri, 01 Jan 2100 00:00:00 GMT" },
        { "DELETE", "", "", "", "" },
        { "POST", "", "", "", "" },
    };

    [Theory]
    [MemberData(nameof(OtherRequests))]
    public async Task AnyOther_WithTheKeyOfAnother_IsRefused(string method, string idSuffix, string body, string field, string value)
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage first = await PutAsync(id, "1", key);
        (string, string)[] fields = field.Length == 0 ? [(Key, key)] : [(Key, key), (field, value)];
        using HttpResponseMessage other = method == "POST"
            ? await _app.SendAsync("POST", "/batch", """{"operations":[{"op":"check","id":"x","ifNoneMatch":"*"}]}""", fields)
            : await _app.SendAsync(method, $"/docs/{id}{idSuffix}", body.Length == 0 ? null : body, fields);

        await other.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency-key-reused");
        Assert.Equal(first.Field("ETag"), await TagAsync(id));
    }

    [Fact]
    public async Task Put_ItsConditionFails_IsNotRemembered()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage failed = await PutAsync(id, "1", key, ("If-Match", "*"));
        await _app.StoreAsync(id, "0");
        using HttpResponseMessage again = await PutAsync(id, "1", key, ("If-Match", "*"));

        await failed.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
        Assert.Null(again.Field("Idempotency-Replayed"));
    }

    [Fact]
    public async Task Put_OfAMovedCondition_IsAnsweredFromMemoryAndNotJudgedAgain()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage first = await PutAsync(id, "1", key, ("If-None-Match", "*"));
        using HttpResponseMessage second = await PutAsync(id, "1", key, ("If-None-Match", "*"));

        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(first.Field("ETag"), second.Field("ETag"));
    }

    [Fact]
    public async Task Patch_OfWhatIsNotThere_IsNotRemembered()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        (string, string)[] fields = [("Content-Type", "application/merge-patch+json"), (Key, key)];
        using HttpResponseMessage failed = await _app.SendAsync("PATCH", "/docs/" + id, "{}", fields);
        await _app.StoreAsync(id, "{}");
        using HttpResponseMessage again = await _app.SendAsync("PATCH", "/docs/" + id, "{}", fields);

        await failed.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"a")]
    [InlineData("\"a\" b")]
    [InlineData("\"a\", \"b\"")]
    [InlineData("a, b")]
    [InlineData("a b")]
    [InlineData("a\\b")]
    [InlineData("\"a\\b\"")]
    public async Task Put_MalformedKey_IsRefused(string key)
    {
        string id = TestApplication.NewId();
        using HttpResponseMessage refused = await PutAsync(id, "1", key);
        await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
        Assert.Equal(HttpStatusCode.NotFound, get.StatusCode);
    }

    [Theory]
    [InlineData("PUT", "/docs/x", "1")]
    [InlineData("DELETE", "/docs/x", null)]
    [InlineData("POST", "/docs", "1")]
    [InlineData("POST", "/batch", """{"operations":[{"op":"delete","id":"x"}]}""")]
    public async Task Any_KeyTooLong_IsRefused(string method, string path, string? body)
    {
        using HttpResponseMessage refused = await _app.SendAsync(method, path, body, (Key, new string('k', 256)));
        await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
        using HttpResponseMessage quoted = await _app.SendAsync(method, path, body, (Key, $"\"{new string('k', 256)}\""));
        await quoted.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
    }

    [Fact]
    public async Task Put_KeyTwice_IsRefused()
    {
        using HttpRequestMessage request = Requests.Request("PUT", "/docs/" + TestApplication.NewId(), "1");
        request.Headers.TryAddWithoutValidation(Key, "a");
        request.Headers.TryAddWithoutValidation(Key, "a");
        using HttpResponseMessage refused = await _app.Client.SendAsync(request);
        await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
    }

    [Theory]
    [InlineData("{0}", "\"{0}\"")]
    [InlineData("{0}", "  \"{0}\";p=1 ")]
    [InlineData("\"{0}\\\"\"", "\"{0}\\\"\";q")]
    public async Task Put_QuotedOrNot_IsOneKey(string first, string second)
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage one = await PutAsync(id, "1", first.Replace("{0}", key, StringComparison.Ordinal));
        using HttpResponseMessage other = await PutAsync(id, "1", second.Replace("{0}", key, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Created, one.StatusCode);
        Assert.Equal("true", other.Field("Idempotency-Replayed"));
    }

    [Theory]
    [InlineData("PUT", "/collections/keyed", """{"prefix":"keyed/"}""", "application/json")]
    [InlineData("DELETE", "/collections/keyed", null, "")]
    [InlineData("DELETE", "/docs?prefix=nobody&confirm=0", null, "")]
    public async Task Others_WithAKey_AreRefused(string method, string path, string? body, string type)
    {
        (string, string)[] fields = body is null ? [(Key, NewKey())] : [("Content-Type", type), (Key, NewKey())];
        using HttpResponseMessage refused = await _app.SendAsync(method, path, body, fields);
        await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
    }

    [Fact]
    public async Task Get_OfAKey_TellsWhatItsRequestHasDone()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage before = await _app.SendAsync("GET", "/requests/" + key);
        await before.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
        using HttpResponseMessage put = await PutAsync(id, "1", key);
        using HttpResponseMessage after = await _app.SendAsync("GET", "/requests/" + key);

        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        Assert.Equal("no-store", after.Field("Cache-Control"));
        JsonElement told = JsonDocument.Parse(await after.Content.ReadAsStringAsync()).RootElement;
        JsonElement result = Assert.Single(told.GetProperty("results").EnumerateArray());
        Assert.Equal(put.Field("ETag"), $"\"{told.GetProperty("sequence").GetInt64()}\"");
        Assert.Equal(put.Field("ETag"), result.GetProperty("etag").GetString());
        Assert.Equal(id, result.GetProperty("id").GetString());
        Assert.Equal(201, result.GetProperty("status").GetInt32());
        Assert.Equal("filed", told.GetProperty("reached").GetString());
    }

    [Theory]
    [InlineData("a/b c", "a%2Fb%20c")]
    [InlineData("100%", "100%25")]
    public async Task Get_KeyWithEscapes_IsTheKey(string key, string path)
    {
        key += NewKey();
        path += key[^NewKeyLength..];
        using HttpResponseMessage put = await PutAsync(TestApplication.NewId(), "1", $"\"{key}\"");
        using HttpResponseMessage get = await _app.SendAsync("HEAD", "/requests/" + path);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        Assert.Equal(HttpStatusCode.OK, get.StatusCode);
    }

    [Fact]
    public async Task Status_TellsOfRememberedRequests()
    {
        using HttpResponseMessage put = await PutAsync(TestApplication.NewId(), "1", NewKey());
        JsonElement requests = (await _app.ReadJsonAsync("/status")).GetProperty("requests");
        Assert.True(requests.GetProperty("held").GetInt64() >= 1);
        Assert.Equal(JsonValueKind.Null, requests.GetProperty("damage").ValueKind);
    }

    [Fact]
    public async Task Put_ItsCollectionHasGotAnotherSchema_IsAnsweredBeforeItsBodyIsJudged()
    {
        string key = NewKey();
        using HttpResponseMessage first = await PutAsync("judged/a", "1", key);
        using HttpResponseMessage defined = await _app.SendAsync("PUT", "/collections/judged", """{"prefix":"judged/","schema":{"type":"string"}}""");
        using HttpResponseMessage again = await PutAsync("judged/a", "1", key);
        using HttpResponseMessage other = await PutAsync("judged/a", "1", NewKey());

        Assert.Equal(HttpStatusCode.Created, defined.StatusCode);
        Assert.Equal("true", again.Field("Idempotency-Replayed"));
        Assert.Equal(first.Field("ETag"), again.Field("ETag"));
        await other.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "schema-violation");
    }

    [Fact]
    public async Task Put_WithoutAnIndex_IsRemembered()
    {
        await using var app = new TestApplication(ApplicationSettings.WithoutIndex);
        using HttpResponseMessage first = await app.PutAsync("a", "1", (Key, "k"));
        using HttpResponseMessage second = await app.PutAsync("a", "1", (Key, "k"));
        Assert.Equal("true", second.Field("Idempotency-Replayed"));
        Assert.Equal(first.Field("ETag"), second.Field("ETag"));
    }

    [Fact]
    public async Task Put_TwoHundredTriesOfOneKeyAtOnce_OneIsApplied()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => PutAsync(id, "1", key)));
        try
        {
            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
            Assert.Single(answers, answer => answer.Field("Idempotency-Replayed") is null);
            Assert.Single(answers.Select(answer => answer.Field("ETag")).Distinct());
        }
        finally
        {
            Array.ForEach(answers, static answer => answer.Dispose());
        }
    }

    [Fact]
    public async Task Post_TwoHundredTriesOfOneKeyAtOnce_OneDocumentIsMade()
    {
        string key = NewKey();
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => _app.SendAsync("POST", "/docs?prefix=race-", "1", (Key, key))));
        try
        {
            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
            Assert.Single(answers, answer => answer.Field("Idempotency-Replayed") is null);
            Assert.Single(answers.Select(answer => answer.Field("Location")).Distinct());
        }
        finally
        {
            Array.ForEach(answers, static answer => answer.Dispose());
        }
    }

    private const int NewKeyLength = 9;

    private static string NewKey() => $"key-{Interlocked.Increment(ref _keys):d5}";

    private Task<HttpResponseMessage> PutAsync(string id, string json, string key, params (string Name, string Value)[] fields) =>
        _app.PutAsync(id, json, [(Key, key), .. fields]);

    private async Task<string?> TagAsync(string id)
    {
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
        return get.Field("ETag");
    }
}
