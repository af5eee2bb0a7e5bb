using System.Net;
using DocService.Api.Tests.Support;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace DocService.Api.Tests.Metrics;

/// <summary>What is sent to a collector: nothing, unless OTEL_EXPORTER_OTLP_ENDPOINT names one.</summary>
public sealed class CollectorTests
{
    [Fact]
    public async Task Collector_Named_GetsMetricsAndTraces()
    {
        await using Collector collector = await Collector.StartAsync();
        await using var application = new TestApplication(new ApplicationSettings { OtherValues = collector.Settings() });

        // Again until both have come: a request's activity ends after its answer has been read, so a flush may come before it,
        // and on a busy machine what is sent may be over time.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (Paths(collector).Length < 2)
        {
            using HttpResponseMessage answer = await application.Client.GetAsync(new Uri("/status", UriKind.Relative), patience.Token);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            application.OptionalService<TracerProvider>()!.ForceFlush();
            application.OptionalService<MeterProvider>()!.ForceFlush();
        }

        Assert.Equal(["/v1/metrics", "/v1/traces"], Paths(collector)); // the log's providers are the test's own here
        Assert.All(collector.Sent, sent => Assert.NotEmpty(sent.Body));
    }

    [Fact]
    public async Task Collector_NotNamed_NoTracesAreMade()
    {
        await using var application = new TestApplication();

        Assert.Null(application.OptionalService<TracerProvider>());
    }

    private static string[] Paths(Collector collector) => [.. collector.Sent.Select(sent => sent.Path).Distinct().Order(StringComparer.Ordinal)];
}
