namespace DocService.Collections.Unique;

/// <summary>A look at what is published and may not be in the index yet. Dispose it: until then nothing of that leaves.</summary>
/// <remarks>
/// Owns: a hold on the overlay. Thread: one at a time. Invariant: of the commits behind the position that it began with, all
/// are found as long as it lasts, in the overlay or in a snapshot of the index that was taken since, or in both. What is published meanwhile may be found too.
/// </remarks>
internal sealed class OverlayLook(UniqueOverlay overlay, long indexedThrough) : IDisposable
{
    /// <summary>The newest write of a document that has the value; null where there is none.</summary>
    public OverlayEntry? FindHolder(Sha256Digest value) => overlay.FindHolder(value);

    /// <summary>The newest write of the document; null where there is none.</summary>
    public OverlayEntry? FindNewest(DocumentKey key) => overlay.FindNewest(key);

    /// <summary>Of commits up to here it knows nothing: they must be in the index. To be asked after everything else.</summary>
    public long CompleteFrom() => overlay.CompleteFrom;

    public void Dispose() => overlay.End(indexedThrough);
}
