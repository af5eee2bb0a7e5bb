using System.Text;

namespace DocService.Api.Tests.Metrics;

/// <summary>What a collector must not get. Its server is stopped by the test.</summary>
public sealed class SentSecretsTests(TracedServer server) : IClassFixture<TracedServer>
{
    /// <summary>None of the three signals has a body, a filter's value, a key's secret, or a name of what the service keeps for itself.</summary>
    [Fact]
    public async Task Nothing_ThatIsSecret_IsSent()
    {
        string[] secrets = ["body-secret", "filter-secret", "query-secret", "bearer-secret", "batch-secret", "patch-secret", "api-keys", "\0"];
        List<string> traces = [];
        async Task SendAsync(string method, string path, string? body, params string[] fields)
        {
            traces.Add(TracedServer.NewTrace());
            await server.AskAsync(traces[^1], method, path, body, [.. fields, "Authorization: Bearer ds_1234567890ab_bearer-secret"]);
        }

        await SendAsync("PUT", "/docs/f", """{"text":"body-secret"}""", "Idempotency-Key: \"k-1\"");
        await SendAsync("PUT", "/docs/f", """{"text":"body-secret",}""");
        await SendAsync("PATCH", "/docs/f", """{"text":"patch-secret"}""", "Content-Type: application/merge-patch+json");
        await SendAsync("POST", "/batch", """{"operations":[{"op":"put","id":"g","body":"batch-secret"}]}""");
        await SendAsync("PUT", "/collections/notes?wait=30", """{"prefix":"notes/","indexes":{"by-text":{"fields":["text"],"unique":true}}}""");
        await SendAsync("GET", "/docs?filter=%7B%22text%22%3A%22filter-secret%22%7D", null);
        await SendAsync("POST", "/query", """{"filter":{"text":"query-secret"}}""");
        await SendAsync("GET", "/docs/f", null);
        await SendAsync("GET", "/keys", null);
        foreach (string trace in traces)
        {
            await server.UntilSentAsync(trace);
        }

        Assert.Equal(0, (await server.Process.TerminateAsync()).ExitCode); // what is left is sent
        Assert.Equal(["/v1/logs", "/v1/metrics", "/v1/traces"], server.Collector.Sent.Select(sent => sent.Path).Distinct().Order(StringComparer.Ordinal));
        foreach ((string path, byte[] body) in server.Collector.Sent)
        {
            // The mark of a hidden document's id is a zero, of which the protocol's own bytes are full: spans' texts are looked at one by one.
            Assert.All(secrets[..^1], secret => Assert.True(body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) < 0, $"{path} has {secret}"));
        }

        Assert.DoesNotContain(server.Collector.Spans, span => span.Name.Contains('\0', StringComparison.Ordinal) || span.Attributes.Values.Any(value => value.Contains('\0', StringComparison.Ordinal)));
    }
}
