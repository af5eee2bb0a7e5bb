using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using DocService.Patches.Text;

namespace DocService.Patches.Operations;

/// <summary>A JSON Patch (RFC 6902): operations, applied one after the other, all or none.</summary>
/// <remarks>
/// What RFC 6902 leaves open: the document itself cannot be removed, and it is never longer or deeper than a document may be,
/// between two operations neither.
/// </remarks>
public sealed class JsonPatch : IPatchMethod
{
    /// <summary>The media type of its requests.</summary>
    public const string MediaType = "application/json-patch+json";

    private readonly IReadOnlyList<JsonPatchOperation> _operations;

    private JsonPatch(IReadOnlyList<JsonPatchOperation> operations) => _operations = operations;

    /// <summary>Its operations.</summary>
    public int Count => _operations.Count;

    /// <summary>False with what is wrong: its operation's number, if it is in one, and a sentence.</summary>
    /// <param name="json">Strict JSON, whose memory stays as it is while the patch is used.</param>
    /// <param name="limits">How many operations there may be.</param>
    /// <param name="patch">The patch.</param>
    /// <param name="fault">What is wrong with it; <see cref="PatchFaultKind.TooLarge"/> where it has too many operations.</param>
    public static bool TryParse(ReadOnlyMemory<byte> json, PatchLimits limits, [NotNullWhen(true)] out JsonPatch? patch, [NotNullWhen(false)] out PatchFault? fault)
    {
        ArgumentNullException.ThrowIfNull(limits);
        patch = null;
        Utf8JsonReader reader = JsonWalk.ReaderOf(json.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            fault = new PatchFault(PatchFaultKind.NotApplicable, "A JSON Patch is an array of operations (RFC 6902).");
            return false;
        }

        var operations = new List<JsonPatchOperation>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            int number = operations.Count;
            if (number == limits.OperationsMax)
            {
                fault = new PatchFault(PatchFaultKind.TooLarge, $"A patch has at most {limits.OperationsMax} operations (MaxBatchOperations).");
                return false;
            }

            if (JsonPatchParser.Parse(json, ref reader, out JsonPatchOperation? operation) is { } reason)
            {
                fault = new PatchFault(PatchFaultKind.NotApplicable, $"Operation {number} of the patch: {reason}.", number);
                return false;
            }

            operations.Add(operation!);
        }

        fault = null;
        patch = new JsonPatch(operations);
        return true;
    }

    /// <inheritdoc/>
    PatchFault? IPatchMethod.Apply(PatchedText text, PatchLimits limits, PatchRoom room) => new JsonPatchRun(text, limits, room).Apply(_operations);
}
