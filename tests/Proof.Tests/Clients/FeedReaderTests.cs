using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DocService.Proof.Clients;
using DocService.Proof.Ledgers;

namespace DocService.Proof.Tests.Clients;

/// <summary>What the feed tells is held against what reads have found; each fault of a feed is found out.</summary>
public sealed class FeedReaderTests
{
    private static readonly Dictionary<string, Observation> Found = new() { ["k/0"] = new(7, 3), ["k/1"] = Observation.Absent, ["k/2"] = new(5, 4) };

    [Fact]
    public async Task Compare_AllIsTold_NoViolation() => Assert.Empty(await CompareAsync(Page("a", false, Put("k/1", 9, 1)), Page("b", true, Put("k/0", 7, 3), Delete("k/1", 3), Put("k/2", 5, 4))));

    [Fact]
    public async Task Compare_AChangeIsLost_IsAViolation() => Assert.NotEmpty(await CompareAsync(Page("a", true, Put("k/0", 7, 3))));

    [Fact]
    public async Task Compare_ADeleteIsLost_IsAViolation() => Assert.NotEmpty(await CompareAsync(Page("a", true, Put("k/1", 9, 1), Put("k/0", 7, 3), Put("k/2", 5, 4))));

    [Fact]
    public async Task Compare_WhatWasToldIsNotThere_IsAViolation() =>
        Assert.NotEmpty(await CompareAsync(Page("a", false, Put("k/0", 7, 3), Put("k/2", 5, 4)), Page("b", true, Put("k/0", 8, 5))));

    [Fact]
    public Task Compare_OutOfOrder_IsAViolation() => Assert.ThrowsAsync<ViolationException>(() => CompareAsync(Page("a", true, Put("k/2", 5, 4), Put("k/0", 7, 3))));

    [Fact]
    public Task Compare_ACommitIsCutBetweenPages_IsAViolation() =>
        Assert.ThrowsAsync<ViolationException>(() => CompareAsync(Page("a", false, Put("k/0", 7, 3)), Page("b", true, Put("k/1", 9, 3), Put("k/2", 5, 4))));

    [Fact]
    public Task Compare_TwiceInAPage_IsAViolation() => Assert.ThrowsAsync<ViolationException>(() => CompareAsync(Page("a", true, Put("k/0", 7, 3), Put("k/0", 7, 3))));

    [Fact]
    public Task Compare_NeverWritten_IsAViolation() => Assert.ThrowsAsync<ViolationException>(() => CompareAsync(Page("a", true, Put("k/0", 7, 3).Replace("\"w\":7", "\"w\":8", StringComparison.Ordinal))));

    [Fact]
    public async Task Compare_Reset_BeginsAgainWithNothing()
    {
        var asked = new List<string>();
        var reader = new FeedReader(TimeProvider.System, diskMayFail: false);
        string?[] answers = [Page("a", false, Put("k/1", 9, 1)), null, Page("b", true, Put("k/0", 7, 3), Put("k/2", 5, 4))];
        using HttpClient http = Client(answers, asked);
        Assert.Empty(await reader.CompareAsync(http, Found, default));
        Assert.Equal((1, 3), (reader.Resets, reader.Changes));
        Assert.Equal(["0", "a", "0"], asked);
    }

    private static async Task<IReadOnlyList<string>> CompareAsync(params string[] pages)
    {
        using HttpClient http = Client(pages, []);
        return await new FeedReader(TimeProvider.System, diskMayFail: false).CompareAsync(http, Found, default);
    }

    private static HttpClient Client(string?[] answers, List<string> asked) => new(new Server(answers, asked)) { BaseAddress = new Uri("http://localhost") };

    private static string Page(string next, bool isThrough, params string[] changes) =>
        $$"""{"changes":[{{string.Join(',', changes)}}],"next":"{{next}}","through":"{{(isThrough ? next : "z")}}"}""";

    private static string Put(string id, long tag, long version) =>
        JsonSerializer.Serialize(new { sequence = version, id, op = "put", version, body = JsonNode.Parse(Bodies.Of(id, tag)) });

    private static string Delete(string id, long version) => JsonSerializer.Serialize(new { sequence = version, id, op = "delete", version });

    /// <summary>Gives these answers, one after the other; 410 where one is null.</summary>
    private sealed class Server(string?[] answers, List<string> asked) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string? answer = answers[asked.Count];
            asked.Add(request.RequestUri!.Query.Split("since=")[1]);
            return Task.FromResult(answer is null
                ? new HttpResponseMessage(HttpStatusCode.Gone) { Content = new StringContent("reset") }
                : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer, Encoding.UTF8, "application/json") });
        }
    }
}
