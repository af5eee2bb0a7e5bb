using DocService.Api.Problems;

namespace DocService.Api.Ids;

/// <summary>
/// Decides from the raw path, before routing, whether a request is about a document, so that nothing the web server
/// does to a path ever changes which document is meant.
/// </summary>
internal sealed class RawPathMiddleware(RequestDelegate next)
{
    /// <summary>Where every document request is routed; the id is read from the raw path again.</summary>
    private const string RoutedPath = "/docs/id";

    public Task InvokeAsync(HttpContext context)
    {
        ReadOnlySpan<char> path = RawPath.Of(context, out _);
        if (RawPath.HasDotSegment(path))
        {
            // In a document's path the id itself is at fault, and its check says where.
            Problem? problem = path.StartsWith(DocumentTarget.Prefix, StringComparison.Ordinal) ? DocumentTarget.TryGetKey(context, out _) : null;
            return ProblemWriter.WriteAsync(context, problem ?? ProblemCatalogue.DotSegment);
        }

        if (path.StartsWith(DocumentTarget.Prefix, StringComparison.Ordinal) && path.Length > DocumentTarget.Prefix.Length)
        {
            RawPath.RouteTo(context, RoutedPath);
        }
        else if (context.Request.Path.StartsWithSegments("/docs", StringComparison.OrdinalIgnoreCase))
        {
            // /DOCS/x, /%64ocs/x: not the documents' path. /docs and /docs/ are kept for a list of documents.
            return ProblemWriter.WriteAsync(context, ProblemCatalogue.OfStatus(404, "Documents are under /docs/{id}, written exactly so; there is no list of documents yet."));
        }

        return next(context);
    }
}
