using Microsoft.AspNetCore.Http.Features;

namespace DocService.Api.Ids;

/// <summary>The target of a request as the client sent it, before the web server decodes and normalises it.</summary>
/// <remarks>
/// The framework's own path leaves %2F alone, removes dot segments and is matched without regard to case; an id must
/// survive all that. <see cref="Routing.RequestTargetMiddleware"/> sees to it that there is always a raw target.
/// </remarks>
internal static class RawTarget
{
    /// <summary>The target, without the prefix that <see cref="Routing.RequestTargetMiddleware"/> has taken off.</summary>
    public static string Of(HttpContext context) => context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    /// <summary>The path of a target in origin, absolute or asterisk form (RFC 9112 section 3.2).</summary>
    public static ReadOnlySpan<char> PathOf(ReadOnlySpan<char> target)
    {
        ReadOnlySpan<char> rest = WithoutAuthority(target);
        int query = rest.IndexOf('?');
        return query < 0 ? rest : rest[..query];
    }

    /// <summary>What follows the first question mark; empty without one.</summary>
    public static ReadOnlySpan<char> QueryOf(ReadOnlySpan<char> target)
    {
        int query = target.IndexOf('?');
        return query < 0 ? default : target[(query + 1)..];
    }

    /// <summary>Whether the target is in absolute form, as <c>http://host:80/path</c>, and what then precedes its path.</summary>
    public static bool IsAbsolute(ReadOnlySpan<char> target, out ReadOnlySpan<char> scheme, out ReadOnlySpan<char> authority)
    {
        scheme = authority = default;
        int end = target is ['/', ..] ? -1 : target.IndexOf("://");
        if (end <= 0 || target[..end].Contains('/'))
        {
            return false;
        }

        scheme = target[..end];
        ReadOnlySpan<char> afterScheme = target[(end + 3)..];
        int path = afterScheme.IndexOfAny('/', '?', '#');
        authority = path < 0 ? afterScheme : afterScheme[..path];
        return true;
    }

    /// <summary>The target below a prefix of the path; false where the path does not begin with exactly these characters.</summary>
    /// <param name="target">In any form.</param>
    /// <param name="prefix">Such as <c>/store</c>, without a slash at its end.</param>
    /// <param name="below">In the same form.</param>
    public static bool TryTakeOff(string target, string prefix, out string below)
    {
        ReadOnlySpan<char> rest = WithoutAuthority(target);
        if (!rest.StartsWith(prefix, StringComparison.Ordinal) || (rest.Length > prefix.Length && rest[prefix.Length] is not ('/' or '?')))
        {
            below = target;
            return false;
        }

        ReadOnlySpan<char> before = target.AsSpan(0, target.Length - rest.Length);
        rest = rest[prefix.Length..];
        below = string.Concat(before, rest is ['/', ..] ? default : "/", rest);
        return true;
    }

    /// <summary>A target that is read back as this path, for servers that give none.</summary>
    /// <remarks>
    /// The path has been decoded once, but for %2F (which %252F has become, too): what is left of %2F stays an escape,
    /// and everything else is escaped again. So %2F and %252F cannot be told apart.
    /// </remarks>
    public static string FromDecoded(PathString path, QueryString query) =>
        Uri.EscapeDataString(path.Value ?? string.Empty)
            .Replace("%2F", "/", StringComparison.Ordinal)
            .Replace("%252F", "%2F", StringComparison.OrdinalIgnoreCase)
        + query.Value;

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

    private static ReadOnlySpan<char> WithoutAuthority(ReadOnlySpan<char> target)
    {
        if (!IsAbsolute(target, out ReadOnlySpan<char> scheme, out ReadOnlySpan<char> authority))
        {
            return target;
        }

        ReadOnlySpan<char> rest = target[(scheme.Length + 3 + authority.Length)..];
        return rest.IsEmpty ? "/" : rest;
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
}
