using DocService.Api.Ids;
using DocService.Api.Problems;

namespace DocService.Api.Routing;

/// <summary>
/// Refuses query parameters that a route does not know, after routing and before the route: a DELETE with the revision
/// parameter of another store must not delete, and a misspelt filter must not list everything.
/// </summary>
internal sealed class QueryMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        ReadOnlySpan<char> query = RawTarget.QueryOf(RawTarget.Of(context));
        return !query.IsEmpty
            && context.GetEndpoint() is { } endpoint
            && endpoint.Metadata.GetMetadata<IgnoresUnknownParameters>() is null
            && QueryParameters.FindUnknown(query, endpoint.Metadata.GetMetadata<KnownParameters>()?.Names ?? []) is { } problem
                ? ProblemWriter.WriteAsync(context, problem)
                : next(context);
    }
}
