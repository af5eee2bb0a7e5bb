using DocService.Api.Browsers;
using DocService.Api.Keys;
using DocService.Api.Problems;

namespace DocService.Api.Access;

/// <summary>
/// Refuses what a browser sends for a page of another site, unless the page's origin is allowed: what could change something,
/// whatever its body, because a form or a script needs nobody's consent to send it; and while there are no API keys what only
/// reads, because a page learns from a load or its failure whether a document is there. With keys the page has none, and learns 401.
/// </summary>
/// <remarks>
/// Browsers name the site in Sec-Fetch-Site (W3C Fetch Metadata) where the server's own address is https or loopback, and in
/// Origin (RFC 6454) with every request that could change something. A page cannot set either.
/// </remarks>
internal sealed class CrossOriginMiddleware(RequestDelegate next, AllowedOrigins allowed, KeyRing keys)
{
    public Task InvokeAsync(HttpContext context) =>
        IsOfAnotherSite(context.Request) && IsRefused(context.Request) ? ProblemWriter.WriteAsync(context, AccessProblems.CrossOrigin) : next(context);

    private bool IsRefused(HttpRequest request) =>
        !allowed.Contain(request.Headers.Origin.ToString())
        && !HttpMethods.IsOptions(request.Method) // tells nothing of what is there
        && (!SafeMethods.Contain(request.Method) || (!keys.IsOn && !IsVisit(request)));

    /// <summary>The user follows a link: the browser shows what is there, and the page behind the link sees nothing of it.</summary>
    private static bool IsVisit(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document";

    private static bool IsOfAnotherSite(HttpRequest request)
    {
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        return site switch
        {
            "" => request.Headers.Origin.ToString() is { Length: > 0 } origin && !IsOwn(origin, request),
            "same-origin" or "none" => false, // "none": typed by the user, or a bookmark
            _ => true,
        };
    }

    /// <summary>By host and port: a server that is asked without https may stand behind a proxy whose clients use it. One that is asked with it has no pages without.</summary>
    private static bool IsOwn(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? own)
        && (own.Scheme == Uri.UriSchemeHttps || (own.Scheme == Uri.UriSchemeHttp && !request.IsHttps))
        && request.Host is { HasValue: true } host
        && string.Equals(own.IdnHost, host.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase)
        && own.Port == (host.Port ?? (own.Scheme == Uri.UriSchemeHttps ? 443 : 80));
}
