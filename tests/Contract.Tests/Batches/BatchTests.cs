using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using DocService.Api.Tests.Batches;
using DocService.Api.Tests.Support;
using DocService.Contract.Tests.Support;

namespace DocService.Contract.Tests.Batches;

/// <summary>What a batch that succeeds does and answers.</summary>
public abstract class BatchTests(SharedServer shared)
{
    private readonly EngineServer _app = shared.Server;

    [Fact]
    public async Task Post_PutsAndDeletes_IsOneCommitWithOneSequence()
    {
        (string created, string replaced, string deleted, string absent) = (Requests.NewId(), Requests.NewId(), Requests.NewId(), Requests.NewId());
        await _app.StoreAsync(replaced, "1");
        await _app.StoreAsync(deleted, "1");
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(Batch.Put(created, "2"), Batch.Put(replaced, "3"), Batch.Delete(deleted), Batch.Delete(absent)));

        JsonElement answer = await response.AssertCommittedAsync();
        long sequence = answer.GetProperty("sequence").GetInt64();
        Assert.Equal($"durable;seq={sequence}", response.Field("Durability"));
        string tag = $"\"{sequence}\"";
        Assert.Equal(
            [(created, 201, tag), (replaced, 204, tag), (deleted, 204, null), (absent, 404, null)],
            answer.GetProperty("results").EnumerateArray().Select(Result));
        foreach ((string id, string body) in new[] { (created, "2"), (replaced, "3") })
        {
            using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
            Assert.Equal(body, await get.Content.ReadAsStringAsync());
            Assert.Equal(tag, get.Field("ETag"));
            Assert.Equal("application/json", get.Field("Content-Type"));
        }

