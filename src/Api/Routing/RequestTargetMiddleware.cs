using DocService.Api.Configuration;
using DocService.Api.Ids;
using DocService.Api.Problems;
using Microsoft.AspNetCore.Http.Features;

namespace DocService.Api.Routing;

/// <summary>Gives every request a raw target, and takes the prefix off under which a proxy shows the server.</summary>
/// <remarks>
/// Before it the framework has put a forwarded prefix (X-Forwarded-Prefix of a trusted proxy) into PathBase. After it
/// PathBase is what links begin with, and path and raw target are those below it.
/// </remarks>
internal sealed class RequestTargetMiddleware(RequestDelegate next, DocServiceOptions options)
{
    private readonly string _prefix = options.PathBase;

    public Task InvokeAsync(HttpContext context)
    {
        IHttpRequestFeature request = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        if (string.IsNullOrEmpty(request.RawTarget) && !TryMakeTarget(context, request))
        {
            return ProblemWriter.WriteAsync(context, ProblemCatalogue.NoTarget);
        }

        if (!TryTakeForwardedPrefix(request))
        {
            return ProblemWriter.WriteAsync(context, ProblemCatalogue.Invalid($"X-Forwarded-Prefix {PathPrefix.Rule}."));
        }

        if (_prefix.Length > 0 && RawTarget.TryTakeOff(request.RawTarget, _prefix, out string below))
        {
            request.RawTarget = below;
            if (context.Request.Path.StartsWithSegments(_prefix, StringComparison.Ordinal, out PathString path))
            {
                context.Request.Path = path;
            }

            // A proxy that names the prefix may also leave it in the path: then it is one and the same.
            request.PathBase = request.PathBase.EndsWith(_prefix, StringComparison.Ordinal) ? request.PathBase : request.PathBase + _prefix;
        }

        return next(context);
    }

    /// <summary>
    /// Only the in-memory server of tests gives no raw target; its requests come from no address. There the decoded path is
    /// used, in which %252F has become %2F. A request from the network without a raw target is refused. A web server that
    /// hides the raw target could let one id name another document.
    /// </summary>
    private static bool TryMakeTarget(HttpContext context, IHttpRequestFeature request)
    {
        if (context.Connection.RemoteIpAddress is not null)
        {
            return false;
        }

        request.RawTarget = RawTarget.FromDecoded(context.Request.Path, context.Request.QueryString);
        return true;
    }

    private static bool TryTakeForwardedPrefix(IHttpRequestFeature request)
    {
        if (request.PathBase.Length == 0)
        {
            return true;
        }

        string prefix = request.PathBase.TrimEnd('/');
        request.PathBase = PathPrefix.IsValid(prefix) ? prefix : string.Empty;
        return request.PathBase == prefix;
    }
}
