using System.Text.Encodings.Web;
using System.Text.Json;
using DocService.Api.Fields;
using DocService.Storage;
using DocService.Storage.Requests;

namespace DocService.Api.Idempotency;

/// <summary>What a commit has done to each of its documents: <c>{"sequence":17,"results":[{"id":"a","status":201,"etag":"\"17\""}]}</c>.</summary>
internal static class ResultsJson
{
    /// <summary>JSON for programs, not inside HTML: an entity tag is <c>"\"17\""</c>, an id its own characters.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the members; the object around them is the caller's.</summary>
    /// <param name="writer">In an object.</param>
    /// <param name="sequence">Of the commit.</param>
    /// <param name="results">In the order of the operations.</param>
    /// <param name="isVisible">False: a reader may not see the versions yet, so they are not told.</param>
    public static void Write(Utf8JsonWriter writer, long sequence, IEnumerable<RememberedResult> results, bool isVisible = true)
    {
        writer.WriteNumber("sequence", sequence);
        writer.WriteStartArray("results");
        foreach (RememberedResult result in results)
        {
            writer.WriteStartObject();
            writer.WriteString("id", result.Key.Id);
            writer.WriteNumber("status", StatusOf(result.Status));
            if (result.HasVersion && isVisible)
            {
                writer.WriteString("etag", EntityTag.Of(sequence));
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static int StatusOf(WriteStatus status) => status switch
    {
        WriteStatus.Created => StatusCodes.Status201Created,
        WriteStatus.NotFound => StatusCodes.Status404NotFound,
        _ => StatusCodes.Status204NoContent,
    };
}
