using System.Diagnostics.Metrics;
using DocService.Api.Access;
using DocService.Api.Expiry;
using DocService.Api.History;
using DocService.Api.Routing;
using DocService.Api.Waiting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DocService.Api.Metrics;

/// <summary>OpenTelemetry: metrics for GET /metrics, and metrics, traces and the log for a collector where one is named.</summary>
internal static class Telemetry
{
    /// <summary>The variable of OpenTelemetry's own specification. Without it nothing leaves this process but what /metrics is asked for.</summary>
    private const string CollectorVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string ServiceName = "docservice";

    /// <summary>Series that one instrument has at most; OpenTelemetry takes the memory for them at once.</summary>
    private const int SeriesMax = 256;

    /// <summary>A collector that does not answer holds up a stop so long for each of the three, when the store is closed already.</summary>
    private const int SendMilliseconds = 1000;

    private static readonly string[] Meters =
        ["DocService.Storage", "DocService.Index", FeedMetrics.MeterName, ExpiryMetrics.MeterName, HistoryMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    /// <summary>Where the spans inside of a request come from. While nobody listens to a source, it makes none.</summary>
    private static readonly string[] Sources = ["DocService.Storage", "DocService.Index", "DocService.Collections"];

    /// <summary>Those that the conventions advise, and some below: most requests take less than 5 ms here.</summary>
    private static readonly double[] RequestSeconds =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        IOpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(ServiceName, serviceVersion: Service.StatusEndpoint.Version));
        telemetry.WithMetrics(metrics => metrics.AddMeter(Meters).AddView(ViewOf).AddPrometheusExporter(exporter =>
        {
            exporter.ScopeInfoEnabled = false; // a meter's name in every series says what the metric's own name says
            exporter.ScrapeResponseCacheDurationMilliseconds = 0; // an answer shows every write before it
        }));
        if (builder.Configuration[CollectorVariable] is { Length: > 0 })
        {
            telemetry.WithMetrics(metrics => metrics.SetExemplarFilter(ExemplarFilterType.TraceBased).AddOtlpExporter(Limit));
            telemetry.WithTracing(traces => traces.AddSource(Sources).AddAspNetCoreInstrumentation(requests => requests.Filter = IsTraced).AddOtlpExporter(Limit));
            telemetry.WithLogging(logs => logs.AddOtlpExporter(Limit), lines => lines.IncludeFormattedMessage = true);
        }
    }

    /// <summary>GET /metrics, for Prometheus and whatever reads its text. A scraper may be told to send parameters of its own.</summary>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(RouteAccess.Operator, new HttpMethodMetadata(["GET", "HEAD"]), IgnoresUnknownParameters.Metadata);

    /// <summary>What probes and scrapers ask every few seconds tells nobody anything.</summary>
    private static bool IsTraced(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/healthz", StringComparison.Ordinal) && !context.Request.Path.StartsWithSegments("/metrics", StringComparison.Ordinal);

    private static void Limit(OtlpExporterOptions exporter) => exporter.TimeoutMilliseconds = SendMilliseconds;

    /// <remarks>All tags stay: to leave some out the SDK looks each one up in a set, which costs more than it saves.</remarks>
    private static MetricStreamConfiguration ViewOf(Instrument instrument) =>
        instrument.Name == "http.server.request.duration"
            ? new ExplicitBucketHistogramConfiguration { Boundaries = RequestSeconds, CardinalityLimit = SeriesMax }
            : new MetricStreamConfiguration { CardinalityLimit = SeriesMax };
}
