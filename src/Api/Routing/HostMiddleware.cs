using DocService.Api.Ids;
using DocService.Api.Keys;
using DocService.Api.Problems;

namespace DocService.Api.Routing;

/// <summary>Refuses requests that are meant for another server, before anything else is judged.</summary>
internal sealed class HostMiddleware(RequestDelegate next, AllowedHosts hosts, KeyRing keys)
{
    /// <summary>What precedes the paths of health checks.</summary>
    private const string Probes = "/healthz/";

    public Task InvokeAsync(HttpContext context) =>
        Judge(context.Request, RawTarget.Of(context)) is { } problem ? ProblemWriter.WriteAsync(context, problem) : next(context);

    private Problem? Judge(HttpRequest request, ReadOnlySpan<char> target)
    {
        if (RawTarget.IsAbsolute(target, out ReadOnlySpan<char> scheme, out ReadOnlySpan<char> authority))
        {
            if (authority.ContainsAny('@', '\\'))
            {
                return ProblemCatalogue.FaultyAuthority; // where the host begins or ends is read in two ways
            }

            if (!request.IsHttps && scheme.Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase))
            {
                return ProblemCatalogue.NotSecured;
            }

            request.Host = new HostString(authority.ToString()); // Host does not count then (RFC 9112 section 3.2.2), nor its absence
        }

        // A page that has found a name for the server has no key: then AllowedHosts counts alone, and by default takes every name.
        bool isTaken = (keys.IsOn && !hosts.AreNamed)
            || hosts.Contain(request.Host)
            || (RawTarget.PathOf(target).StartsWith(Probes, StringComparison.Ordinal) && AllowedHosts.IsOfProbe(request.Host));
        return isTaken ? null : ProblemCatalogue.OtherHost(request.Host.Value ?? string.Empty, hosts.IsLoopbackOnly);
    }
}
