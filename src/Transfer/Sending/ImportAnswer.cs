using System.Text.Json;

namespace DocService.Transfer.Sending;

/// <summary>What the server says of one chunk.</summary>
internal sealed record ImportAnswer(long Lines, long Created, long Replaced, long Skipped, long Refused, long Replayed, IReadOnlyList<ImportRefusal> Refusals)
{
    /// <summary>Written by this request, and not by an earlier one with its key.</summary>
    public long New => Created + Replaced - Replayed;

    /// <exception cref="IOException">The connection broke off.</exception>
    /// <exception cref="TransferException">Whoever answers is no DocService.</exception>
    public static async Task<ImportAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        byte[] bytes = await response.Content.ReadAsByteArrayAsync(cancellation);
        try
        {
            using JsonDocument answer = JsonDocument.Parse(bytes);
            JsonElement root = answer.RootElement;
            long Number(string name) => root.GetProperty(name).GetInt64();
            ImportRefusal[] refusals = [.. root.GetProperty("refusals").EnumerateArray().Select(static one => new ImportRefusal(
                one.GetProperty("line").GetInt64(),
                one.TryGetProperty("id", out JsonElement id) ? id.GetString() : null,
                $"{one.GetProperty("reason").GetString()}: {one.GetProperty("detail").GetString()}"))];
            return new ImportAnswer(
                Number("lines"), Number("created"), Number("replaced"), Number("skipped"), Number("refused"), root.TryGetProperty("replayed", out JsonElement replayed) ? replayed.GetInt64() : 0, refusals);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new TransferException("The answer is not one that a DocService gives to an import. Is the address right?", exception);
        }
    }
}

/// <param name="Line">In the chunk, from 1.</param>
/// <param name="Id">Where the line has one.</param>
/// <param name="Reason">Problem type and sentence.</param>
internal sealed record ImportRefusal(long Line, string? Id, string Reason);