        await _app.AssertAbsentAsync(deleted);
    }

    /// <summary>The bytes of the value and nothing around it.</summary>
    [Theory]
    [InlineData("1e400")]
    [InlineData("-0.0")]
    [InlineData("1.00")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("\"\\u0041\\/\\u00e9\\ud83d\\ude00 é 😀\"")]
    [InlineData("\"\"")]
    [InlineData("{}")]
    [InlineData("{ \"b\" : [ 1 ,\r\n\t2.0 ] , \"a\" : { } }")]
    [InlineData("[[],[ ],\n[]]")]
    public async Task Post_Body_IsStoredAsTheExactBytesOfItsValue(string body)
    {
        (string first, string second) = (Requests.NewId(), Requests.NewId());
        string json = $$"""
             {"operations" : [ { "body" :  {{body}}   , "id" : "{{first}}" , "op" : "put" },
             {"id":"{{second}}","op":"put","body":{{body}}}]}
            """;
        using HttpResponseMessage response = await _app.BatchAsync(json);
        await response.AssertCommittedAsync();

        foreach (string id in new[] { first, second })
        {
            using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
            Assert.Equal(Encoding.UTF8.GetBytes(body), await get.Content.ReadAsByteArrayAsync());
            using HttpResponseMessage alone = await _app.PutAsync(id, body, ("If-Match", get.Field("ETag")!));
            using HttpResponseMessage again = await _app.SendAsync("GET", "/docs/" + id);
            Assert.Equal(again.Field("Repr-Digest"), get.Field("Repr-Digest"));
        }
    }

    [Fact]
    public async Task Post_IdsWithEscapesAndSlashes_NameTheDocumentsOfThosePaths()
    {
        string id = Requests.NewId();
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(Batch.Put(id + "/é", "1"), Batch.Put(id + "\\u002f\\u0065", "2"), Batch.Put(id + "%2Fx", "3")));

        JsonElement answer = await response.AssertCommittedAsync();
        Assert.Equal([id + "/é", id + "/e", id + "%2Fx"], answer.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("id").GetString()));
        Assert.Contains($"\"id\":\"{id}/é\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal); // as readable as it can be
        Assert.Equal("1", await _app.Client.GetStringAsync($"/docs/{id}/%C3%A9"));
        Assert.Equal("2", await _app.Client.GetStringAsync($"/docs/{id}/e"));
    }

    [Fact]
    public async Task Post_MembersWithEscapedNames_AreThoseMembers()
    {
        string id = Requests.NewId();
        using HttpResponseMessage response = await _app.BatchAsync($$"""{"\u006fperations":[{"o\u0070":"put","\u0069d":"{{id}}","bod\u0079":5}]}""");

        await response.AssertCommittedAsync();
        Assert.Equal("5", await _app.Client.GetStringAsync("/docs/" + id));
    }

    [Fact]
    public async Task Post_ConditionsThatHold_AreCommitted()
    {
        (string matched, string created, string weak, string any, string deleted) =
            (Requests.NewId(), Requests.NewId(), Requests.NewId(), Requests.NewId(), Requests.NewId());
        string matchedTag = await _app.StoreAsync(matched, "1");
        await _app.StoreAsync(weak, "1");
        await _app.StoreAsync(any, "1");
        string deletedTag = await _app.StoreAsync(deleted, "1");
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(
            Batch.Put(matched, "2").With("ifMatch", $"\"0\", {matchedTag}"),
            Batch.Put(created, "2").With("ifNoneMatch", "*"),
            Batch.Put(weak, "2").With("ifNoneMatch", "W/\"1\""),
            Batch.Check(any, "ifMatch", "*"),
            Batch.Delete(deleted).With("ifMatch", deletedTag)));

        JsonElement answer = await response.AssertCommittedAsync();
        Assert.Equal([204, 201, 204, 204, 204], answer.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("status").GetInt32()));
        Assert.Equal("1", await _app.Client.GetStringAsync("/docs/" + any)); // asserted, not written
    }

    [Fact]
    public async Task Post_Check_IsNotWritten()
    {
        (string read, string written) = (Requests.NewId(), Requests.NewId());
        string tag = await _app.StoreAsync(read, "1");
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(Batch.Check(read, "ifMatch", tag), Batch.Put(written, "2")));

        JsonElement check = (await response.AssertCommittedAsync()).GetProperty("results")[0];
        Assert.Equal((read, 204, null), Result(check));
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + read);
        Assert.Equal(tag, get.Field("ETag"));
    }

    [Fact]
    public async Task Post_NothingToWrite_MakesNoRecordAndAnswersHowFarAllIsDurable()
    {
        string id = Requests.NewId();
        string tag = await _app.StoreAsync(id, "1");
        long before = await DurableThroughAsync();
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(
            Batch.Check(id, "ifMatch", tag), Batch.Check(Requests.NewId(), "ifNoneMatch", "*"), Batch.Delete(Requests.NewId())));

        JsonElement answer = await response.AssertCommittedAsync();
        Assert.Equal(before, answer.GetProperty("sequence").GetInt64());
        Assert.Equal([204, 204, 404], answer.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("status").GetInt32()));
        Assert.Equal(before, await DurableThroughAsync());
    }

    [Fact]
    public async Task Post_DocumentsOfManySizes_AreAllThere()
    {
        string[] ids = [.. Enumerable.Range(0, 1000).Select(_ => Requests.NewId())];
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(ids.Select((id, index) => Batch.Put(id, $"\"{new string('x', index)}\""))));

        JsonElement answer = await response.AssertCommittedAsync();
        Assert.Equal(1000, answer.GetProperty("results").GetArrayLength());
        foreach (int index in new[] { 0, 1, 499, 999 })
        {
            Assert.Equal(index + 2, (await _app.Client.GetStringAsync("/docs/" + ids[index])).Length);
        }
    }

    private static (string? Id, int Status, string? Tag) Result(JsonElement result) => (
        result.GetProperty("id").GetString(),
        result.GetProperty("status").GetInt32(),
        result.TryGetProperty("etag", out JsonElement tag) ? tag.GetString() : null);

    private async Task<long> DurableThroughAsync()
    {
        using JsonDocument status = JsonDocument.Parse(await _app.Client.GetStringAsync("/status"));
        return long.Parse(status.RootElement.GetProperty("durableThrough").GetRawText(), CultureInfo.InvariantCulture);
    }
}
