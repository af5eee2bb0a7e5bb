using System.Buffers.Text;
using System.Security.Cryptography;

namespace DocService.Api.Keys;

/// <summary>
/// A key as its holder sends it: <c>ds_</c>, the id (12 hexadecimal digits), <c>_</c>, and 256 random bits as base64url. The
/// id leads to the key, so that one hash is compared and no list is searched.
/// </summary>
internal static class KeyToken
{
    public const int IdLength = 12;

    /// <summary>Of the secret, and of its SHA-256.</summary>
    public const int Bytes = 32;

    private const string Start = "ds_";
    private const int SecretLength = 43; // base64url of 32 bytes
    private const int Length = 3 + IdLength + 1 + SecretLength;

    /// <summary>Whether a text is meant to be one; nothing else that is sent as a bearer begins so.</summary>
    public static bool IsOne(ReadOnlySpan<char> text) => text.StartsWith(Start, StringComparison.Ordinal);

    public static string NewId() => RandomNumberGenerator.GetHexString(IdLength, lowercase: true);

    public static bool IsId(string? id) => id is { Length: IdLength } && id.All(char.IsAsciiHexDigitLower);

    /// <summary>A new secret: what its holder gets, and what is kept of it.</summary>
    public static string Make(string id, out byte[] hash)
    {
        Span<byte> secret = stackalloc byte[Bytes];
        RandomNumberGenerator.Fill(secret);
        hash = SHA256.HashData(secret);
        string token = $"{Start}{id}_{Base64Url.EncodeToString(secret)}";
        CryptographicOperations.ZeroMemory(secret);
        return token;
    }

    /// <summary>Takes a token apart; false where it is none.</summary>
    /// <param name="token">As it was sent.</param>
    /// <param name="id">Of the key that it names.</param>
    /// <param name="hash">Gets the SHA-256 of its secret, 32 bytes.</param>
    public static bool TryRead(ReadOnlySpan<char> token, out ReadOnlySpan<char> id, Span<byte> hash)
    {
        id = default;
        Span<byte> secret = stackalloc byte[Bytes];
        if (token.Length != Length || !token.StartsWith(Start, StringComparison.Ordinal) || token[Start.Length + IdLength] != '_'
            || !Base64Url.IsValid(token[^SecretLength..]) || !Base64Url.TryDecodeFromChars(token[^SecretLength..], secret, out int written) || written != Bytes)
        {
            return false;
        }

        id = token.Slice(Start.Length, IdLength);
        SHA256.HashData(secret, hash);
        CryptographicOperations.ZeroMemory(secret);
        return true;
    }
}
