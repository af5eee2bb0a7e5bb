using DocService.Api.Keys;
using DocService.Api.Problems;

namespace DocService.Api.Access;

/// <summary>Judges a request by its route, behind routing. A route that does not say who may use it is for operators, so that a new one is never open by mistake.</summary>
internal sealed class RouteAccessMiddleware(RequestDelegate next, KeyRing keys)
{
    public Task InvokeAsync(HttpContext context) =>
        keys.IsOn && Refuse(context) is { } problem ? ProblemWriter.WriteAsync(context, problem) : next(context);

    private static Problem? Refuse(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            return null; // routing's own answer: 404 or 405
        }

        RouteAccess? access = endpoint.Metadata.GetMetadata<RouteAccess>();
        if (access == RouteAccess.Public)
        {
            return null;
        }

        Caller caller = Caller.Of(context);
        return access == RouteAccess.Judged && caller.IsKnown ? null : AccessProblems.UnlessOperator(caller, AccessProblems.NoKey);
    }
}
