using System.Text.Json;
using DocService.Api.Configuration;
using DocService.Api.Fields;
using DocService.Api.Json;
using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Batches;

/// <summary>The body of POST /batch, taken apart: <c>{"operations":[{"op":"put","id":"a","body":…},…]}</c>.</summary>
/// <remarks>
/// The bytes have passed the strict check, so names are unique and the text is valid. A document's body is the exact
/// bytes of its JSON value in the batch.
/// </remarks>
internal static class BatchRequest
{
    private const string MediaType = "application/json";

    /// <summary>The operations in their order, or the problem with the first that is none.</summary>
    public static Problem? TryParse(ReadOnlyMemory<byte> json, DocServiceOptions options, BatchPatches patches, out List<DocumentOperation> operations)
    {
        operations = [];
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = options.MaxDepth + BatchJson.DepthAround });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return Invalid("The batch must be an object with the member 'operations'.");
        }

        bool hasOperations = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("operations"u8))
            {
                return Invalid($"'{Excerpt.Of(reader.ValueSpan)}' is not a member of a batch: it has 'operations' alone.");
            }

            reader.Read();
            hasOperations = true;
            if (TryParseOperations(json, ref reader, options, patches, operations) is { } problem)
            {
                return problem;
            }
        }

        return hasOperations && operations.Count > 0 ? FindDouble(operations) : Invalid("The batch has no operations.");
    }

    private static Problem? TryParseOperations(ReadOnlyMemory<byte> json, ref Utf8JsonReader reader, DocServiceOptions options, BatchPatches patches, List<DocumentOperation> operations)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return Invalid("'operations' must be an array.");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (operations.Count == options.BatchOperationsMax)
            {
                return new Problem(ProblemCatalogue.PayloadTooLarge, $"A batch has at most {ProblemCatalogue.Count(options.BatchOperationsMax, "operation")} (MaxBatchOperations).");
            }

            int index = operations.Count;
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return Invalid($"Operation {index} must be an object.");
            }

            if (BatchOperation.TryParse(json, ref reader, index, patches, out DocumentOperation? operation) is { } problem)
            {
                return problem;
            }

            operations.Add(operation!);
        }

        return null;
    }

    private static Problem? FindDouble(List<DocumentOperation> operations)
    {
        var seen = new HashSet<DocumentKey>(operations.Count);
        DocumentOperation? twice = operations.Find(operation => !seen.Add(operation.Key));
        return twice is null ? null : Invalid($"The id '{twice.Key.Id}' is in more than one operation.");
    }

    private static Problem Invalid(string detail) => ProblemCatalogue.Invalid(detail);

    internal static DocumentContent ToContent(ReadOnlyMemory<byte> body) => new(body, MediaType, Sha256Digest.Of(body.Span));

    internal static bool TryParseTags(string text, bool countsWeak, out VersionMatch? match) => EntityTag.TryParse(text, countsWeak, out match);
}
