using System.Collections.Concurrent;
using System.Net;
using DocService.Api.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace DocService.Api.Tests.Metrics;

/// <summary>What is sent to a collector: nothing, unless OTEL_EXPORTER_OTLP_ENDPOINT names one.</summary>
public sealed class CollectorTests
{
    [Fact]
    public async Task Collector_Named_GetsMetricsAndTraces()
    {
        var sent = new ConcurrentDictionary<string, int>();
        await using WebApplication collector = await StartCollectorAsync(sent);
        await using var application = new TestApplication(new ApplicationSettings
        {
            OtherValues = new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.Single(),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            },
        });

        // Again until both have come: a request's activity ends after its answer has been read, so a flush may come before it,
        // and on a busy machine what is sent may be over time.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (sent.Count < 2)
        {
            using HttpResponseMessage answer = await application.Client.GetAsync(new Uri("/status", UriKind.Relative), patience.Token);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            application.OptionalService<TracerProvider>()!.ForceFlush();
            application.OptionalService<MeterProvider>()!.ForceFlush();
        }

        Assert.Equal(["POST /v1/metrics", "POST /v1/traces"], sent.Keys.Order(StringComparer.Ordinal));
        Assert.All(sent.Values, bytes => Assert.True(bytes > 0));
    }

    [Fact]
    public async Task Collector_NotNamed_NoTracesAreMade()
    {
        await using var application = new TestApplication();

        Assert.Null(application.OptionalService<TracerProvider>());
    }

    /// <summary>A server on a free port that notes what it is sent.</summary>
    private static async Task<WebApplication> StartCollectorAsync(ConcurrentDictionary<string, int> sent)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        WebApplication collector = builder.Build();
        collector.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            sent.AddOrUpdate($"{context.Request.Method} {context.Request.Path}", (int)body.Length, (_, bytes) => bytes + (int)body.Length);
        });
        await collector.StartAsync();
        return collector;
    }
}
