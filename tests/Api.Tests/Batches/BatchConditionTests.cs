using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Batches;

/// <summary>One condition that does not hold: nothing happens, and every one that does not hold is named.</summary>
public sealed class BatchConditionTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    private readonly TestApplication _app = shared.Application;

    [Fact]
    public async Task Post_SeveralConditionsFail_NamesEachAndDoesNothing()
    {
        (string stale, string present, string absent, string fine, string gone) =
            (TestApplication.NewId(), TestApplication.NewId(), TestApplication.NewId(), TestApplication.NewId(), TestApplication.NewId());
        string old = await _app.StoreAsync(stale, "1");
        string current = await _app.StoreAsync(stale, "2");
        string presentTag = await _app.StoreAsync(present, "1");
        string fineTag = await _app.StoreAsync(fine, "1");
        string durableBefore = await StatusAsync("durableThrough");
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(
            Batch.Put(stale, "3").With("ifMatch", old),
            Batch.Put(fine, "3").With("ifMatch", fineTag),
            Batch.Put(present, "3").With("ifNoneMatch", "*"),
            Batch.Check(absent, "ifMatch", "*"),
            Batch.Delete(gone).With("ifMatch", "\"5\""),
            Batch.Put(TestApplication.NewId(), "3")));

        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");
        Assert.Equal(
            [(0, stale, current), (2, present, presentTag), (3, absent, null), (4, gone, null)],
            problem.GetProperty("failures").EnumerateArray().Select(failure => (
                failure.GetProperty("index").GetInt32(), failure.GetProperty("id").GetString()!, failure.GetProperty("currentETag").GetString())));
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + stale);
        Assert.Equal(get.Field("Repr-Digest"), problem.GetProperty("failures")[0].GetProperty("currentDigest").GetString());
        Assert.Equal(JsonValueKind.Null, problem.GetProperty("failures")[2].GetProperty("currentDigest").ValueKind);
        Assert.Null(response.Field("Durability"));
        Assert.Equal("2", await get.Content.ReadAsStringAsync());
        Assert.Equal("1", await _app.Client.GetStringAsync("/docs/" + fine));
        Assert.Equal(durableBefore, await StatusAsync("durableThrough"));
    }

    [Fact]
    public async Task Post_OnlyACheckFails_WritesNothing()
    {
        (string checkedId, string written) = (TestApplication.NewId(), TestApplication.NewId());
        string tag = await _app.StoreAsync(checkedId, "1");
        await _app.StoreAsync(checkedId, "2");
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(Batch.Put(written, "1"), Batch.Check(checkedId, "ifMatch", tag)));

        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");
        Assert.Equal(1, Assert.Single(problem.GetProperty("failures").EnumerateArray()).GetProperty("index").GetInt32());
        await _app.AssertAbsentAsync(written);
    }

    /// <summary>A weak tag is well-formed; If-Match compares strongly, If-None-Match weakly (RFC 9110 8.8.3.2).</summary>
    [Theory]
    [InlineData("ifMatch", "W/", HttpStatusCode.PreconditionFailed)]
    [InlineData("ifMatch", "", HttpStatusCode.OK)]
    [InlineData("ifNoneMatch", "W/", HttpStatusCode.PreconditionFailed)]
    [InlineData("ifNoneMatch", "", HttpStatusCode.PreconditionFailed)]
    public async Task Post_Tags_AreComparedAsInTheHeaderFields(string condition, string prefix, HttpStatusCode expected)
    {
        string id = TestApplication.NewId();
        string tag = await _app.StoreAsync(id, "1");
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(Batch.Put(id, "2").With(condition, prefix + tag)));
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Post_SameTagFromManyBatches_ExactlyOneWins()
    {
        (string first, string second) = (TestApplication.NewId(), TestApplication.NewId());
        string tag = await _app.StoreAsync(first, "0");
        await _app.StoreAsync(second, "0");
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(1, 50).Select(writer => _app.BatchAsync(
            writer % 2 == 0
                ? Batch.Of(Batch.Put(second, $"{writer}"), Batch.Put(first, $"{writer}").With("ifMatch", tag))
                : Batch.Of(Batch.Put(first, $"{writer}").With("ifMatch", tag), Batch.Put(second, $"{writer}")))));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(49, answers.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed));
        Assert.Equal(await _app.Client.GetStringAsync("/docs/" + first), await _app.Client.GetStringAsync("/docs/" + second));
        foreach (HttpResponseMessage answer in answers)
        {
            answer.Dispose();
        }
    }

    [Fact]
    public async Task Post_DamagedDocument_AnswersTheDamageOnlyWhereItsVersionCounts()
    {
        await using var app = new TestApplication();
        string tag = await app.StoreAsync("damaged", "[1]");
        string file = app.FileOf("damaged");
        byte[] bytes = await File.ReadAllBytesAsync(file);
        bytes[5] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        using HttpResponseMessage judged = await app.BatchAsync(Batch.Of(Batch.Put("other", "1"), Batch.Check("damaged", "ifMatch", tag)));
        using HttpResponseMessage exists = await app.BatchAsync(Batch.Of(Batch.Put("damaged", "1").With("ifNoneMatch", "*")));
        using HttpResponseMessage repaired = await app.BatchAsync(Batch.Of(Batch.Put("damaged", "2")));

        await judged.AssertProblemAsync(HttpStatusCode.InternalServerError, "document-corrupt");
        await app.AssertAbsentAsync("other");
        JsonElement failure = (await exists.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed")).GetProperty("failures")[0];
        Assert.Equal(JsonValueKind.Null, failure.GetProperty("currentETag").ValueKind);
        Assert.Equal(204, (await repaired.AssertCommittedAsync()).GetProperty("results")[0].GetProperty("status").GetInt32());
        Assert.Equal("2", await app.Client.GetStringAsync("/docs/damaged"));
    }

    private async Task<string> StatusAsync(string member)
    {
        using JsonDocument status = JsonDocument.Parse(await _app.Client.GetStringAsync("/status"));
        return status.RootElement.GetProperty(member).GetRawText();
    }
}
