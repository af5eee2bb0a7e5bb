using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using DocService.Api.Keys;

namespace DocService.Api.Tokens;

/// <summary>
/// What a token says of its holder: who it is, and what it may do. Rights are an array of texts such as <c>read:notes/</c> and
/// <c>operate:*</c>, or one text with spaces between them. One that is none refuses the whole token: nothing is guessed.
/// </summary>
/// <param name="Subject">The holder, as the provider calls it; unique there.</param>
/// <param name="Rights">Judged as those of API keys are.</param>
internal sealed record TokenClaims(string Subject, KeyRights Rights)
{
    /// <summary>OpenID Connect Core, section 2: at most 255 ASCII characters. Here any but control characters.</summary>
    private const int SubjectLengthMax = 255;

    private static readonly JsonDocumentOptions Json = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <param name="payload">The token's middle part, whose signature is good.</param>
    /// <param name="claim">The name of the claim that has the rights.</param>
    /// <param name="claims">Null where there is a fault.</param>
    /// <returns>What is wrong, as a sentence for the operator; null when nothing is.</returns>
    public static string? TryRead(string payload, string claim, out TokenClaims? claims)
    {
        claims = null;
        try
        {
            using JsonDocument json = JsonDocument.Parse(Base64Url.DecodeFromChars(payload), Json);
            if (!json.RootElement.TryGetProperty("sub", out JsonElement said) || said.ValueKind != JsonValueKind.String
                || said.GetString() is not { Length: > 0 and <= SubjectLengthMax } subject || subject.Any(char.IsControl))
            {
                return $"'sub' is 1 to {SubjectLengthMax} characters, none of them a control character.";
            }

            if (!json.RootElement.TryGetProperty(claim, out JsonElement rights))
            {
                return $"The token has no claim '{claim}', which tells its rights.";
            }

            if (!TryRead(rights, out string[]? entries))
            {
                return $"The claim '{claim}' is an array of texts, or one text.";
            }

            if (Judge(entries, out KeyRights? judged) is { } fault)
            {
                return $"The claim '{claim}': {fault}";
            }

            claims = new TokenClaims(subject, judged!);
            return null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return $"The token's claims are no JSON object: {exception.Message}";
        }
    }

    private static bool TryRead(JsonElement rights, [NotNullWhen(true)] out string[]? entries)
    {
        entries = rights.ValueKind switch
        {
            JsonValueKind.String => rights.GetString()!.Split(' '),
            JsonValueKind.Array when rights.EnumerateArray().All(static entry => entry.ValueKind == JsonValueKind.String) => [.. rights.EnumerateArray().Select(static entry => entry.GetString()!)],
            _ => null,
        };
        return entries is not null;
    }

    /// <summary>An entry is a right, a colon, and a prefix, which may hold colons itself.</summary>
    private static string? Judge(string[] entries, out KeyRights? rights)
    {
        rights = null;
        if (Array.Find(entries, static entry => !entry.Contains(':', StringComparison.Ordinal)) is { } wrong)
        {
            return $"'{wrong}' is no right with a prefix, such as read:notes/.";
        }

        Dictionary<string, string[]> named = entries.Select(static entry => entry.Split(':', 2)).GroupBy(static entry => entry[0], static entry => entry[1], StringComparer.Ordinal)
            .ToDictionary(static right => right.Key, static right => right.ToArray(), StringComparer.Ordinal);
        return KeyRights.TryCreate(named, out rights);
    }
}
