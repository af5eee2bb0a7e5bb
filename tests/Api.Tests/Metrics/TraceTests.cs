using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Metrics;

/// <summary>What a collector gets of requests to a server in its own process: in this one, spans of other tests would be sent too.</summary>
public sealed class TraceTests(TracedServer server) : IClassFixture<TracedServer>
{
    [Fact]
    public async Task Write_OfACallersTrace_TellsWhatItWaitedFor()
    {
        string trace = TracedServer.NewTrace();
        RawResponse put = await server.AskAsync(trace, "PUT", "/docs/a", """{"n":1}""", "Durability: filed");
        Assert.Equal(201, put.Status);
        await server.UntilSentAsync(trace);

        SentSpan request = server.Only(trace, "PUT /docs/{id}");
        Assert.Equal((SentSpan.Server, TracedServer.Caller), (request.Kind, request.ParentId));
        Assert.Equal("PUT", request.Attributes["http.request.method"]);
        Assert.Equal("/docs/{id}", request.Attributes["http.route"]);
        Assert.Equal("201", request.Attributes["http.response.status_code"]);

        SentSpan commit = server.Only(trace, "docservice.commit");
        Assert.Equal(request.Id, commit.ParentId);
        Assert.Equal("1", commit.Attributes["docservice.operations"]);
        Assert.Equal("True", commit.Attributes["docservice.committed"]);
        Assert.Equal("filed", commit.Attributes["docservice.durability"]);
        Assert.Equal($"filed;seq={commit.Attributes["docservice.sequence"]}", put.Field("Durability"));

        SentSpan wait = server.Only(trace, "docservice.journal.wait");
        SentSpan sync = server.Only(trace, "docservice.journal.sync");
        SentSpan filing = server.Only(trace, "docservice.filing.wait");
        Assert.All([wait, sync, filing], span => Assert.Equal(commit.Id, span.ParentId));
        Assert.All([wait, sync, filing], span => Assert.InRange(span.Start, Earlier(commit.Start), span.End));
        Assert.True(wait.End <= Later(sync.Start), $"the sync began at {sync.Start}, before the group was taken at {wait.End}");
        Assert.True(sync.End > sync.Start);
        Assert.True(sync.End <= Later(filing.Start));
        Assert.True(filing.End <= Later(commit.End));
        Assert.Equal(5, server.Collector.Spans.Count(span => span.TraceId == trace));
    }

    [Fact]
    public async Task Write_Buffered_HasNoSync()
    {
        string trace = TracedServer.NewTrace();
        Assert.Equal(202, (await server.AskAsync(trace, "PUT", "/docs/b", "1", "Durability: buffered")).Status);
        await server.UntilSentAsync(trace);

        Assert.Equal("buffered", server.Only(trace, "docservice.commit").Attributes["docservice.durability"]);
        server.Only(trace, "docservice.journal.wait");
        Assert.DoesNotContain(server.Collector.Spans, span => span.TraceId == trace && span.Name == "docservice.journal.sync");
    }

    [Fact]
    public async Task Write_ThatAConditionRefuses_IsNotCommitted()
    {
        string trace = TracedServer.NewTrace();
        Assert.Equal(412, (await server.AskAsync(trace, "PUT", "/docs/c", "1", "If-Match: \"7\"")).Status);
        await server.UntilSentAsync(trace);

        Assert.Equal("False", server.Only(trace, "docservice.commit").Attributes["docservice.committed"]);
        Assert.DoesNotContain(server.Collector.Spans, span => span.TraceId == trace && span.Name.StartsWith("docservice.journal", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Trace_ThatItsCallerDoesNotRecord_IsNotSent()
    {
        string silent = TracedServer.NewTrace();
        string told = TracedServer.NewTrace();
        Assert.Equal(201, (await server.AskAsync($"00-{silent}-{TracedServer.Caller}-00", "PUT", "/docs/d", "1")).Status);
        Assert.Equal(204, (await server.AskAsync(told, "PUT", "/docs/d", "2")).Status);
        await server.UntilSentAsync(told);

        Assert.DoesNotContain(server.Collector.Spans, span => span.TraceId == silent);
    }

    [Fact]
    public async Task Probes_AreNotSent()
    {
        string probe = TracedServer.NewTrace();
        string told = TracedServer.NewTrace();
        Assert.Equal(200, (await server.AskAsync(probe, "GET", "/healthz/ready")).Status);
        Assert.Equal(200, (await server.AskAsync(probe, "GET", "/metrics")).Status);
        Assert.Equal(404, (await server.AskAsync(told, "GET", "/docs/absent")).Status);
        await server.UntilSentAsync(told);

        Assert.DoesNotContain(server.Collector.Spans, span => span.TraceId == probe);
    }

    [Fact]
    public async Task Metrics_NameTracesAsExamples()
    {
        string trace = TracedServer.NewTrace();
        Assert.Equal(201, (await server.AskAsync(trace, "PUT", "/docs/e", "1")).Status);
        byte[] id = Convert.FromHexString(trace);

        await server.Collector.UntilAsync(collector => collector.Sent.Any(sent => sent.Path == "/v1/metrics" && sent.Body.AsSpan().IndexOf(id) >= 0));
        RawResponse scraped = await server.AskAsync(TracedServer.NewTrace(), "GET", "/metrics", fields: "Accept: application/openmetrics-text; version=1.0.0");
        Assert.Contains($"trace_id=\"{trace}\"", scraped.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_IsSent() =>
        await server.Collector.UntilAsync(collector => collector.Sent.Any(sent => sent.Path == "/v1/logs" && sent.Body.AsSpan().IndexOf("first start: created the data directory"u8) >= 0));

    /// <summary>Times of the journal are told from one clock, all others from the wall's: between them there may be a moment.</summary>
    private static ulong Earlier(ulong time) => time - 2_000_000;

    private static ulong Later(ulong time) => time + 2_000_000;
}
