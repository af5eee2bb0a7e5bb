using DocService.Api.Problems;

namespace DocService.Api.Access;

/// <summary>
/// Refuses what a browser sends for a page of another site and that could change something, whatever its body: a form or a
/// script needs nobody's consent to send it. What only reads is answered; the browser shows it to no other site.
/// </summary>
/// <remarks>
/// Browsers name the site in Sec-Fetch-Site (W3C Fetch Metadata) where the server's own address is https or loopback, and in
/// Origin (RFC 6454) with every such request. A page cannot set either.
/// </remarks>
internal sealed class CrossOriginMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        IsUnsafe(context.Request.Method) && IsOfAnotherSite(context.Request) ? ProblemWriter.WriteAsync(context, AccessProblems.CrossOrigin) : next(context);

    /// <summary>RFC 9110 section 9.2.1, RFC 10008.</summary>
    private static bool IsUnsafe(string method) =>
        !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || method == "QUERY");

    private static bool IsOfAnotherSite(HttpRequest request)
    {
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        string origin = request.Headers.Origin.ToString();
        return site switch
        {
            "" => origin.Length > 0 && !IsOwn(origin, request.Host),
            "same-origin" or "none" => false, // "none": typed by the user, or a bookmark
            _ => true,
        };
    }

    /// <summary>By host and port: behind a proxy the server does not know whether its clients use https.</summary>
    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? own)
        && own.Scheme is "http" or "https"
        && host.HasValue
        && string.Equals(own.IdnHost, host.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase)
        && own.Port == (host.Port ?? (own.Scheme == "https" ? 443 : 80));
}
