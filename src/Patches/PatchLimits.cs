namespace DocService.Patches;

/// <summary>What a patch may take and make.</summary>
/// <param name="BytesMax">Longest document.</param>
/// <param name="DepthMax">Deepest document.</param>
/// <param name="OperationsMax">Operations of one JSON Patch.</param>
/// <param name="Budget">What the documents before and after it are charged to; null: nothing.</param>
public sealed record PatchLimits(long BytesMax, int DepthMax, int OperationsMax, ByteBudget? Budget)
{
    /// <summary>
    /// A patch may read so many times the longest document in all: each operation looks for its place from the document's
    /// beginning, so a thousand of them on a document of 16 MiB would hold its lock for a minute. It is some seconds of work.
    /// </summary>
    private const int WorkShare = 64;

    /// <summary>Bytes that one patch may read in all.</summary>
    internal long WorkMax => WorkShare * BytesMax;
}
