using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DocService.Api.Tests.Batches;
using DocService.Api.Tests.Support;
using DocService.Contract.Tests.Support;

namespace DocService.Contract.Tests.Batches;

/// <summary>Batches that are none: refused whole, with the place of the first fault.</summary>
public abstract class BatchRefusalTests(SharedServer shared)
{
    private const string First = """{"op":"put","id":"refused","body":1}"""; // well-formed, in front of what is not

    private readonly EngineServer _app = shared.Server;

    [Theory]
    [InlineData("[]", "'operations'")]
    [InlineData("1", "'operations'")]
    [InlineData("{}", "no operations")]
    [InlineData("""{"operations":[]}""", "no operations")]
    [InlineData("""{"operations":{}}""", "must be an array")]
    [InlineData("""{"operations":null}""", "must be an array")]
    [InlineData("""{"operations":[""" + First + """],"atomic":true}""", "'atomic'")]
    [InlineData("""{"atomic":true,"operations":[""" + First + """]}""", "'atomic'")]
    [InlineData("""{"Operations":[""" + First + """]}""", "'Operations'")]
    public async Task Post_NoBatch_Answers400(string json, string named) => await AssertRefusedAsync(json, "invalid-request", named);

    [Theory]
    [InlineData("1", "must be an object")]
    [InlineData("[]", "must be an object")]
    [InlineData("{}", "'id' is missing")]
    [InlineData("""{"op":"put","body":1}""", "'id' is missing")]
    [InlineData("""{"op":"put","id":1,"body":1}""", "'id' must be a string")]
    [InlineData("""{"op":"put","id":null,"body":1}""", "'id' must be a string")]
    [InlineData("""{"op":"put","id":"x"}""", "'body' is missing")]
    [InlineData("""{"op":"delete","id":"x","body":1}""", "'body' goes with")]
    [InlineData("""{"op":"check","id":"x","ifMatch":"*","body":null}""", "'body' goes with")]
    [InlineData("""{"op":"check","id":"x"}""", "'ifMatch' or 'ifNoneMatch'")]
    [InlineData("""{"op":"replace","id":"x"}""", "put, delete, check, patch or add")]
    [InlineData("""{"op":"Put","id":"x"}""", "put, delete, check, patch or add")]
    [InlineData("""{"id":"x"}""", "put, delete, check, patch or add")]
    [InlineData("""{"id":"x","body":1}""", "'op' is missing")] // whatever else there is
    [InlineData("""{"op":"patch","id":"x","mergePatch":{},"body":1}""", "'body' goes with")]
    [InlineData("""{"op":1,"id":"x"}""", "'op' must be a string")]
    [InlineData("""{"op":"delete","id":"x","ifmatch":"*"}""", "'ifmatch'")]
    [InlineData("""{"op":"delete","id":"x","if-match":"*"}""", "'if-match'")]
    [InlineData("""{"op":"put","id":"x","body":1,"type":"application/json"}""", "'type'")]
    [InlineData("""{"op":"delete","id":"x","ifMatch":"17"}""", "entity tags")]
    [InlineData("""{"op":"delete","id":"x","ifMatch":""}""", "entity tags")]
    [InlineData("""{"op":"delete","id":"x","ifMatch":"*, \"1\""}""", "entity tags")]
    [InlineData("""{"op":"delete","id":"x","ifNoneMatch":"\"1"}""", "entity tags")]
    [InlineData("""{"op":"delete","id":"x","ifMatch":17}""", "'ifMatch' must be a string")]
    [InlineData("""{"op":"delete","id":"x","ifMatch":["*"]}""", "'ifMatch' must be a string")]
    public async Task Post_NoOperation_Answers400WithItsIndex(string operation, string named)
    {
        JsonElement problem = await AssertRefusedAsync(Batch.Of(First, operation), "invalid-request", named);
        Assert.Contains("peration 1", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    /// <summary>A name of 32 MiB came back whole, and took 460 MiB that no budget counted.</summary>
    [Theory]
    [InlineData("{\"#\":[]}")]
    [InlineData("{\"operations\":[{\"#\":1}]}")]
    [InlineData("{\"operations\":[{\"op\":\"#\",\"id\":\"x\"}]}")]
    [InlineData("{\"operations\":[{\"op\":\"delete\",\"id\":\"x\",\"ifMatch\":\"#\"}]}")]
    public async Task Post_AVeryLongName_IsNotRepeated(string json)
    {
        JsonElement problem = await AssertRefusedAsync(json.Replace("#", new string('é', 100_000), StringComparison.Ordinal), "invalid-request", string.Empty);
        Assert.InRange(problem.GetProperty("detail").GetString()!.Length, 1, 300);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("a/..", 2)]
    [InlineData("a/./b", 2)]
    [InlineData("ab\\u0000", 2)]
    [InlineData("é\\u007f", 2)]
    public async Task Post_IdThatIsNone_AnswersItsByte(string id, int bytePosition)
    {
        JsonElement problem = await AssertRefusedAsync(Batch.Of(First, Batch.Put(id, "1")), "invalid-id", "Operation 1");
        Assert.Equal(bytePosition, problem.GetProperty("bytePosition").GetInt32());
    }

    [Fact]
    public async Task Post_IdTooLong_IsRefusedAndOneByteLessIsNot()
    {
        string longest = string.Concat(Enumerable.Repeat("é", 512));
        await AssertRefusedAsync(Batch.Of(First, Batch.Put(longest + "x", "1")), "invalid-id", "Operation 1");
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(Batch.Put(longest, "1")));
        await response.AssertCommittedAsync();
    }

    [Fact]
    public async Task Post_IdTwice_Answers400WhateverItsSpelling()
    {
        await AssertRefusedAsync(Batch.Of(First, Batch.Delete("refused")), "invalid-request", "'refused'");
        await AssertRefusedAsync(Batch.Of(First, Batch.Check("r\\u0065fused", "ifMatch", "*")), "invalid-request", "'refused'");
    }

    [Theory]
    [InlineData("{\"operations\":[\n {\"op\":}]}", 2, 7)]
    [InlineData("{\"operations\":[]} x", 1, 18)]
    [InlineData("{\"operations\":[],\"operations\":[]}", 1, 17)]
    [InlineData("{\"operations\":[{\"op\":\"put\",\"id\":\"a\",\"body\":{\"x\":1,\n\"\\u0078\":2}}]}", 2, 0)]
    [InlineData("{\"operations\":[{\"op\":\"put\",\"op\":\"delete\"}]}", 1, 27)]
    [InlineData("{\"operations\":[\n\n{\"op\":\"put\",\"id\":\"a\",\"body\":\"\\ud800\"}]}", 3, 29)]
    [InlineData("{\"operations\":[{\"op\":\"put\",\"id\":\"\\udc00\",\"body\":1}]}", 1, 33)]
    [InlineData("", 1, 0)]
    public async Task Post_InvalidJson_AnswersItsPlace(string json, int line, int bytePosition)
    {
        JsonElement problem = await AssertRefusedAsync(json, "invalid-json", $"Line {line}");
        Assert.Equal((line, bytePosition), (problem.GetProperty("line").GetInt32(), problem.GetProperty("bytePosition").GetInt32()));
    }

    [Fact]
    public async Task Post_InvalidUtf8OrByteOrderMark_IsInvalidJson()
    {
        byte[] text = Encoding.UTF8.GetBytes(Batch.Of(Batch.Put("refused", "\"?\"")));
        int at = text.AsSpan().IndexOf("?"u8);
        text[at] = 0xFF;
        foreach ((byte[] bytes, int position) in new[] { (text, at), ([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Batch.Of(First))], 0) })
        {
            using HttpResponseMessage response = await _app.Client.PostAsync("/batch", Requests.Json(bytes));
            JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-json");
            Assert.Equal(position, problem.GetProperty("bytePosition").GetInt32());
        }

        await _app.AssertAbsentAsync("refused");
    }

