using System.Globalization;
using System.Net;
using System.Text.Json;
using DocService.Proof.Ledgers;

namespace DocService.Proof.Clients;

/// <summary>What an answer of the service means for the ledger.</summary>
internal static class Answers
{
    /// <summary>The outcome of a write by its status; an answer that no write may get is a fault of the server.</summary>
    /// <exception cref="ViolationException">The answer is none of those that the contract allows here.</exception>
    public static Outcome OfWrite(HttpStatusCode status, string body, string what) => (int)status switch
    {
        200 or 201 or 204 or 404 => Outcome.Acknowledged,
        202 => Outcome.Buffered,
        412 => Outcome.ConditionFailed,
        503 when body.Contains("/problems/outcome-unknown", StringComparison.Ordinal) => Outcome.Unknown,
        503 when body.Contains("/problems/journal-damaged", StringComparison.Ordinal) => throw new ViolationException($"{what}: the journal is damaged: {body}"),
        503 or 507 => Outcome.Refused,
        _ => throw new ViolationException($"{what}: answered {(int)status}: {body}"),
    };

    /// <summary>The sequence that the field Durability tells.</summary>
    public static long? Sequence(HttpResponseMessage answer)
    {
        if (!answer.Headers.TryGetValues("Durability", out IEnumerable<string>? values))
        {
            return null;
        }

        string value = values.Single();
        int at = value.IndexOf(";seq=", StringComparison.Ordinal);
        return at < 0 ? null : long.Parse(value.AsSpan(at + 5), CultureInfo.InvariantCulture);
    }

    /// <summary>The level that it tells.</summary>
    public static string? Level(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Durability", out IEnumerable<string>? values) ? values.Single().Split(';')[0] : null;

    public static long? Version(HttpResponseMessage answer) => Version(answer.Headers.ETag?.Tag);

    public static long? Version(string? entityTag) =>
        entityTag is null ? null : long.Parse(entityTag.AsSpan().Trim('"'), CultureInfo.InvariantCulture);

    /// <summary>The member <c>currentETag</c> of a failed condition: 0 where the document does not exist.</summary>
    public static long? CurrentVersion(JsonElement failure) =>
        failure.TryGetProperty("currentETag"u8, out JsonElement tag) ? Version(tag.GetString()) ?? 0 : null;
}
