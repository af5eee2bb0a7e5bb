using Microsoft.AspNetCore.Http.Features;

namespace DocService.Api.Ids;

/// <summary>The path of a request as the client sent it, before the web server decodes and normalises it.</summary>
/// <remarks>
/// The framework's own path leaves %2F alone, removes dot segments and is matched without regard to case; an id must
/// survive all that. The in-memory test server gives no raw target: then the decoded path stands in for it, in which
/// %2F and %252F cannot be told apart.
/// </remarks>
internal static class RawPath
{
    /// <summary>Everything from the first slash of the path to the query.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isDecoded">The path has been decoded already, but for %2F.</param>
    public static ReadOnlySpan<char> Of(HttpContext context, out bool isDecoded)
    {
        string? target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        isDecoded = string.IsNullOrEmpty(target);
        return isDecoded ? context.Features.Get<DecodedPath>()?.Value ?? context.Request.Path.Value ?? string.Empty : OfTarget(target);
    }

    /// <summary>Lets documents be routed under one path; without a raw target, the path until now is kept as what the client sent.</summary>
    public static void RouteTo(HttpContext context, string path)
    {
        ReadOnlySpan<char> requested = Of(context, out bool isDecoded);
        if (isDecoded)
        {
            context.Features.Set(new DecodedPath(requested.ToString()));
        }

        context.Request.Path = path;
    }

    /// <summary>The path of a request target in origin, absolute or asterisk form (RFC 9112 section 3.2).</summary>
    public static ReadOnlySpan<char> OfTarget(ReadOnlySpan<char> target)
    {
        int scheme = target.IndexOf("://");
        if (scheme > 0 && !target[..scheme].Contains('/'))
        {
            ReadOnlySpan<char> afterScheme = target[(scheme + 3)..];
            int slash = afterScheme.IndexOfAny('/', '?');
            target = slash < 0 ? "/" : afterScheme[slash..];
        }

        int query = target.IndexOf('?');
        return query < 0 ? target : target[..query];
    }

    /// <summary>Whether a segment of the path is '.' or '..', also when its dots are percent-encoded.</summary>
    public static bool HasDotSegment(ReadOnlySpan<char> path)
    {
        foreach (Range range in path.Split('/'))
        {
            if (IsDots(path[range]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsDots(ReadOnlySpan<char> segment)
    {
        int dots = 0;
        while (!segment.IsEmpty)
        {
            if (segment[0] == '.')
            {
                segment = segment[1..];
            }
            else if (segment.StartsWith("%2e", StringComparison.OrdinalIgnoreCase))
            {
                segment = segment[3..];
            }
            else
            {
                return false;
            }

            dots++;
        }

        return dots is 1 or 2;
    }

    private sealed record DecodedPath(string Value);
}
