using DocService.Api.Keys;
using DocService.Api.Problems;

namespace DocService.Api.Access;

/// <summary>The part of the catalogue that is about who may do what. It tells nothing about what is there.</summary>
internal static class AccessProblems
{
    private const string Challenge = "Bearer realm=\"docservice\"";

    /// <summary>Nothing says who asks.</summary>
    public static Problem NoKey { get; } = new(ProblemCatalogue.Unauthorized, "This needs an API key, or a token of the provider where the server takes those. With curl: -H 'Authorization: Bearer ds_…'.")
    {
        Field = new("WWW-Authenticate", Challenge),
    };

    /// <summary>A key that is unknown, revoked or expired, or has another secret, or a token with any fault: which of them is not told.</summary>
    public static Problem WrongKey { get; } = new(ProblemCatalogue.Unauthorized, "The API key or token opens nothing: it is mistyped, revoked, expired, or not for this server. It is sent once, as 'Authorization: Bearer …'.")
    {
        Field = new("WWW-Authenticate", Challenge + ", error=\"invalid_token\""),
    };

    /// <summary>It was a key when the request began.</summary>
    public static Problem Ended { get; } = WrongKey with { Detail = "The API key was revoked, got another secret, or expired while the request was under way; or the token came to its end." };

    /// <summary>A right token would be refused as well: it is not the client's fault.</summary>
    public static Problem ProviderUnknown(int seconds) =>
        new(ProblemCatalogue.ProviderUnknown, "The keys of the provider that makes the tokens cannot be fetched for now. API keys are taken as ever.") { RetryAfterSeconds = seconds };

    /// <summary>The connection ends, so that each further try costs another one.</summary>
    public static Problem TooManyFailed(int seconds) =>
        new(ProblemCatalogue.TooManyRequests, "From this address too many requests have come with keys or tokens that open nothing (FailedLoginsPerMinute). One that opens something is taken all the same.")
        {
            Field = WrongKey.Field, // an expired token among others' failures: its client learns that it needs another one (RFC 9110 section 11.6.1)
            RetryAfterSeconds = seconds,
            EndsConnection = true,
        };

    /// <summary>While there are no keys at all.</summary>
    public static Problem NoKeysYet { get; } = NoKey with
    {
        Detail = "There are no API keys yet, and this never answers without one. The first is made offline: stop the server, 'docservice keys add --data <dir> --name admin --rights read,write,operate --prefix \"*\"', start it.",
    };

    /// <summary>Null where the caller has the right for all ids that begin so.</summary>
    public static Problem? Unless(Caller caller, Right right, string beginning, string what) =>
        caller.May(right, beginning) ? null : Missing(caller, right, what);

    /// <summary>Null for whoever may operate the whole store.</summary>
    public static Problem? UnlessOperator(Caller caller, Problem noKey) =>
        caller.IsKnown ? Unless(caller, Right.Operate, string.Empty, "the whole store") : noKey;

    /// <param name="caller">Who asks.</param>
    /// <param name="right">The right that is missing.</param>
    /// <param name="what">What it is missing for, as the end of a sentence.</param>
    public static Problem Missing(Caller caller, Right right, string what) => new(
        ProblemCatalogue.Forbidden,
        $"This takes the right '{KeyRights.Names[(int)right]}' for {what}. The key has that right {caller.Rights.Describe(right)}.");

    public static Problem CrossOrigin { get; } = new(
        ProblemCatalogue.CrossOrigin,
        "A browser sends this for a page of another site, which the server does not know. Pages whose origin the setting Cors:Origins names may. A program that is no browser leaves out Origin and Sec-Fetch-Site.");
}
