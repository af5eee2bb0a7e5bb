using System.Text.Json;
using DocService.Transfer.Sources.Lines;

namespace DocService.Transfer.Sources;

/// <summary>Tells from the first members of a file what it is.</summary>
internal static class Recognition
{
    /// <summary>What is looked at: the names that tell stand first in what the programs write.</summary>
    private const int BytesLooked = 64 << 10;

    private static readonly byte[] Mark = [0xEF, 0xBB, 0xBF];

    /// <exception cref="TransferException">It is none of the formats, or cannot be told.</exception>
    public static async Task<SourceFormat> OfAsync(string path, SlidingBuffer buffer, CancellationToken cancellation)
    {
        try
        {
            while (buffer.Length < BytesLooked && await buffer.FillAsync(cancellation))
            {
            }
        }
        catch (SourceDamagedException)
        {
            // It is told when it is reached: what stands before it can be taken.
        }

        return Of(buffer.Held.Span)
            ?? throw new TransferException($"{path} is not recognised: it begins neither as an export (id, body), nor as CouchDB's _all_docs (rows), nor as lines of mongoexport (_id). If it is one of these, say which: --from.");
    }

    private static SourceFormat? Of(ReadOnlySpan<byte> beginning)
    {
        ReadOnlySpan<byte> text = (beginning.StartsWith(Mark) ? beginning[Mark.Length..] : beginning).TrimStart(" \t\r\n"u8);
        if (text.IsEmpty)
        {
            return SourceFormat.Ndjson; // of nothing
        }

        var reader = new Utf8JsonReader(text, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = LineShape.DepthMax, AllowMultipleValues = true }));
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (OfMember(ref reader) is { } format)
                {
                    return format;
                }

                if (!reader.Read() || !reader.TrySkip())
                {
                    return null;
                }
            }
        }
        catch (JsonException)
        {
            // Nothing that tells stands before what is wrong.
        }

        return null;
    }

    private static SourceFormat? OfMember(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("_id"u8) ? SourceFormat.MongoDb
        : reader.ValueTextEquals("rows"u8) || reader.ValueTextEquals("total_rows"u8) ? SourceFormat.CouchDb
        : reader.ValueTextEquals("id"u8) || reader.ValueTextEquals("body"u8) || reader.ValueTextEquals("raw"u8) || reader.ValueTextEquals("asOf"u8) || reader.ValueTextEquals("error"u8) ? SourceFormat.Ndjson
        : null;
}
