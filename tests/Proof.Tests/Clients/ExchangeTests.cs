using System.Net;
using System.Net.Http.Headers;
using DocService.Proof.Clients;
using DocService.Proof.Ledgers;

namespace DocService.Proof.Tests.Clients;

/// <summary>What the ledger is told of each answer, from a server made of answers.</summary>
public sealed class ExchangeTests
{
    private readonly Ledger _ledger = new(["a", "b"]);

    [Fact]
    public async Task Write_AcknowledgedAndThenDenied_IsFoundOut()
    {
        // A server that says yes and keeps nothing.
        await Exchange(_ => Answer(HttpStatusCode.Created, "", version: 7)).WriteAsync("a", StepKind.Put, false, null, "durable", default);
        Observation? found = await Exchange(_ => Answer(HttpStatusCode.NotFound, "")).ReadAsync("a", default);

        IReadOnlyList<string> violations = _ledger.Close(CrashKind.Kill, TimeProvider.System.GetTimestamp(), new Dictionary<string, Observation> { ["a"] = found!.Value, ["b"] = Observation.Absent });

        Assert.Contains(violations, violation => violation.StartsWith("lost write", StringComparison.Ordinal));
        Assert.Contains(violations, violation => violation.StartsWith("not linearizable", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(503, "/problems/outcome-unknown", Outcome.Unknown)]
    [InlineData(503, "/problems/busy", Outcome.Refused)]
    [InlineData(507, "/problems/out-of-space", Outcome.Refused)]
    [InlineData(202, "", Outcome.Buffered)]
    internal async Task Write_OtherAnswers_SayWhatTheySay(int status, string type, Outcome expected)
    {
        await Exchange(_ => Answer((HttpStatusCode)status, $"{{\"type\":\"{type}\"}}")).WriteAsync("a", StepKind.Put, false, null, "durable", default);
        Assert.Equal(expected, Assert.Single(_ledger.Calls).Outcome);
    }

    /// <summary>On a cluster, what is told to be on one machine alone may go with it.</summary>
    [Theory]
    [InlineData("durable", Outcome.Acknowledged)]
    [InlineData("replicated", Outcome.Buffered)]
    internal async Task Write_ALowerLevelThanIsPromised_PromisesNothing(string promise, Outcome expected)
    {
        Exchange exchange = Exchange(_ => Answer(HttpStatusCode.Created, "", version: 7), promise);
        await exchange.WriteAsync("a", StepKind.Put, false, null, promise, default);
        Assert.Equal(expected, Assert.Single(_ledger.Calls).Outcome);

        IReadOnlyList<string> lost = _ledger.Close(CrashKind.PowerCut, TimeProvider.System.GetTimestamp(), new Dictionary<string, Observation> { ["a"] = Observation.Absent, ["b"] = Observation.Absent });
        Assert.Equal(expected == Outcome.Acknowledged, lost.Count > 0);
    }

    [Fact]
    public async Task Write_NoAnswer_IsUnknownAndTheServerGone()
    {
        Exchange exchange = Exchange(_ => throw new HttpRequestException("reset"));
        await exchange.WriteAsync("a", StepKind.Delete, false, null, "durable", default);
        Assert.Equal(Outcome.Unknown, Assert.Single(_ledger.Calls).Outcome);
        Assert.True(exchange.IsGone);
    }

    [Fact]
    public async Task Write_ConditionFailed_TellsWhatStandsThere()
    {
        await Exchange(_ => Answer(HttpStatusCode.PreconditionFailed, "{\"currentETag\":\"\\\"12\\\"\"}")).WriteAsync("a", StepKind.Put, false, 3, "durable", default);
        Assert.Equal(12, _ledger.Calls[0].Steps[0].CurrentVersion);
        await Exchange(_ => Answer(HttpStatusCode.PreconditionFailed, "{\"currentETag\":null}")).WriteAsync("a", StepKind.Put, false, 3, "durable", default);
        Assert.Equal(0, _ledger.Calls[1].Steps[0].CurrentVersion);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(400)]
    public async Task Write_AnswerThatNeverMayCome_IsAViolation(int status) =>
        await Assert.ThrowsAsync<ViolationException>(() => Exchange(_ => Answer((HttpStatusCode)status, "")).WriteAsync("a", StepKind.Put, false, null, "durable", default));

    [Fact]
    public async Task Read_BytesThatNobodyWrote_AreAViolation() =>
        await Assert.ThrowsAsync<ViolationException>(() => Exchange(_ => Answer(HttpStatusCode.OK, "{\"w\":8,\"k\":\"b\",\"p\":\"\"}", version: 7)).ReadAsync("a", default));

    [Fact]
    public async Task Batch_Results_AreEnteredPerDocument()
    {
        var steps = new[] { new Step { Key = "a", Kind = StepKind.Put }, new Step { Key = "b", Kind = StepKind.Delete } };
        await Exchange(_ => Answer(HttpStatusCode.OK, "{\"sequence\":9,\"results\":[{\"status\":201},{\"status\":404}]}")).WriteBatchAsync(steps, "durable", default);

        Call call = Assert.Single(_ledger.Calls);
        Assert.Equal(9, call.Sequence);
        Assert.NotEqual(0, call.Steps[0].Tag);
        Assert.False(call.Steps[1].ChangesWhenAcknowledged);
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, string body, long? version = null)
    {
        var answer = new HttpResponseMessage(status) { Content = new StringContent(body) };
        if (version is not null)
        {
            answer.Headers.ETag = new EntityTagHeaderValue($"\"{version}\"");
            answer.Headers.Add("Durability", $"durable;seq={version}");
        }

        return answer;
    }

    private Exchange Exchange(Func<HttpRequestMessage, HttpResponseMessage> server, string? promise = null) =>
        new(new HttpClient(new Server(server)) { BaseAddress = new Uri("http://127.0.0.1") }, _ledger, TimeProvider.System, diskMayFail: false) { Promise = promise };

    private sealed class Server(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }
}
