using DocService.Api.Ids;
using DocService.Api.Keys;
using Microsoft.AspNetCore.Authentication;

namespace DocService.Api.Access;

/// <summary>
/// Finds out who asks, before anything else of the request is judged but its host. Where there are no keys it does nothing:
/// a request then costs what it cost without this.
/// </summary>
internal sealed class AuthenticationMiddleware(RequestDelegate next, KeyRing keys)
{
    /// <summary>Beginnings of raw paths that are the same for everybody and tell nothing of documents. <see cref="RouteAccessMiddleware"/> judges the route itself once more.</summary>
    private static readonly string[] PublicPaths = ["/healthz/", "/problems", "/openapi/", "/swagger"];

    public Task InvokeAsync(HttpContext context) => keys.IsOn ? JudgeAsync(context) : next(context);

    private async Task JudgeAsync(HttpContext context)
    {
        AuthenticateResult result = await context.AuthenticateAsync(ApiKeyHandler.SchemeName);
        if (result.Succeeded)
        {
            context.User = result.Principal;
        }
        else if (IsPublic(context))
        {
            context.Features.Set(Caller.Nobody);
        }
        else
        {
            await context.ChallengeAsync(ApiKeyHandler.SchemeName);
            return;
        }

        await next(context);
    }

    /// <summary>Browsers ask for OPTIONS without a key (Fetch standard, "CORS-preflight fetch"); the answer is of the route, not of what is there.</summary>
    private static bool IsPublic(HttpContext context)
    {
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            return true;
        }

        ReadOnlySpan<char> path = RawTarget.PathOf(RawTarget.Of(context));
        if (path is "/" or "/swagger")
        {
            return true;
        }

        foreach (string beginning in PublicPaths)
        {
            if (path.StartsWith(beginning, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
