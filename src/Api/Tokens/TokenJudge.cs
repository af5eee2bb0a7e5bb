using DocService.Api.Configuration;
using DocService.Api.Keys;
using DocService.Storage;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace DocService.Api.Tokens;

/// <summary>
/// Judges the tokens of the provider that the settings name. The framework judges signature and audience; here are the times, the
/// rights, and where the keys come from. Why a token is refused is told to the log at the level Debug, and to no client.
/// </summary>
internal sealed class TokenJudge(ProviderKeys keys, HeldTokens held, IDocumentStore store, DocServiceOptions options, ILogger<TokenJudge> logger)
{
    /// <summary>How far the clocks of provider and server may differ: a token is taken that much before its beginning and behind its end.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(60);

    private readonly string[] _algorithms = TokenSettings.AlgorithmsOf(options.JwtAlgorithms);

    public void Apply(JwtBearerOptions bearer)
    {
        bearer.MapInboundClaims = false;
        bearer.SaveToken = false;
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAudience = options.JwtAudience,
            IgnoreTrailingSlashWhenValidatingAudience = false, // another text is another audience
            ValidAlgorithms = _algorithms,
            IssuerValidator = (issuer, _, _) => issuer is not null && keys.Known?.Issuer == issuer ? issuer : throw new SecurityTokenInvalidIssuerException("Another issuer."),
            IssuerSigningKeyResolver = (_, _, keyId, _) => keys.Known?.Find(string.IsNullOrEmpty(keyId) ? null : keyId) ?? [],
            TryAllIssuerSigningKeys = false,
            LifetimeValidator = (begin, end, _, _) => IsInTime(begin, end),
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            RequireAudience = true,
        };
        bearer.Events = new JwtBearerEvents { OnMessageReceived = PrepareAsync, OnTokenValidated = TakeAsync, OnAuthenticationFailed = Refuse };
    }

    /// <summary>The header is judged before the provider is asked for a key.</summary>
    private async Task PrepareAsync(MessageReceivedContext context)
    {
        string token = BearerField.TryRead(context.Request.Headers.Authorization, out ReadOnlySpan<char> sent) ? sent.ToString() : string.Empty;
        if (JoseHeader.TryRead(token) is not { } header || !_algorithms.Contains(header.Algorithm, StringComparer.Ordinal))
        {
            Refuse(context, "Its header is none of a token, or names another algorithm.");
        }
        else if (!await AreKeysKnownAsync(header, context.HttpContext.RequestAborted))
        {
            context.Fail(new ProviderUnknownException(keys.RetrySeconds));
        }
        else
        {
            context.Token = token;
        }
    }

    /// <summary>A client that does not wait for the provider's answer has failed at nothing.</summary>
    private async Task<bool> AreKeysKnownAsync(JoseHeader header, CancellationToken gone)
    {
        try
        {
            return await keys.GetAsync(header.KeyId, gone) is not null;
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Its signature, issuer, audience and times are good.</summary>
    private Task TakeAsync(TokenValidatedContext context)
    {
        var token = (JsonWebToken)context.SecurityToken;
        if (TokenClaims.TryRead(token.EncodedPayload, options.JwtClaim, out TokenClaims? claims) is { } fault)
        {
            Refuse(context, fault);
            return Task.CompletedTask;
        }

        HeldToken taken = held.Hold(token.Issuer, claims!, EndOf(token.ValidTo));
        context.HttpContext.Response.RegisterForDispose(taken);
        context.HttpContext.Features.Set(taken.Caller);
        return Task.CompletedTask;
    }

    private Task Refuse(AuthenticationFailedContext context)
    {
        Refuse(context, context.Exception.Message);
        return Task.CompletedTask;
    }

    private void Refuse(Microsoft.AspNetCore.Authentication.ResultContext<JwtBearerOptions> context, string reason)
    {
        logger.LogDebug("A token is refused: {Reason}", reason);
        context.Fail("The token opens nothing.");
    }

    private bool IsInTime(DateTime? begin, DateTime? end)
    {
        DateTime now = store.Time.Now.UtcDateTime;
        return end is { } last && now < EndOf(last) && (begin is not { } first || now >= first || first - now <= ClockTolerance);
    }

    private static DateTime EndOf(DateTime end) => end < DateTime.MaxValue - ClockTolerance ? end + ClockTolerance : end;
}
