using Microsoft.Extensions.Primitives;

namespace DocService.Api.Keys;

/// <summary>What <c>Authorization: Bearer …</c> (RFC 6750 section 2.1) holds: an API key, or a provider's token.</summary>
internal static class BearerField
{
    private const string Scheme = "Bearer ";

    /// <summary>False where there is no such field, another scheme, or more than one field.</summary>
    public static bool TryRead(StringValues fields, out ReadOnlySpan<char> token)
    {
        bool isOne = fields is [{ } field] && field.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);
        token = isOne ? fields[0].AsSpan(Scheme.Length).Trim(' ') : default;
        return isOne;
    }
}
