using DocService.Api.OpenApi;

namespace DocService.Api.Metrics;

/// <summary>GET /metrics, for Prometheus and whatever reads its text.</summary>
internal static class MetricsEndpoint
{
    private const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/metrics", ["GET", "HEAD"], Get).WithName("GetMetrics").WithTags("Service").Describe(ServiceDescriptions.Metrics);

    internal static IResult Get(MetricsCollector metrics) => Results.Text(metrics.Export(), MediaType);
}
