namespace DocService.Patches;

/// <summary>What a patch may take and make.</summary>
/// <param name="BytesMax">Longest document.</param>
/// <param name="DepthMax">Deepest document.</param>
/// <param name="OperationsMax">Operations of one JSON Patch.</param>
/// <param name="Budget">What the documents before and after it are charged to; null: nothing.</param>
public sealed record PatchLimits(long BytesMax, int DepthMax, int OperationsMax, ByteBudget? Budget)
{
    /// <summary>Of a patch that makes a longer document.</summary>
    internal PatchFault TooLarge => new(PatchFaultKind.TooLarge, $"With the patch the document would be larger than {BytesMax} bytes (MaxDocumentBytes).");
}
