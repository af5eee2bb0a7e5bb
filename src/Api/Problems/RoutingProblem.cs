namespace DocService.Api.Problems;

/// <summary>The problem for an answer of routing: a path that there is not, or a method that a resource does not take.</summary>
internal static class RoutingProblem
{
    public static Problem Of(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound when IsHealth(context.Request.Path) =>
            ProblemCatalogue.OfStatus(404, "Health is under /healthz/live (the process answers) and /healthz/ready (the store serves)."),
        StatusCodes.Status405MethodNotAllowed =>
            ProblemCatalogue.OfStatus(405, OtherMethod(context.Request.Method, context.Response.Headers.Allow.ToString())),
        int status => ProblemCatalogue.OfStatus(status),
    };

    /// <summary>What other servers call it.</summary>
    private static bool IsHealth(PathString path) => path.Value?.ToUpperInvariant().TrimEnd('/') is
        "/HEALTH" or "/HEALTHZ" or "/HEALTH/LIVE" or "/HEALTH/READY" or "/HEALTHCHECK" or "/LIVE" or "/LIVEZ" or "/READY" or "/READYZ" or "/PING";

    private static string OtherMethod(string method, string allow)
    {
        string instead = !allow.Contains("PUT", StringComparison.Ordinal) ? string.Empty
            : method == "POST" ? " PUT creates or replaces a document under an id of your choice; POST /batch writes several at once."
            : method == "PATCH" ? " To change it, PUT it whole, with If-Match so that nobody else's change is lost."
            : string.Empty;
        return $"{method} is not taken here. This resource takes {allow}.{instead}";
    }
}
