using System.Net;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Batches;

/// <summary>A batch has at most so many operations and bytes, exactly.</summary>
public sealed class BatchLimitTests
{
    [Fact]
    public async Task Post_ManyOperations_AreTakenUpToTheLimit()
    {
        await using var app = With(("MaxBatchOperations", "3"));
        using HttpResponseMessage most = await app.BatchAsync(Deletes(3));
        using HttpResponseMessage more = await app.BatchAsync(Deletes(4));

        await most.AssertCommittedAsync();
        await more.AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge, "payload-too-large");
    }

    [Fact]
    public async Task Post_ManyBytes_AreTakenUpToTheLimit()
    {
        await using var app = With(("MaxBatchBytes", "2000"), ("MaxDocumentBytes", "1000"));
        string batch = Batch.Of(Batch.Put("a", $"\"{new string('x', 1500)}\""));
        string largest = batch.PadRight(2000);
        using HttpResponseMessage most = await app.BatchAsync(largest);
        using HttpResponseMessage more = await app.BatchAsync(largest.Replace("\"a\"", "\"b\"", StringComparison.Ordinal) + " ");
        using HttpRequestMessage chunked = Requests.Request("POST", "/batch");
        chunked.Content = new StreamContent(new UnknownLengthStream(new byte[2001]));
        chunked.Content.Headers.Add("Content-Type", "application/json");
        using HttpResponseMessage unannounced = await app.Client.SendAsync(chunked);

        await most.AssertCommittedAsync();
        Assert.Equal(2000, (await more.AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge, "payload-too-large")).GetProperty("maxBytes").GetInt64());
        await unannounced.AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge, "payload-too-large");
        await app.AssertAbsentAsync("b");
    }

    /// <summary>What patches make counts, too: a batch is one commit, and a commit fits a segment.</summary>
    [Fact]
    public async Task Post_PatchesThatMakeMoreThanABatchMayHold_AreTooLarge()
    {
        await using var app = With(("MaxBatchBytes", "2000"), ("MaxDocumentBytes", "1000"));
        string body = $"{{\"a\":\"{new string('x', 980)}\"}}";
        await app.StoreAsync("a", body);
        await app.StoreAsync("b", body);
        string Patch(string id) => $$"""{"op":"patch","id":"{{id}}","mergePatch":{"b":1} }""";
        using HttpResponseMessage both = await app.BatchAsync(Batch.Of(Patch("a"), Patch("b")));
        await both.AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge, "payload-too-large");
        Assert.Equal(body, await app.Client.GetStringAsync("/docs/a"));

        using HttpResponseMessage one = await app.BatchAsync(Batch.Of(Patch("a")));
        await one.AssertCommittedAsync();
    }

    /// <summary>Answered 500: their records are longer than their JSON.</summary>
    [Fact]
    public async Task Post_ManyOperationsWithSmallSegments_IsAProblemOfTheClientNotOfTheServer()
    {
        await using var app = With(("SegmentBytes", "65536"), ("JournalBytes", "1048576"), ("MaxDocumentBytes", "30000"));
        using HttpResponseMessage many = await app.BatchAsync(Deletes(1000));
        using HttpResponseMessage most = await app.BatchAsync(Batch.Of(Enumerable.Range(0, 128).Select(index => Batch.Put($"{index}", "1"))));

        await many.AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge, "payload-too-large");
        await most.AssertCommittedAsync();
    }

    private static string Deletes(int count) => Batch.Of(Enumerable.Range(0, count).Select(index => Batch.Delete($"{index}")));

    private static TestApplication With(params (string Key, string Value)[] values) =>
        new(new ApplicationSettings { Values = values.ToDictionary(pair => pair.Key, pair => pair.Value) });
}
