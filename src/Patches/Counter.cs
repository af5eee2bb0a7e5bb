using System.Text.Json;
using DocService.Patches.Operations;
using DocService.Patches.Text;
using DocService.Queries.Numbers;

namespace DocService.Patches;

/// <summary>Adds to a number, exactly. The operation <c>add</c> of a batch.</summary>
public sealed class Counter : IPatchMethod
{
    private const string OutOfReach = "the sum has a digit above 10^400 or below 10^-400";

    private readonly JsonPointer _path;
    private readonly ReadOnlyMemory<byte> _by;
    private readonly bool _creates;

    /// <param name="path">Of the number.</param>
    /// <param name="by">A JSON number, whose memory stays as it is while the counter is used.</param>
    /// <param name="creates">Whether a number that is not there, and a document that is not there, begins at 0.</param>
    public Counter(JsonPointer path, ReadOnlyMemory<byte> by, bool creates)
    {
        ArgumentNullException.ThrowIfNull(path);
        _path = path;
        _by = by;
        _creates = creates;
    }

    /// <inheritdoc/>
    PatchFault? IPatchMethod.Apply(PatchedText text, PatchLimits limits, PatchRoom room)
    {
        if (text.Span.IsEmpty && !text.TrySplice(0, 0, _path.Steps.Count == 0 ? "0"u8 : "{}"u8))
        {
            return TooLarge();
        }

        string reason;
        JsonPlace? found = _creates ? JsonWalk.Find(text.Span, _path, out _, out reason) : JsonWalk.FindValue(text.Span, _path, out _, out reason);
        if (found is not { } place)
        {
            return Fault(reason);
        }

        if (!place.Exists)
        {
            // Its place is known, so nothing else can be wrong.
            return JsonNumbers.Add("0"u8, _by.Span) is not { } first ? Fault(OutOfReach)
                : new JsonPatchRun(text, limits, room).Apply([new JsonPatchOperation(JsonPatchKind.Add, _path, From: null, first)]) is null ? null
                : TooLarge();
        }

        ReadOnlySpan<byte> current = text.Span[place.Start..place.End];
        Utf8JsonReader reader = JsonWalk.ReaderOf(current);
        reader.Read();
        if (reader.TokenType != JsonTokenType.Number)
        {
            return Fault($"what is at '{_path.Shown}' is no number");
        }

        return JsonNumbers.Add(current, _by.Span) is not { } sum ? Fault(OutOfReach)
            : text.TrySplice(place.Start, place.End, sum) ? null
            : TooLarge();
    }

    private static PatchFault TooLarge() => new(PatchFaultKind.TooLarge, "With the number the document would be larger or deeper than it may be (MaxDocumentBytes, MaxDepth).");

    private PatchFault Fault(string reason) => new(PatchFaultKind.NotApplicable, $"{char.ToUpperInvariant(reason[0])}{reason[1..]}.", Operation: null, _path.Text);
}
