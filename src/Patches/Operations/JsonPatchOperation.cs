using DocService.Patches.Text;

namespace DocService.Patches.Operations;

/// <summary>The operations of RFC 6902.</summary>
internal enum JsonPatchKind
{
    Add,
    Remove,
    Replace,
    Move,
    Copy,
    Test,
}

/// <summary>One operation of a JSON Patch.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Path">To what.</param>
/// <param name="From">Where a move or a copy takes the value from; else null.</param>
/// <param name="Value">Of add, replace and test; else empty.</param>
internal sealed record JsonPatchOperation(JsonPatchKind Kind, JsonPointer Path, JsonPointer? From, ReadOnlyMemory<byte> Value);
