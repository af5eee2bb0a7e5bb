using System.Text;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Metrics;

/// <summary>A server in its own process that sends all it has to a collector in this one.</summary>
public sealed class TracedServer : IAsyncLifetime
{
    /// <summary>Span of the caller, in whose traces the requests are.</summary>
    public const string Caller = "00f067aa0ba902b7";

    private static int _traces;

    internal Collector Collector { get; private set; } = null!;

    internal ServerProcess Process { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Collector = await Collector.StartAsync();
        Process = ServerProcess.Listening(Collector.Settings(), "--urls=http://127.0.0.1:0");
        await Process.UntilListeningAsync();
    }

    public async Task DisposeAsync()
    {
        Process.Dispose();
        await Collector.DisposeAsync();
    }

    /// <summary>An id that no other test uses.</summary>
    public static string NewTrace() => $"4bf92f3577b34da6a3ce{Interlocked.Increment(ref _traces):x12}";

    /// <summary>Until the request's own span has come, which ends last.</summary>
    internal Task UntilSentAsync(string trace) =>
        Collector.UntilAsync(collector => collector.Spans.Any(span => span.TraceId == trace && span.Kind == SentSpan.Server));

    internal SentSpan Only(string trace, string name) => Assert.Single(Collector.Spans, span => span.TraceId == trace && span.Name == name);

    /// <summary>A request in a trace.</summary>
    /// <param name="traceParent">The trace, or the whole value of the field.</param>
    /// <param name="method">Of the request.</param>
    /// <param name="target">Of the request.</param>
    /// <param name="body">Its body; null: it has none.</param>
    /// <param name="fields">Further field lines.</param>
    internal Task<RawResponse> AskAsync(string traceParent, string method, string target, string? body = null, params string[] fields)
    {
        var request = new StringBuilder($"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        request.Append($"traceparent: {(traceParent.Contains('-', StringComparison.Ordinal) ? traceParent : $"00-{traceParent}-{Caller}-01")}\r\n");
        foreach (string field in fields)
        {
            request.Append(field).Append("\r\n");
        }

        if (body is not null)
        {
            string type = fields.Any(field => field.StartsWith("Content-Type", StringComparison.Ordinal)) ? string.Empty : "Content-Type: application/json\r\n";
            request.Append($"{type}Content-Length: {body.Length}\r\n");
        }

        return RawConnection.AskAsync(Process.Port, Encoding.Latin1.GetBytes($"{request}\r\n{body}"));
    }
}
