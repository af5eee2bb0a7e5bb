using System.Buffers.Text;
using System.Text.Json;

namespace DocService.Api.Tokens;

/// <summary>What the header of a token says (RFC 7515 section 4), read before anything is looked up for it.</summary>
/// <param name="Algorithm">Of the signature.</param>
/// <param name="KeyId">Of the key that has signed it; null where it is not said.</param>
internal sealed record JoseHeader(string Algorithm, string? KeyId)
{
    private static readonly JsonDocumentOptions Json = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Tokens of access (RFC 9068) and those that say no more than that they are tokens. All others, of logouts for example, are none of access.</summary>
    private static readonly string[] Types = ["at+jwt", "application/at+jwt", "JWT"];

    /// <summary>Null where the text is no signed token, or one that the server does not understand whole: a header with <c>crit</c> asks to be refused then.</summary>
    public static JoseHeader? TryRead(ReadOnlySpan<char> token)
    {
        int end = token.IndexOf('.');
        if (end <= 0 || token.Count('.') != 2 || !Base64Url.IsValid(token[..end]))
        {
            return null;
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(Base64Url.DecodeFromChars(token[..end]), Json);
            JsonElement header = json.RootElement;
            return header.ValueKind != JsonValueKind.Object || header.TryGetProperty("crit", out _) || !IsText(header, "alg", out string? algorithm) || algorithm is null
                || !IsText(header, "kid", out string? keyId) || !IsText(header, "typ", out string? type) || (type is not null && !Types.Contains(type, StringComparer.OrdinalIgnoreCase))
                ? null
                : new JoseHeader(algorithm, keyId);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException) // the last one: half a surrogate pair, which is no text
        {
            return null;
        }
    }

    /// <summary>False where there is a member of that name that is no text.</summary>
    private static bool IsText(JsonElement header, string name, out string? text)
    {
        bool isThere = header.TryGetProperty(name, out JsonElement member);
        text = isThere && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
        return !isThere || text is not null;
    }
}
