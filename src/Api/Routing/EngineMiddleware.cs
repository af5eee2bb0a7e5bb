using DocService.Api.Problems;

namespace DocService.Api.Routing;

/// <summary>With the engine on PostgreSQL, behind routing: refuses the routes of which that engine does not have its part yet.</summary>
internal sealed class EngineMiddleware(RequestDelegate next)
{
    /// <summary>First segments of their paths. What only needs an index answers that there is none.</summary>
    private static readonly string[] Lacking = ["/collections", "/keys", "/snapshots", "/scrub"];

    public Task InvokeAsync(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint && Array.Exists(Lacking, path => context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal))
            ? ProblemWriter.WriteAsync(context, ProblemCatalogue.NotOnThisEngine)
            : next(context);
}
