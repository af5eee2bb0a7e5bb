using System.Globalization;
using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Batches;
using DocService.Api.Tests.Support;
using DocService.Contract.Tests.Support;

namespace DocService.Contract.Tests.Documents;

/// <summary>PATCH of a document, and patches in a batch.</summary>
public abstract class PatchTests(SharedServer shared)
{
    private const string Merge = "application/merge-patch+json";
    private const string JsonPatch = "application/json-patch+json";

    private readonly EngineServer _app = shared.Server;

    [Fact]
    public async Task Patch_OfAMember_KeepsTheOtherBytesAndTheMediaType()
    {
        string id = Requests.NewId();
        (await _app.PutAsync(id, "{ \"a\" : 1.00,\n\"b\":2 }", ("Content-Type", "application/geo+json"))).Dispose();
        using HttpResponseMessage patched = await PatchAsync(id, Merge, """{"b":3}""");

        Assert.Equal(HttpStatusCode.NoContent, patched.StatusCode);
        Assert.StartsWith("durable;seq=", patched.Field("Durability"), StringComparison.Ordinal);
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
        Assert.Equal("{ \"a\" : 1.00,\n\"b\":3 }", await get.Content.ReadAsStringAsync());
        Assert.Equal("application/geo+json", get.Field("Content-Type"));
        Assert.Equal(patched.Field("ETag"), get.Field("ETag"));
    }

    [Fact]
    public async Task Patch_WithPreferRepresentation_AnswersTheDocument()
    {
        string id = Requests.NewId();
        await _app.StoreAsync(id, """{"a":[1]}""");
        using HttpResponseMessage patched = await PatchAsync(id, JsonPatch, """[{"op":"add","path":"/a/-","value":2}]""", ("Prefer", "return=representation"));

        Assert.Equal(HttpStatusCode.OK, patched.StatusCode);
        Assert.Equal("""{"a":[1,2]}""", await patched.Content.ReadAsStringAsync());
        Assert.Equal("return=representation", patched.Field("Preference-Applied"));
    }

    [Fact]
    public async Task Patch_ThatChangesNothing_MakesAVersionAllTheSame()
    {
        string id = Requests.NewId();
        string tag = await _app.StoreAsync(id, "{}");
        using HttpResponseMessage patched = await PatchAsync(id, Merge, "{}");

        Assert.Equal(HttpStatusCode.NoContent, patched.StatusCode);
        Assert.NotEqual(tag, patched.Field("ETag"));
    }

    [Theory]
    [InlineData(Merge, "{}", 404, "not-found")]
    [InlineData(JsonPatch, "[]", 404, "not-found")]
    [InlineData(Merge, "{", 400, "invalid-json")]
    [InlineData(Merge, """{"a":1,"a":2}""", 400, "invalid-json")]
    [InlineData(JsonPatch, """[{"op":"remove","op":"add","path":"/a"}]""", 400, "invalid-json")]
    [InlineData(JsonPatch, """{"op":"remove"}""", 400, "invalid-patch")]
    [InlineData(JsonPatch, """[{"op":"spam","path":"/a"}]""", 400, "invalid-patch")]
    [InlineData("application/json", "{}", 415, "unsupported-media-type")]
    [InlineData("application/patch+json", "{}", 415, "unsupported-media-type")]
    public async Task Patch_OfWhatIsNotThereOrIsNoPatch_IsRefused(string type, string patch, int status, string slug)
    {
        string id = Requests.NewId();
        using HttpResponseMessage response = await PatchAsync(id, type, patch, ("If-Match", "*"));

        await response.AssertProblemAsync((HttpStatusCode)status, slug);
        Assert.Equal(status == 415, response.Headers.TryGetValues("Accept-Patch", out _));
        await _app.AssertAbsentAsync(id);
    }

    [Theory]
    [InlineData(JsonPatch, """[{"op":"add","path":"/b","value":1},{"op":"test","path":"/a","value":2}]""", 409, "patch-test-failed", 1)]
    [InlineData(JsonPatch, """[{"op":"remove","path":"/x/y"}]""", 422, "patch-not-applicable", 0)]
    public async Task Patch_ThatCannotBeApplied_SaysWhereAndChangesNothing(string type, string patch, int status, string slug, int operation)
    {
        string id = Requests.NewId();
        string tag = await _app.StoreAsync(id, """{"a":1}""");
        using HttpResponseMessage response = await PatchAsync(id, type, patch);

        JsonElement problem = await response.AssertProblemAsync((HttpStatusCode)status, slug);
        Assert.Equal(operation, problem.GetProperty("operation").GetInt32());
        Assert.StartsWith("/", problem.GetProperty("pointer").GetString(), StringComparison.Ordinal);
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
        Assert.Equal(tag, get.Field("ETag"));
    }

