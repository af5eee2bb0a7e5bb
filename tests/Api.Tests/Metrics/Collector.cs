using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DocService.Api.Tests.Metrics;

/// <summary>A collector of OpenTelemetry's protocol over HTTP, on a free port, that keeps all that it is sent.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentQueue<(string Path, byte[] Body)> _sent = new();
    private readonly SemaphoreSlim _more = new(0);
    private readonly WebApplication _server;

    private Collector(WebApplication server) => _server = server;

    public string Url => _server.Urls.Single();

    /// <summary>Paths and bodies, in the order in which they came.</summary>
    public IReadOnlyList<(string Path, byte[] Body)> Sent => [.. _sent];

    public IReadOnlyList<SentSpan> Spans => [.. Sent.Where(sent => sent.Path == "/v1/traces").SelectMany(sent => SentSpan.Of(sent.Body))];

    public static async Task<Collector> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var collector = new Collector(builder.Build());
        collector._server.Run(collector.TakeAsync);
        await collector._server.StartAsync();
        return collector;
    }

    /// <summary>Settings and environment of a server that sends everything here, soon.</summary>
    public Dictionary<string, string> Settings() => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Url,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
    };

    /// <summary>Returns when what was sent is so.</summary>
    public async Task UntilAsync(Func<Collector, bool> isSo)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!isSo(this))
        {
            await _more.WaitAsync(patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _more.Dispose();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _sent.Enqueue((context.Request.Path, body.ToArray()));
        _more.Release();
    }
}
