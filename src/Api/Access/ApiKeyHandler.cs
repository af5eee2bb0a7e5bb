using System.Security.Claims;
using System.Text.Encodings.Web;
using DocService.Api.Keys;
using DocService.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Access;

/// <summary>Reads the API key of a request: <c>Authorization: Bearer ds_…</c> (RFC 6750). No secret is taken from a URL or logged.</summary>
internal sealed class ApiKeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, KeyRing keys, IDocumentStore store)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "ApiKey";

    /// <summary>Whether it is an API key, right or wrong, and no token of a provider. Nothing at all counts as none, several fields as one that is wrong.</summary>
    public static bool IsKey(StringValues fields) =>
        !BearerField.TryRead(fields, out ReadOnlySpan<char> token) || KeyToken.IsOne(token);

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        StringValues fields = Request.Headers.Authorization;
        if (fields.Count == 0)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        HeldKey? key = BearerField.TryRead(fields, out ReadOnlySpan<char> token) ? keys.Find(token) : null;
        if (key is null)
        {
            return Task.FromResult(AuthenticateResult.Fail("The API key opens nothing."));
        }

        key.NoteUse(store.Time.Now);
        Context.Features.Set(key.Caller);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, key.Key.Id), new Claim(ClaimTypes.Name, key.Key.Name)], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }
}
