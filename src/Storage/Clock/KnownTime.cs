using System.Text.Json;

namespace DocService.Storage.Clock;

/// <summary>
/// What a store notes of its time, so that its next start can tell a wall clock that is wrong from one that is right. It stands in a
/// hidden document, so it is as durable as any other.
/// </summary>
/// <param name="Known">The store's time when it was noted. UTC.</param>
/// <param name="Doubted">What a wall clock said that was ahead and is in doubt; null: none. A start that finds the clock there, or later, doubts it too.</param>
public sealed record KnownTime(DateTimeOffset Known, DateTimeOffset? Doubted)
{
    /// <summary>
    /// So long a server may have been off before its start doubts a wall clock that is ahead. A year that is wrong by one is beyond it, and
    /// a season without the server is not.
    /// </summary>
    public static readonly TimeSpan OffMax = TimeSpan.FromDays(180);

    /// <summary>The document that holds it.</summary>
    public static readonly DocumentKey Key = DocumentKey.CreateHidden("time");

    /// <summary>Whether a wall clock that says this may be right.</summary>
    public bool Believes(DateTimeOffset wall) =>
        wall >= Known - StoreTime.DoubtAfter && wall - Known <= OffMax && !(wall >= Doubted);

    /// <summary>The document's body.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(new { known = Known.UtcDateTime, doubted = Doubted?.UtcDateTime });

    /// <summary>Null where it is none.</summary>
    /// <param name="json">A document's body: JSON.</param>
    public static KnownTime? TryParse(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("known", out JsonElement known) && Moment(known) is { } from
            && document.RootElement.TryGetProperty("doubted", out JsonElement doubted)
            && (doubted.ValueKind == JsonValueKind.Null || Moment(doubted) is not null)
            ? new KnownTime(from, Moment(doubted))
            : null;
    }

    private static DateTimeOffset? Moment(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out DateTimeOffset moment) ? moment.ToUniversalTime() : null;
}