    /// <summary>MaxDepth counts within each body, as for a PUT of it.</summary>
    [Fact]
    public async Task Post_BodyAsDeepAsADocumentMayBe_IsTakenAndOneLevelMoreIsNot()
    {
        string deepest = new string('[', 128) + new string(']', 128);
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(Batch.Put(Requests.NewId(), deepest)));
        await response.AssertCommittedAsync();
        await AssertRefusedAsync(Batch.Of(First, Batch.Put("x", $"[{deepest}]")), "invalid-json", "deeper");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/*")]
    [InlineData(null)]
    public async Task Post_OtherMediaType_Answers415AndShowsTheFlag(string? type)
    {
        using HttpRequestMessage request = Requests.Request("POST", "/batch", Batch.Of(First));
        request.Content!.Headers.Remove("Content-Type");
        Assert.True(type is null || request.Content.Headers.TryAddWithoutValidation("Content-Type", type));
        using HttpResponseMessage response = await _app.Client.SendAsync(request);

        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");
        Assert.Contains("-H 'Content-Type: application/json'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await _app.AssertAbsentAsync("refused");
    }

    [Fact]
    public async Task Post_TypeWithSuffix_IsTakenAndDocumentsAreJson()
    {
        string id = Requests.NewId();
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(Batch.Put(id, "1")), ("Content-Type", "application/vnd.batch+json; charset=UTF-8"));
        await response.AssertCommittedAsync();
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
        Assert.Equal("application/json", get.Field("Content-Type"));
    }

    [Theory]
    [InlineData("Content-Encoding", "gzip", HttpStatusCode.UnsupportedMediaType, "unsupported-media-type")]
    [InlineData("Content-Range", "bytes 0-1/2", HttpStatusCode.BadRequest, "invalid-request")]
    [InlineData("Content-Digest", "sha-256=:AAAA:", HttpStatusCode.BadRequest, "digest-mismatch")]
    [InlineData("Repr-Digest", "sha-256", HttpStatusCode.BadRequest, "invalid-request")]
    [InlineData("Durability", "volatile", HttpStatusCode.BadRequest, "invalid-request")]
    public async Task Post_FieldsThatDoNotFit_AreRefusedAsForAPut(string name, string value, HttpStatusCode status, string slug)
    {
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(First), (name, value));
        await response.AssertProblemAsync(status, slug);
        await _app.AssertAbsentAsync("refused");
    }

    [Fact]
    public async Task Post_Digest_IsThatOfTheBatch()
    {
        string json = Batch.Of(Batch.Put(Requests.NewId(), "1"));
        string digest = $"sha-256=:{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(json)))}:";
        using HttpResponseMessage right = await _app.BatchAsync(json, ("Content-Digest", digest));
        using HttpResponseMessage wrong = await _app.BatchAsync(json + " ", ("Repr-Digest", digest));

        await right.AssertCommittedAsync();
        await wrong.AssertProblemAsync(HttpStatusCode.BadRequest, "digest-mismatch");
    }

    [Fact]
    public async Task Get_Batch_Answers405WithAllow()
    {
        using HttpResponseMessage response = await _app.SendAsync("GET", "/batch");
        await response.AssertProblemAsync(HttpStatusCode.MethodNotAllowed, "method-not-allowed");
        Assert.Equal("POST", response.Field("Allow"));
    }

    private async Task<JsonElement> AssertRefusedAsync(string json, string slug, string named)
    {
        using HttpResponseMessage response = await _app.BatchAsync(json);
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.BadRequest, slug);
        Assert.Contains(named, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await _app.AssertAbsentAsync("refused");
        return problem;
    }
}
