using DocService.Api.Ids;
using DocService.Api.Problems;

namespace DocService.Api.Routing;

/// <summary>
/// Decides from the raw path, before routing, whether a request is about a document, so that nothing the web server
/// does to a path ever changes which document is meant.
/// </summary>
internal sealed class DocumentPathMiddleware(RequestDelegate next, DocumentRoutes routes)
{
    /// <summary>Where every document request is routed; the id is read from the raw path again.</summary>
    private const string RoutedPath = "/docs/id";

    private const string ListPath = "/docs";

    /// <summary>What <c>OPTIONS *</c> tells: the methods of all resources together (RFC 9110 section 9.3.7).</summary>
    private const string AllMethods = "GET, HEAD, PUT, POST, PATCH, DELETE, QUERY, OPTIONS";

    public Task InvokeAsync(HttpContext context)
    {
        string target = RawTarget.Of(context);
        if (target == "*")
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            context.Response.Headers.Allow = AllMethods;
            return Task.CompletedTask;
        }

        return Judge(context, target) is { } problem ? ProblemWriter.WriteAsync(context, problem) : next(context);
    }

    private Problem? Judge(HttpContext context, string target)
    {
        if (target.Contains('#', StringComparison.Ordinal))
        {
            return ProblemCatalogue.Fragment;
        }

        ReadOnlySpan<char> path = RawTarget.PathOf(target);
        if (RawTarget.HasDotSegment(path))
        {
            // In a document's path the id itself is at fault, and its check says where.
            Problem? problem = path.StartsWith(DocumentTarget.Prefix, StringComparison.Ordinal) ? DocumentTarget.TryGetKey(context, out _) : null;
            return problem ?? ProblemCatalogue.DotSegment;
        }

        if (path.StartsWith(DocumentTarget.Prefix, StringComparison.Ordinal) && path.Length > DocumentTarget.Prefix.Length)
        {
            context.Request.Path = RoutedPath;
            context.SetEndpoint(routes.Of(context.Request.Method)); // routing matches nothing where there is one
            return null;
        }

        // /DOCS/x, /%64ocs/x, /docs/: neither a document's path nor that of their list.
        return path is not ListPath && context.Request.Path.StartsWithSegments(ListPath, StringComparison.OrdinalIgnoreCase) ? ProblemCatalogue.NotTheDocumentsPath : null;
    }
}
