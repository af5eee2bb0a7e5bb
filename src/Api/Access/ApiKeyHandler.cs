using System.Security.Claims;
using System.Text.Encodings.Web;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Access;

/// <summary>Reads the API key of a request: <c>Authorization: Bearer ds_…</c> (RFC 6750). No secret is taken from a URL or logged.</summary>
internal sealed class ApiKeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, KeyRing keys, IDocumentStore store, FailedLogins failed)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "ApiKey";

    private const string Bearer = "Bearer ";

    private bool _isTried;

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        StringValues fields = Request.Headers.Authorization;
        if (fields.Count == 0)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        _isTried = true;
        HeldKey? key = fields is [{ } field] && field.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? keys.Find(field.AsSpan(Bearer.Length).Trim(' ')) : null;
        if (key is null)
        {
            failed.Note(Context.Connection.RemoteIpAddress);
            return Task.FromResult(AuthenticateResult.Fail("The API key opens nothing."));
        }

        key.NoteUse(store.Time.Now);
        Context.Features.Set(key.Caller);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, key.Key.Id), new Claim(ClaimTypes.Name, key.Key.Name)], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        ProblemWriter.WriteAsync(Context, _isTried ? AccessProblems.WrongKey : AccessProblems.NoKey);
}
