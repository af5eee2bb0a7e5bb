using System.Net;
using System.Text.Json;
using DocService.Api.Collections;
using DocService.Api.Tests.Batches;
using DocService.Api.Tests.Support;
using DocService.Index;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Schemas;

namespace DocService.Api.Tests.Collections;

/// <summary>Schemas of collections over HTTP: every way of writing, and documents that are there already.</summary>
public sealed class SchemaTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    private const string Person = """{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":0}}}""";

    private static int _names;

    private readonly TestApplication _app = shared.Application;

    private readonly string _name = $"s{Interlocked.Increment(ref _names)}";

    [Fact]
    public async Task Put_DocumentThatDoesNotPass_NamesFaultsAndWritesNothing()
    {
        await DefineAsync(Person);
        using HttpResponseMessage good = await _app.PutAsync($"{_name}/1", """{"name":"Ann","age":3.0}""");
        Assert.Equal(HttpStatusCode.Created, good.StatusCode);
        using HttpResponseMessage response = await _app.PutAsync($"{_name}/1", """{"age":-1}""");
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "schema-violation");

        Assert.Equal(_name, problem.GetProperty("collection").GetString());
        Assert.Equal(
            [("", "/required", "the member 'name' is missing"), ("/age", "/properties/age/minimum", "the number must be at least 0")],
            problem.GetProperty("faults").EnumerateArray().Select(fault => (fault.GetProperty("instance").GetString()!, fault.GetProperty("schema").GetString()!, fault.GetProperty("detail").GetString()!)));
        Assert.Equal("""{"name":"Ann","age":3.0}""", await _app.Client.GetStringAsync($"/docs/{_name}/1"));
        using HttpResponseMessage outside = await _app.PutAsync($"{_name}-x", """{"age":-1}""");
        Assert.Equal(HttpStatusCode.Created, outside.StatusCode);
    }

    [Fact]
    public async Task Post_DocumentThatDoesNotPass_IsRefused()
    {
        await DefineAsync(Person);
        using HttpResponseMessage response = await _app.SendAsync("POST", $"/docs?prefix={_name}/", "[]");
        await response.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "schema-violation");
        using HttpResponseMessage good = await _app.SendAsync("POST", $"/docs?prefix={_name}/", """{"name":"Bob"}""");
        Assert.Equal(HttpStatusCode.Created, good.StatusCode);
    }

    [Fact]
    public async Task Patch_ToWhatDoesNotPass_IsRefusedBehindItsConditions()
    {
        await DefineAsync(Person);
        await _app.StoreAsync($"{_name}/1", """{"name":"Ann"}""");
        using HttpResponseMessage stale = await PatchAsync("1", """{"name":null}""", ("If-Match", "\"1\""));
        await stale.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");
        using HttpResponseMessage response = await PatchAsync("1", """{"name":null}""");
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "schema-violation");
        Assert.Equal("/required", problem.GetProperty("faults")[0].GetProperty("schema").GetString());
        Assert.Equal("""{"name":"Ann"}""", await _app.Client.GetStringAsync($"/docs/{_name}/1"));
        using HttpResponseMessage good = await PatchAsync("1", """{"age":4}""");
        Assert.Equal(HttpStatusCode.NoContent, good.StatusCode);
    }

    [Fact]
    public async Task Batch_SeveralThatDoNotPass_NamesEachAndWritesNothing()
    {
        await DefineAsync(Person);
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(
            Batch.Put($"{_name}/1", """{"name":"Ann"}"""), Batch.Put($"{_name}/2", "1"), Batch.Put($"{_name}/3", """{"name":1e400}"""), Batch.Put($"{_name}-x", "1")));
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "schema-violation");

        Assert.Equal(
            [$"1 {_name}/2 schema-violation ", $"2 {_name}/3 number-out-of-range /name"],
            problem.GetProperty("failures").EnumerateArray().Select(failure =>
                $"{failure.GetProperty("index").GetInt32()} {failure.GetProperty("id").GetString()} {failure.GetProperty("type").GetString()} {failure.GetProperty("faults")[0].GetProperty("instance").GetString()}"));
        foreach (string id in (string[])["1", "2", "3"])
        {
            using HttpResponseMessage absent = await _app.SendAsync("GET", $"/docs/{_name}/{id}");
            Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        }

        using HttpResponseMessage patched = await _app.BatchAsync(Batch.Of(
            Batch.Put($"{_name}/4", """{"name":"Dan"}"""), $$"""{"op":"add","id":"{{_name}}/5","path":"/n","by":1,"create":true}"""));
        JsonElement refused = await patched.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "schema-violation");
        Assert.Equal(1, refused.GetProperty("failures").EnumerateArray().Single().GetProperty("index").GetInt32());
    }

    /// <summary>http-api.md: 422 of the body alone comes before 412 and 404, that of a patch's result after them.</summary>
    [Fact]
    public async Task Judgement_InItsOrder()
    {
        await DefineAsync(Person);
        using HttpResponseMessage put = await _app.SendAsync("PUT", $"/docs/{_name}/none", "1", ("If-Match", "\"1\""));
        await put.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "schema-violation");
        using HttpResponseMessage patch = await PatchAsync("none", "1");
        await patch.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
        using HttpResponseMessage batch = await _app.BatchAsync(Batch.Of(
            Batch.Put($"{_name}/1", "1"), $$"""{"op":"check","id":"{{_name}}/none","ifMatch":"\"1\""}""", $$"""{"op":"patch","id":"{{_name}}/absent","mergePatch":{} }"""));
        await batch.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "schema-violation");
    }

    [Fact]
    public async Task Numbers_AreJudgedExactlyOrRefused()
    {
        await DefineAsync("""{"multipleOf":0.01}""");
        using HttpResponseMessage exact = await _app.PutAsync($"{_name}/1", "4.02");
        Assert.Equal(HttpStatusCode.Created, exact.StatusCode);
        using HttpResponseMessage inexact = await _app.PutAsync($"{_name}/1", "4.021");
        await inexact.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "schema-violation");
        foreach (string number in (string[])["1e20000000", "1e400", "0.12345678901234567890123456789"])
        {
            using HttpResponseMessage response = await _app.PutAsync($"{_name}/1", $$"""{"a":[{{number}}]}""");
            JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "number-out-of-range");
            Assert.Equal("/a/0", problem.GetProperty("faults")[0].GetProperty("instance").GetString());
            using HttpResponseMessage defined = await PutDefinitionAsync($$"""{"multipleOf":{{number}}}""");
            JsonElement refused = await defined.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-collection");
            Assert.Equal("/schema/multipleOf", refused.GetProperty("pointer").GetString());
        }

        Assert.Equal(TimeSpan.FromMilliseconds(100), AppContext.GetData("REGEX_DEFAULT_MATCH_TIMEOUT"));
    }

    [Theory]
    [InlineData("""{"$ref":"https://example.org/other"}""", "/schema/$ref")]
    [InlineData("""{"properties":{"a":{"type":"strin"}}}""", "/schema/properties/a/type")]
    [InlineData("""{"pattern":"("}""", "/schema/pattern")]
    [InlineData("""{"$ref":"#"}""", "/schema/$ref")]
    [InlineData("1", "/schema")]
    public async Task Definition_WithAFaultySchema_IsRefusedAtItsPlaceAndChangesNothing(string schema, string at)
    {
        await DefineAsync(Person);
        using HttpResponseMessage response = await PutDefinitionAsync(schema);
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-collection");
        Assert.Equal(at, problem.GetProperty("pointer").GetString());
        using HttpResponseMessage still = await _app.PutAsync($"{_name}/1", "1");
        await still.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "schema-violation");
    }

    [Fact]
    public async Task Document_TooCostlyToJudge_IsRefusedWhileOthersAreAnswered()
    {
        string levels = string.Join(',', Enumerable.Range(0, 40).Select(level => $"\"a{level}\":{{\"allOf\":[{{\"$ref\":\"#/$defs/a{level + 1}\"}},{{\"$ref\":\"#/$defs/a{level + 1}\"}}]}}"));
        await DefineAsync("{\"$ref\":\"#/$defs/a0\",\"$defs\":{" + levels + ",\"a40\":true}}");
        Task<HttpResponseMessage>[] costly = [.. Enumerable.Range(0, 20).Select(number => _app.PutAsync($"{_name}/{number}", "1"))];
        using HttpResponseMessage other = await _app.PutAsync($"{_name}-other", "1");
        Assert.Equal(HttpStatusCode.Created, other.StatusCode);
        foreach (HttpResponseMessage response in await Task.WhenAll(costly))
        {
            using (response)
            {
                await response.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "schema-too-costly");
            }
        }
    }

    [Fact]
    public async Task Violations_OfDocumentsThatWereThere_ArePagedUntilTheyPass()
    {
        await _app.StoreAsync($"{_name}/a", """{"name":"Ann"}""");
        await _app.StoreAsync($"{_name}/b", """{"age":-1}""");
        await _app.StoreAsync($"{_name}/c", "1e400");
        await _app.StoreAsync($"{_name}/d", "[]");
        await _app.StoreAsync($"{_name}0", "[]"); // of no collection
        await DefineAsync(Person);

        JsonElement page = await _app.ReadJsonAsync($"/collections/{_name}/violations");
        Assert.Equal(
            ["b schema-violation", "c number-out-of-range", "d schema-violation"],
            page.GetProperty("violations").EnumerateArray().Select(one => $"{one.GetProperty("id").GetString()![(_name.Length + 1)..]} {one.GetProperty("type").GetString()}"));
        Assert.Equal(2, page.GetProperty("violations")[0].GetProperty("faults").GetArrayLength());
        Assert.True(page.GetProperty("violations")[0].GetProperty("version").GetInt64() > 0);
        Assert.Equal(JsonValueKind.Null, page.GetProperty("next").ValueKind);

        var seen = new List<string>();
        for (string? after = ""; after is not null; after = page.GetProperty("next").GetString())
        {
            page = await _app.ReadJsonAsync($"/collections/{_name}/violations?limit=1{(after.Length == 0 ? "" : $"&after={Uri.EscapeDataString(after)}")}");
            seen.AddRange(page.GetProperty("violations").EnumerateArray().Select(one => one.GetProperty("id").GetString()!));
        }

        Assert.Equal([$"{_name}/b", $"{_name}/c", $"{_name}/d"], seen);
        foreach (string id in (string[])["b", "c", "d"])
        {
            await _app.StoreAsync($"{_name}/{id}", """{"name":"x"}""");
        }

        Assert.Empty((await _app.ReadJsonAsync($"/collections/{_name}/violations")).GetProperty("violations").EnumerateArray());
    }

    /// <summary>A page waits for its turn among the writes whose judgements take long, and keeps no thread meanwhile.</summary>
    [Fact]
    public async Task Violations_AllTurnsAreTaken_AreNotJudged()
    {
        await _app.StoreAsync($"{_name}/1", "1");
        await _app.WaitForIndexAsync();
        using JsonDocument strings = JsonDocument.Parse("""{"type":"string"}""");
        DocumentSchema schema = DocumentSchema.Parse(strings.RootElement, out _)!;
        using var judge = new SchemaJudge(budget: null, threads: 1, longestWait: TimeSpan.FromMilliseconds(1));
        IndexQueries queries = _app.Service<ServedIndex>().Queries!;
        using IndexReader reader = await queries.OpenAsync(isEventual: true, default);
        var page = new ViolationPage(schema, judge, _app.Service<ByteBudget>(), limit: 10, TimeProvider.System);
        var query = new DocumentQuery { Prefix = $"{_name}/" };

        using (await judge.EnterAsync(default))
        {
            await Assert.ThrowsAsync<StoreBusyException>(() => page.FillAsync(queries, reader, query, default));
            Assert.Empty(page.Found);
        }

        await page.FillAsync(queries, reader, query, default);
        Assert.Equal($"{_name}/1", page.Found.Single().Id);
    }

    [Theory]
    [InlineData("?limit=0", "invalid-parameter", 400)]
    [InlineData("?limit=1001", "invalid-parameter", 400)]
    [InlineData("?after=", "invalid-id", 400)]
    [InlineData("?after=a&after=b", "invalid-parameter", 400)]
    [InlineData("?limits=1", "unknown-parameter", 400)]
    [InlineData("", "not-found", 404)]
    public async Task Violations_FaultyRequest_IsRefused(string query, string slug, int status)
    {
        using HttpResponseMessage response = await _app.SendAsync("GET", $"/collections/{_name}/violations{query}");
        await response.AssertProblemAsync((HttpStatusCode)status, slug);
    }

    [Fact]
    public async Task Definition_ReplacedOrDeleted_TakesItsSchemaAlong()
    {
        await DefineAsync(Person);
        await DefineAsync("""{"type":"integer"}""");
        using HttpResponseMessage old = await _app.PutAsync($"{_name}/1", """{"name":"Ann"}""");
        await old.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "schema-violation");
        await _app.StoreAsync($"{_name}/1", "1");
        using HttpResponseMessage without = await _app.SendAsync("PUT", $"/collections/{_name}", $$"""{"prefix":"{{_name}}/"}""");
        Assert.Equal(HttpStatusCode.NoContent, without.StatusCode);
        await _app.StoreAsync($"{_name}/1", """{"name":"Ann"}""");
        await DefineAsync("false");
        using HttpResponseMessage deleted = await _app.SendAsync("DELETE", $"/docs/{_name}/1");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using HttpResponseMessage gone = await _app.SendAsync("DELETE", $"/collections/{_name}");
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        await _app.StoreAsync($"{_name}/1", "null");
    }

    /// <summary>What has been done is told again, whatever the rules are by now.</summary>
    [Fact]
    public async Task Repetition_OfAWriteFromBeforeTheSchema_IsReplayed()
    {
        using HttpResponseMessage first = await _app.SendAsync("PUT", $"/docs/{_name}/1", "1", ("Idempotency-Key", $"{_name}-key"));
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        await DefineAsync(Person);
        using HttpResponseMessage again = await _app.SendAsync("PUT", $"/docs/{_name}/1", "1", ("Idempotency-Key", $"{_name}-key"));
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(first.Field("ETag"), again.Field("ETag"));
        using HttpResponseMessage other = await _app.SendAsync("PUT", $"/docs/{_name}/1", "1", ("Idempotency-Key", $"{_name}-other"));
        await other.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "schema-violation");
    }

    [Fact]
    public async Task Import_LineThatDoesNotPass_IsNamedAndLosesNoOther()
    {
        await DefineAsync(Person);
        string lines = "{\"id\":\"" + _name + "/1\",\"body\":{\"name\":\"Ann\"}}\n{\"id\":\"" + _name + "/2\",\"body\":[]}\n";
        using HttpResponseMessage response = await _app.SendAsync("POST", "/import", lines, ("Content-Type", "application/x-ndjson"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        JsonElement refused = Assert.Single(answer.RootElement.GetProperty("refusals").EnumerateArray());
        Assert.Equal(2, refused.GetProperty("line").GetInt64());
        Assert.Contains("schema-violation", refused.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("""{"name":"Ann"}""", await _app.Client.GetStringAsync($"/docs/{_name}/1"));
    }

    /// <summary>An answer grows with the request, and not twentyfold.</summary>
    [Fact]
    public async Task Batch_OfManyDocumentsWithManyFaults_NamesEachAndStaysShort()
    {
        await DefineAsync("""{"items":{"type":"string"}}""");
        string body = $"[{string.Join(',', Enumerable.Range(0, 30))}]";
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of([.. Enumerable.Range(0, 200).Select(number => Batch.Put($"{_name}/{number}", body))]));
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "schema-violation");
        int[] faults = [.. problem.GetProperty("failures").EnumerateArray().Select(failure => failure.GetProperty("faults").GetArrayLength())];
        Assert.Equal((200, 20, 1), (faults.Length, faults[0], faults[^1]));
    }

    private Task<HttpResponseMessage> PatchAsync(string id, string patch, params (string Name, string Value)[] fields) =>
        _app.SendAsync("PATCH", $"/docs/{_name}/{id}", patch, [("Content-Type", "application/merge-patch+json"), .. fields]);

    private Task<HttpResponseMessage> PutDefinitionAsync(string schema) => _app.SendAsync("PUT", $"/collections/{_name}", "{\"prefix\":\"" + _name + "/\",\"schema\":" + schema + "}");

    private async Task DefineAsync(string schema)
    {
        using HttpResponseMessage response = await PutDefinitionAsync(schema);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
