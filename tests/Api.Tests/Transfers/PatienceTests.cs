using System.Net;
using System.Net.Http.Headers;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Transfers.Support;
using DocService.Transfer;
using DocService.Transfer.Http;
using DocService.Transfer.Sending;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Api.Tests.Transfers;

/// <summary>What is waited for, and how long.</summary>
public sealed class PatienceTests : IDisposable
{
    private const string Done = "{\"lines\":1,\"created\":1,\"replaced\":0,\"skipped\":0,\"refused\":0,\"sequence\":1,\"refusals\":[]}";

    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(429, "too-many-requests", 7)]
    [InlineData(503, "busy", 7)]
    [InlineData(503, "shutting-down", 7)]
    [InlineData(409, "request-in-progress", 7)]
    public async Task AServerThatAsksForIt_IsLeftAloneForSoLong(int status, string slug, int seconds)
    {
        var clock = new FakeTimeProvider();
        List<DateTimeOffset> asked = [];
        var server = new Answers(Problem(status, slug, seconds), (200, Done, null)) { Asked = () => asked.Add(clock.GetUtcNow()) };
        Task<ImportTotals> import = RunAsync(server, clock);
        while (!import.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(0.1)); // whenever it begins to wait, the time that it has to is still before it
            await Task.Yield();
        }

        Assert.Equal((2, 1), (server.Requests, (await import).Created));
        Assert.InRange(asked[1] - asked[0], TimeSpan.FromSeconds(seconds), TimeSpan.MaxValue);
        Assert.Single(server.Keys.Distinct());
    }

    [Theory]
    [InlineData(401, "unauthorized")]
    [InlineData(403, "forbidden")]
    [InlineData(409, "prefix-fixed")]
    [InlineData(422, "idempotency-key-reused")]
    [InlineData(507, "out-of-space")]
    public async Task WhatDoesNotPass_EndsTheImport(int status, string slug)
    {
        var server = new Answers(Problem(status, slug, null));

        TransferException refusal = await Assert.ThrowsAsync<TransferException>(() => RunAsync(server, TimeProvider.System));

        Assert.Contains($"{status} {slug}: why", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task AServerThatWantsAnHour_IsNotWaitedFor()
    {
        TransferException refusal = await Assert.ThrowsAsync<TransferException>(() => RunAsync(new Answers(Problem(503, "busy", 3600)), TimeProvider.System));

        Assert.Contains("503 busy", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("{}")]
    [InlineData("{\"lines\":2,\"created\":2,\"replaced\":0,\"skipped\":0,\"refused\":0,\"refusals\":[]}")]
    public async Task AnAnswerOfSomethingElse_IsNoSuccess(string answer) =>
        await Assert.ThrowsAsync<TransferException>(() => RunAsync(new Answers((200, answer, null)), TimeProvider.System));

    private static (int Status, string Body, int? RetryAfter) Problem(int status, string slug, int? retryAfter) => (status, $"{{\"type\":\"/problems/{slug}\",\"detail\":\"why\"}}", retryAfter);

    private async Task<ImportTotals> RunAsync(Answers server, TimeProvider clock)
    {
        string path = Path.Combine(_directory.Path, "one.ndjson");
        File.WriteAllText(path, "{\"id\":\"a\",\"body\":1}\n");
        using var http = new HttpClient(server) { BaseAddress = new Uri("http://localhost/") };
        return await new ImportJob(new ImportOptions { Sources = [path] }, http, new RetryPolicy(2, TimeSpan.FromMilliseconds(1)), clock, new Watching()).RunAsync(default);
    }

    /// <summary>Answers in their order; the last one again and again.</summary>
    private sealed class Answers(params (int Status, string Body, int? RetryAfter)[] answers) : HttpMessageHandler
    {
        public int Requests { get; private set; }

        public List<string> Keys { get; } = [];

        public Action Asked { get; init; } = static () => { };

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            (int status, string body, int? retryAfter) = answers[Math.Min(Requests++, answers.Length - 1)];
            Asked();
            Keys.Add(request.Headers.GetValues("Idempotency-Key").Single());
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) };
            if (retryAfter is { } seconds)
            {
                response.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(seconds));
            }

            return Task.FromResult(response);
        }
    }
}