    /// <summary>Thirty copies of a document into itself would be 2^30 times its size.</summary>
    [Fact]
    public async Task Patch_ThirtyCopiesOfADocumentIntoItself_Are413AndChangeNothing()
    {
        string id = Requests.NewId();
        string tag = await _app.StoreAsync(id, """{"a":1}""");
        string copies = string.Join(',', Enumerable.Range(0, 30).Select(n => $"{{\"op\":\"copy\",\"from\":\"\",\"path\":\"/c{n}\"}}"));
        using HttpResponseMessage response = await PatchAsync(id, JsonPatch, $"[{copies}]");

        await response.AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge, "payload-too-large");
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
        Assert.Equal(tag, get.Field("ETag"));
    }

    [Fact]
    public async Task Patch_WithAConditionThatFails_Is412BeforeThePatchIsJudged()
    {
        string id = Requests.NewId();
        string tag = await _app.StoreAsync(id, """{"a":1}""");
        using HttpResponseMessage response = await PatchAsync(id, JsonPatch, """[{"op":"remove","path":"/x"}]""", ("If-Match", "\"0\""));
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");
        Assert.Equal(tag, problem.GetProperty("currentETag").GetString());

        using HttpResponseMessage none = await PatchAsync(id, Merge, "{}", ("If-None-Match", "*"));
        await none.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");
    }

    [Fact]
    public async Task Patch_MergeWithIfNoneMatchStar_CreatesOnce()
    {
        string id = Requests.NewId();
        using HttpResponseMessage created = await PatchAsync(id, Merge, """{"a":1,"b":null}""", ("If-None-Match", "*"));
        using HttpResponseMessage again = await PatchAsync(id, Merge, """{"a":2}""", ("If-None-Match", "*"));

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.EndsWith("/docs/" + id, created.Field("Location"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.PreconditionFailed, again.StatusCode);
        Assert.Equal("""{"a":1}""", await _app.Client.GetStringAsync("/docs/" + id));
    }

    [Fact]
    public async Task Patch_DigestOfThePatch_IsChecked()
    {
        string id = Requests.NewId();
        await _app.StoreAsync(id, "{}");
        using HttpResponseMessage response = await PatchAsync(id, Merge, """{"a":1}""", ("Content-Digest", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"));
        await response.AssertProblemAsync(HttpStatusCode.BadRequest, "digest-mismatch");
    }

    /// <summary>Each client counts what it was told; the document must say the same.</summary>
    [Fact]
    public async Task Patch_AThousandOfOneCounter_LoseNone()
    {
        string id = Requests.NewId();
        await _app.StoreAsync(id, """{"n":0}""");
        int[] successes = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => IncrementAsync(id, attempts: 100)));

        Assert.Equal($"{{\"n\":{successes.Sum()}}}", await _app.Client.GetStringAsync("/docs/" + id));
        Assert.True(successes.Sum() >= 100);
    }

    [Fact]
    public async Task Batch_AddsFromManyWriters_AllCount()
    {
        string id = Requests.NewId();
        string batch = Batch.Of($$"""{"op":"add","id":"{{id}}","path":"/n","by":0.1,"create":true}""");
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => _app.BatchAsync(batch)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal("""{"n":20}""", await _app.Client.GetStringAsync("/docs/" + id));
    }

    [Fact]
    public async Task Batch_PatchesBesideOtherOperations_AreOneCommit()
    {
        (string merged, string patched, string put) = (Requests.NewId(), Requests.NewId(), Requests.NewId());
        await _app.StoreAsync(merged, """{"a":1}""");
        await _app.StoreAsync(patched, """{"a":1}""");
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(
            $$"""{"op":"patch","id":"{{merged}}","mergePatch":{"a":2} }""",
            $$"""{"op":"patch","id":"{{patched}}","jsonPatch":[{"op":"replace","path":"/a","value":3}],"ifMatch":"*"}""",
            Batch.Put(put, "4")));

        JsonElement answer = await response.AssertCommittedAsync();
        Assert.Equal([204, 204, 201], answer.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("status").GetInt32()));
        Assert.Equal("""{"a":2}""", await _app.Client.GetStringAsync("/docs/" + merged));
        Assert.Equal("""{"a":3}""", await _app.Client.GetStringAsync("/docs/" + patched));
    }

    /// <summary>Generated clients send a member that they have no value for as null.</summary>
    [Fact]
    public async Task Batch_MembersOfAddThatAreNull_AreAbsent()
    {
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of($$"""{"op":"put","id":"{{Requests.NewId()}}","body":1,"by":null,"create":null}"""));
        await response.AssertCommittedAsync();
    }

    [Fact]
    public async Task Batch_WithPatchesThatFail_NamesEachAndDoesNothing()
    {
        (string there, string put, string absent) = (Requests.NewId(), Requests.NewId(), Requests.NewId());
        await _app.StoreAsync(there, """{"a":1}""");
        string fails = $$"""{"op":"patch","id":"{{there}}","jsonPatch":[{"op":"test","path":"/a","value":2}]}""";
        using HttpResponseMessage test = await _app.BatchAsync(Batch.Of(Batch.Put(put, "1"), fails));
        JsonElement problem = await test.AssertProblemAsync(HttpStatusCode.Conflict, "patch-test-failed");
        JsonElement failure = Assert.Single(problem.GetProperty("failures").EnumerateArray());
        Assert.Equal((1, 0), (failure.GetProperty("index").GetInt32(), failure.GetProperty("operation").GetInt32()));

        using HttpResponseMessage missing = await _app.BatchAsync(Batch.Of(Batch.Put(put, "1"), fails, $$"""{"op":"add","id":"{{absent}}","path":"/n","by":1}"""));
        problem = await missing.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
        Assert.Equal(2, Assert.Single(problem.GetProperty("failures").EnumerateArray()).GetProperty("index").GetInt32());
        await _app.AssertAbsentAsync(put);
    }

    [Theory]
    [InlineData("""{"op":"patch","id":"x"}""", 400, "a patch needs 'mergePatch' or 'jsonPatch'")]
    [InlineData("""{"op":"patch","id":"x","mergePatch":{},"jsonPatch":[]}""", 400, "not both")]
    [InlineData("""{"op":"patch","id":"x","jsonPatch":{}}""", 400, "array of operations")]
    [InlineData("""{"op":"put","id":"x","body":1,"mergePatch":{}}""", 400, "'mergePatch' goes with \"op\":\"patch\" only")]
    [InlineData("""{"op":"add","id":"x","path":"/n"}""", 400, "'by' is missing")]
    [InlineData("""{"op":"add","id":"x","by":1}""", 400, "'path' is missing")]
    [InlineData("""{"op":"add","id":"x","path":"n","by":1}""", 400, "begins with '/'")]
    [InlineData("""{"op":"add","id":"x","path":"/n","by":"1"}""", 400, "'by' must be a number")]
    [InlineData("""{"op":"add","id":"x","path":"/n","by":1,"create":1}""", 400, "'create' must be true or false")]
    public async Task Batch_PatchThatIsNone_SaysWhatIsWrong(string operation, int status, string detail)
    {
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(operation));
        Assert.Equal(status, (int)response.StatusCode);
        JsonElement problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Contains(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private async Task<int> IncrementAsync(string id, int attempts)
    {
        int successes = 0;
        for (int attempt = 0; attempt < attempts; attempt++)
        {
            string text = await _app.Client.GetStringAsync("/docs/" + id);
            int seen = JsonDocument.Parse(text).RootElement.GetProperty("n").GetInt32();
            string patch = string.Create(CultureInfo.InvariantCulture, $$"""[{"op":"test","path":"/n","value":{{seen}}},{"op":"replace","path":"/n","value":{{seen + 1}}}]""");
            using HttpResponseMessage answer = await PatchAsync(id, JsonPatch, patch);
            Assert.True(answer.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.Conflict, answer.StatusCode.ToString());
            successes += answer.StatusCode == HttpStatusCode.NoContent ? 1 : 0;
        }

        return successes;
    }

    private Task<HttpResponseMessage> PatchAsync(string id, string type, string patch, params (string Name, string Value)[] fields) =>
        _app.SendAsync("PATCH", "/docs/" + id, patch, [("Content-Type", type), .. fields]);
}
