using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Batches;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Collections;

/// <summary>Definitions over HTTP: as documents are, with rules of their own.</summary>
public sealed class CollectionTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    private static int _names;

    private readonly TestApplication _app = shared.Application;

    private readonly string _name = $"c{Interlocked.Increment(ref _names)}";

    [Fact]
    public async Task Put_Definition_IsReadBackAndListedAndConditional()
    {
        string definition = $$$"""{ "prefix" : "{{{_name}}}/", "indexes":{"by-a":{"fields":["a"]}} }""";
        using HttpResponseMessage created = await PutAsync(definition, "?wait=30", ("If-None-Match", "*"));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal($"/collections/{_name}", created.Field("Location"));
        string tag = created.Field("ETag")!;
        Assert.Matches("^\"[0-9]+\"$", tag);
        Assert.StartsWith("durable;seq=", created.Field("Durability")?.Replace("filed", "durable", StringComparison.Ordinal), StringComparison.Ordinal);

        using HttpResponseMessage read = await _app.SendAsync("GET", $"/collections/{_name}");
        Assert.Equal(definition, await read.Content.ReadAsStringAsync());
        Assert.Equal(tag, read.Field("ETag"));
        using HttpResponseMessage known = await _app.SendAsync("GET", $"/collections/{_name}", null, ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        using HttpResponseMessage again = await PutAsync(definition, "", ("If-None-Match", "*"));
        await again.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");

        JsonElement list = await _app.ReadJsonAsync("/collections");
        JsonElement listed = Assert.Single(list.GetProperty("collections").EnumerateArray(), one => one.GetProperty("name").GetString() == _name);
        Assert.Equal("by-a", listed.GetProperty("indexes")[0].GetString());
        JsonElement status = await _app.ReadJsonAsync($"/collections/{_name}/status");
        Assert.Equal("ready", status.GetProperty("indexes")[0].GetProperty("state").GetString());
        using HttpResponseMessage statusAnswer = await _app.SendAsync("GET", $"/collections/{_name}/status");
        Assert.Null(statusAnswer.Field("ETag"));

        using HttpResponseMessage replaced = await PutAsync(definition, "", ("If-Match", tag));
        Assert.Equal(HttpStatusCode.NoContent, replaced.StatusCode);
        using HttpResponseMessage deleted = await _app.SendAsync("DELETE", $"/collections/{_name}", null, ("If-Match", replaced.Field("ETag")!));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        foreach ((string method, string path) in ((string, string)[])[("GET", ""), ("DELETE", ""), ("GET", "/status")])
        {
            using HttpResponseMessage gone = await _app.SendAsync(method, $"/collections/{_name}{path}");
            await gone.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
        }
    }

    [Fact]
    public async Task Put_FaultyDefinition_IsNamedByItsPointer()
    {
        using HttpResponseMessage response = await PutAsync(Definition("""{"a":{"fields":["x"],"where":{"y":{"$foo":1}}}}"""));
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-collection");
        Assert.Equal("/indexes/a/where/y/$foo", problem.GetProperty("pointer").GetString());
    }

    [Theory]
    [InlineData("PUT", ".x", "", "invalid-collection", 400)]
    [InlineData("GET", "a%20b", "", "invalid-collection", 400)]
    [InlineData("GET", "x", "?wait=1", "unknown-parameter", 400)]
    [InlineData("PUT", "x", "?wait=0", "invalid-request", 400)]
    [InlineData("PUT", "x", "?wait=51", "invalid-request", 400)]
    [InlineData("PUT", "x", "?wait=1&wait=1", "invalid-request", 400)]
    [InlineData("PUT", "x", "?wait=", "invalid-request", 400)]
    [InlineData("PUT", "x", "?waits=1", "unknown-parameter", 400)]
    [InlineData("POST", "x", "", "method-not-allowed", 405)]
    public async Task Request_Faulty_IsRefused(string method, string name, string query, string slug, int status)
    {
        using HttpResponseMessage response = await _app.SendAsync(method, $"/collections/{name}{query}", method == "GET" ? null : """{"prefix":"faulty/"}""");
        await response.AssertProblemAsync((HttpStatusCode)status, slug);
    }

    [Fact]
    public async Task Put_ByWhatOthersSay_IsAConflict()
    {
        using HttpResponseMessage created = await PutAsync($$"""{"prefix":"{{_name}}/a/"}""");
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        using HttpResponseMessage moved = await PutAsync($$"""{"prefix":"{{_name}}/b/"}""");
        await moved.AssertProblemAsync(HttpStatusCode.Conflict, "prefix-fixed");
        using HttpResponseMessage nested = await _app.SendAsync("PUT", $"/collections/{_name}-x", $$"""{"prefix":"{{_name}}/"}""");
        await nested.AssertProblemAsync(HttpStatusCode.Conflict, "prefix-overlap");
    }

    [Fact]
    public async Task Put_DocumentWithAnothersValue_IsAUniqueViolation()
    {
        await DefineUniqueAsync();
        await _app.StoreAsync($"{_name}/1", """{"email":"v"}""");
        using HttpResponseMessage response = await _app.PutAsync($"{_name}/2", """{"email": "v"}""");
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.Conflict, "unique-violation");
        Assert.Equal(
            (_name, "by-email", "v", $"{_name}/1"),
            (problem.GetProperty("collection").GetString(), problem.GetProperty("index").GetString(), problem.GetProperty("value")[0].GetString(), problem.GetProperty("otherId").GetString()));
        using HttpResponseMessage many = await _app.PutAsync($"{_name}/3", $$"""{"email":[{{string.Join(',', Enumerable.Range(0, 1001))}}]}""");
        await many.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "too-many-keys");
    }

    /// <summary>Rules judge what a patch makes of the document, and a swap by patches is judged on its final state.</summary>
    [Fact]
    public async Task Patch_ToAnothersValue_IsAUniqueViolationAndASwapIsFine()
    {
        await DefineUniqueAsync();
        await _app.StoreAsync($"{_name}/1", """{"email":"v"}""");
        await _app.StoreAsync($"{_name}/2", """{"email":"w"}""");
        using HttpResponseMessage response = await _app.SendAsync("PATCH", $"/docs/{_name}/2", """{"email":"v"}""", ("Content-Type", "application/merge-patch+json"));
        await response.AssertProblemAsync(HttpStatusCode.Conflict, "unique-violation");
        Assert.Equal("""{"email":"w"}""", await _app.Client.GetStringAsync($"/docs/{_name}/2"));

        string Patch(string id, string email) => $$"""{"op":"patch","id":"{{_name}}/{{id}}","mergePatch":{"email":"{{email}}"} }""";
        using HttpResponseMessage swap = await _app.BatchAsync(Batch.Of(Patch("1", "w"), Patch("2", "v")));
        await swap.AssertCommittedAsync();
        Assert.Equal("""{"email":"v"}""", await _app.Client.GetStringAsync($"/docs/{_name}/2"));
    }

    [Fact]
    public async Task Batch_TakesValuesOfOthers_EveryOperationIsNamedAndASwapIsFine()
    {
        await DefineUniqueAsync();
        await _app.StoreAsync($"{_name}/1", """{"email":"v"}""");
        await _app.StoreAsync($"{_name}/2", """{"email":"w"}""");
        using HttpResponseMessage swap = await _app.BatchAsync(Batch.Of(Batch.Put($"{_name}/1", """{"email":"w"}"""), Batch.Put($"{_name}/2", """{"email":"v"}""")));
        await swap.AssertCommittedAsync();
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(
            Batch.Put($"{_name}/3", """{"email":"v"}"""), Batch.Put($"{_name}/4", """{"email":"x"}"""), Batch.Put($"{_name}/5", """{"email":"x"}"""), Batch.Put($"{_name}/6", """{"email":"y"}""")));
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.Conflict, "unique-violation");
        Assert.Equal(
            [$"0 {_name}/2", $"1 {_name}/5", $"2 {_name}/4"],
            problem.GetProperty("failures").EnumerateArray().Select(failure => $"{failure.GetProperty("index").GetInt32()} {failure.GetProperty("otherId").GetString()}"));
    }

    [Fact]
    public async Task Put_WithoutAnIndex_IsNotImplemented()
    {
        await using var app = new TestApplication(ApplicationSettings.WithoutIndex);
        using HttpResponseMessage response = await app.SendAsync("PUT", "/collections/c", """{"prefix":"c/"}""");
        await response.AssertProblemAsync(HttpStatusCode.NotImplemented, "no-index");
        using HttpResponseMessage document = await app.PutAsync("c/1", "1");
        Assert.Equal(HttpStatusCode.Created, document.StatusCode);
    }

    private string Definition(string indexes) => "{\"prefix\":\"" + _name + "/\",\"indexes\":" + indexes + "}";

    private Task<HttpResponseMessage> PutAsync(string definition, string query = "", params (string Name, string Value)[] fields) =>
        _app.SendAsync("PUT", $"/collections/{_name}{query}", definition, fields);

    private async Task DefineUniqueAsync()
    {
        using HttpResponseMessage response = await PutAsync(Definition("""{"by-email":{"fields":["email"],"unique":true}}"""), "?wait=30");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }
}
