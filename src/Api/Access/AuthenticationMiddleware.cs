using DocService.Api.Ids;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Api.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Connections.Features;

namespace DocService.Api.Access;

/// <summary>
/// Finds out who asks, before anything else of the request is judged but its host. Where neither keys nor tokens are asked for it does
/// nothing: a request then costs what it cost without this.
/// </summary>
internal sealed class AuthenticationMiddleware(RequestDelegate next, KeyRing keys, FailedLogins failed)
{
    /// <summary>Beginnings of raw paths that are the same for everybody and tell nothing of documents. <see cref="RouteAccessMiddleware"/> judges the route itself once more.</summary>
    private static readonly string[] PublicPaths = ["/healthz/", "/problems", "/openapi/", "/swagger"];

    public Task InvokeAsync(HttpContext context) => keys.IsOn ? JudgeAsync(context) : next(context);

    private async Task JudgeAsync(HttpContext context)
    {
        bool isToken = keys.TakesTokens && !ApiKeyHandler.IsKey(context.Request.Headers.Authorization);
        AuthenticateResult result = await context.AuthenticateAsync(isToken ? TokenScheme.Name : ApiKeyHandler.SchemeName);
        if (result.Succeeded)
        {
            context.User = result.Principal;
            await next(context);
            return;
        }

        Problem refused = Refuse(context, result); // also where it is not told: a wrong key counts wherever it is tried
        if (!IsPublic(context))
        {
            if (refused.Type == ProblemCatalogue.TooManyRequests && HttpProtocol.IsHttp2(context.Request.Protocol))
            {
                context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose(); // GOAWAY: HTTP/2 has no field for it (RFC 9113 section 6.8)
            }

            await ProblemWriter.WriteAsync(context, refused);
            return;
        }

        context.Features.Set(Caller.Nobody);
        await next(context);
    }

    private Problem Refuse(HttpContext context, AuthenticateResult result) =>
        context.Request.Headers.Authorization.Count == 0 ? AccessProblems.NoKey
        : result.Failure is ProviderUnknownException unknown ? AccessProblems.ProviderUnknown(unknown.RetrySeconds)
        : failed.Note(context.Connection.RemoteIpAddress) is { } seconds ? AccessProblems.TooManyFailed(seconds)
        : AccessProblems.WrongKey;

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
