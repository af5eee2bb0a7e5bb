namespace DocService.Api.Configuration;

/// <summary>What the settings of tokens may be.</summary>
internal static class TokenSettings
{
    /// <summary>Those with a public key. With a shared secret whoever could judge a token could make one.</summary>
    private static readonly string[] Known = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    /// <summary>Separated by commas.</summary>
    public static string[] AlgorithmsOf(string text) => text.Split(',', StringSplitOptions.TrimEntries);

    /// <summary>Where a provider may be asked: over https, or over http on this machine.</summary>
    public static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.UserInfo.Length == 0 && address.Fragment.Length == 0
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));

    /// <summary>What is wrong, in one line; null when nothing is.</summary>
    public static string? Validate(DocServiceOptions options)
    {
        if (options.JwtAuthority is not { } authority)
        {
            return options.JwtAudience is null ? null : "DocService:JwtAudience needs DocService:JwtAuthority, the provider that makes the tokens.";
        }

        if (!IsAddress(authority) || authority.Contains('?', StringComparison.Ordinal))
        {
            return $"DocService:JwtAuthority must be an address that begins with https://, or http:// on this machine, not '{authority}'.";
        }

        if (string.IsNullOrWhiteSpace(options.JwtAudience))
        {
            return "DocService:JwtAuthority needs DocService:JwtAudience: a token for another service must not open this one.";
        }

        if (Array.Find(AlgorithmsOf(options.JwtAlgorithms), name => !Known.Contains(name, StringComparer.Ordinal)) is { } other)
        {
            return $"DocService:JwtAlgorithms must be of {string.Join(", ", Known)}, not '{other}'.";
        }

        return string.IsNullOrWhiteSpace(options.JwtClaim) ? "DocService:JwtClaim must be the name of a claim." : null;
    }
}
