using System.Globalization;
using System.Text;
using DocService.Patches.Text;

namespace DocService.Patches.Operations;

/// <summary>Applies a JSON Patch to one text.</summary>
/// <remarks>Thread: one. Invariant: between two operations the text is a valid document, neither longer nor deeper than one may be.</remarks>
internal sealed class JsonPatchRun(PatchedText text, PatchLimits limits, PatchRoom room)
{
    private int _number; // of the operation under way

    /// <summary>Null when all of them have been applied; else what is wrong with the first that cannot be.</summary>
    public PatchFault? Apply(IReadOnlyList<JsonPatchOperation> operations)
    {
        for (_number = 0; _number < operations.Count; _number++)
        {
            if (Apply(operations[_number]) is { } fault)
            {
                return fault;
            }

            if (room.IsUsedUp)
            {
                return TooLarge($"The patch has too many operations for a document of this size: it takes too much work from operation {_number} on.");
            }
        }

        return null;
    }

    private PatchFault? Apply(JsonPatchOperation operation) => operation.Kind switch
    {
        JsonPatchKind.Add => Add(operation.Path, operation.Value.Span),
        JsonPatchKind.Remove => Remove(operation.Path),
        JsonPatchKind.Replace => Get(operation.Path, out JsonPlace place) ?? Replace(operation.Path, place, operation.Value.Span),
        JsonPatchKind.Copy => Get(operation.From!, out JsonPlace place) ?? Add(operation.Path, text.Span[place.Start..place.End]),
        JsonPatchKind.Move => Get(operation.From!, out JsonPlace place) ?? Move(operation, place),
        _ => Test(operation),
    };

    private PatchFault? Move(JsonPatchOperation operation, JsonPlace place)
    {
        if (operation.Path.IsSame(operation.From!))
        {
            return null;
        }

        // Kept aside, because the text changes twice. What the text is charged for its copies covers it.
        int length = place.End - place.Start;
        byte[] value = BodyBuffers.Rent(length);
        try
        {
            text.Span[place.Start..place.End].CopyTo(value);
            return Remove(operation.From!) ?? Add(operation.Path, value.AsSpan(0, length));
        }
        finally
        {
            BodyBuffers.Return(value);
        }
    }

    private PatchFault? Test(JsonPatchOperation operation)
    {
        return LookForValue(operation.Path, out string reason) is not { } found ? Fault(PatchFaultKind.TestFailed, operation.Path, reason)
            : JsonEquality.AreEqual(text.Memory[found.Start..found.End], operation.Value, limits.Budget) is not { } isEqual
                ? TooLarge($"Operation {_number} of the patch: the value at '{operation.Path.Shown}' is too large to be tested.")
            : isEqual ? null
            : Fault(PatchFaultKind.TestFailed, operation.Path, $"the value at '{operation.Path.Shown}' is another one");
    }

    private PatchFault? Add(JsonPointer path, ReadOnlySpan<byte> value)
    {
        if (Look(path, out string reason) is not { } place)
        {
            return Fault(PatchFaultKind.NotApplicable, path, reason);
        }

        if (place.Exists && !place.IsInArray)
        {
            return Replace(path, place, value);
        }

        if (place.Exists)
        {
            return Insert(path, place.Start, value, value, ","u8);
        }

        ReadOnlySpan<byte> comma = place.IsFirst ? default : ","u8;
        return place.IsInArray ? Insert(path, place.Start, value, comma, value) : Insert(path, place.Start, value, comma, NameOf(path), value);
    }

    private PatchFault? Remove(JsonPointer path)
    {
        if (path.Steps.Count == 0)
        {
            return Fault(PatchFaultKind.NotApplicable, path, "the document itself cannot be removed: DELETE it");
        }

        if (Get(path, out JsonPlace place) is { } fault)
        {
            return fault;
        }

        (int start, int end) = JsonCut.Of(text.Span, place);
        return Splice(start, end, default);
    }

    /// <summary>The place of a value that is there.</summary>
    private PatchFault? Get(JsonPointer path, out JsonPlace place)
    {
        JsonPlace? found = LookForValue(path, out string reason);
        place = found ?? default;
        return found is null ? Fault(PatchFaultKind.NotApplicable, path, reason) : null;
    }

    private JsonPlace? Look(JsonPointer path, out string reason)
    {
        JsonPlace? place = JsonWalk.Find(text.Span, path, out long read, out reason);
        room.NoteRead(read);
        return place;
    }

    private JsonPlace? LookForValue(JsonPointer path, out string reason)
    {
        JsonPlace? place = JsonWalk.FindValue(text.Span, path, out long read, out reason);
        room.NoteRead(read);
        return place;
    }

    private PatchFault? Replace(JsonPointer path, JsonPlace place, ReadOnlySpan<byte> value) =>
        JudgeDepth(path, value) ?? Splice(place.Start, place.End, value);

    private PatchFault? Insert(JsonPointer path, int at, ReadOnlySpan<byte> value, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third = default) =>
        JudgeDepth(path, value) ?? Splice(at, at, first, second, third);

    private PatchFault? Splice(int start, int end, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default, ReadOnlySpan<byte> third = default)
    {
        room.NoteCopied(text.Span.Length);
        return text.TrySplice(start, end, first, second, third) ? null : TooLarge();
    }

    private PatchFault? JudgeDepth(JsonPointer path, ReadOnlySpan<byte> value)
    {
        room.NoteRead(value.Length);
        return path.Steps.Count + JsonDepth.Of(value) <= limits.DepthMax ? null
            : TooLarge($"With operation {_number} of the patch the document would be deeper than {limits.DepthMax} levels (MaxDepth).");
    }

    /// <summary>A name as its own characters, but for those that JSON has escaped (RFC 8259 section 7): the base library escapes more.</summary>
    private static byte[] NameOf(JsonPointer path)
    {
        var name = new StringBuilder("\"");
        foreach (char character in path.Steps[^1])
        {
            _ = character is '"' or '\\' ? name.Append('\\').Append(character)
                : character == '\n' ? name.Append("\\n")
                : character < ' ' ? name.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}")
                : name.Append(character);
        }

        return Encoding.UTF8.GetBytes(name.Append("\":").ToString());
    }

    private PatchFault TooLarge() => TooLarge($"With operation {_number} of the patch the document would be larger than {limits.BytesMax} bytes (MaxDocumentBytes).");

    private PatchFault TooLarge(string reason) => new(PatchFaultKind.TooLarge, reason, _number);

    private PatchFault Fault(PatchFaultKind kind, JsonPointer path, string reason) => new(kind, $"Operation {_number} of the patch: {reason}.", _number, path.Text);
}
