using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace DocService.Api.Tokens;

/// <summary>What a provider has published: its name, and the keys that it signs with. Immutable.</summary>
/// <param name="Issuer">As tokens name it.</param>
/// <param name="Keys">Public ones. Symmetric keys are left out, and RSA keys below 2,048 bits (RFC 7518 section 3.3).</param>
internal sealed record Provider(string Issuer, IReadOnlyList<SecurityKey> Keys)
{
    private const int RsaBitsMin = 2048;

    /// <exception cref="InvalidDataException">It is another provider than was asked (OpenID Connect Discovery section 4.3).</exception>
    public static Provider Of(OpenIdConnectConfiguration published, string authority) =>
        published.Issuer is { } issuer && issuer.TrimEnd('/') == authority.TrimEnd('/') && !issuer.Any(char.IsWhiteSpace)
            ? new Provider(issuer, [.. published.SigningKeys.Where(IsTaken)])
            : throw new InvalidDataException($"It calls itself '{published.Issuer}'.");

    /// <summary>The keys of that id; of a token that names none the only key that there is.</summary>
    public IEnumerable<SecurityKey> Find(string? keyId) =>
        keyId is null ? Keys.Count == 1 ? Keys : [] : Keys.Where(key => key.KeyId == keyId);

    private static bool IsTaken(SecurityKey key) => key is ECDsaSecurityKey || (key is AsymmetricSecurityKey && key.KeySize >= RsaBitsMin);
}
