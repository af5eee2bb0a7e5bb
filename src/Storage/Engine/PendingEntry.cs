using DocService.Storage.Journal;

namespace DocService.Storage.Engine;

/// <summary>A version that stands in the journal and not yet in its document's file.</summary>
internal sealed class PendingEntry(long version, OperationKind kind, DocumentInfo? info, RecordLocator locator, bool keepsEvidence)
{
    private PendingEntry? _previous;

    public long Version { get; } = version;

    /// <summary>A tombstone: the document does not exist, whatever its file says.</summary>
    public bool IsDelete => kind == OperationKind.Delete;

    /// <summary>Known for versions of this run; null for a delete, and for what recovery found, which is read when asked for.</summary>
    public DocumentInfo? Info { get; } = info;

    public RecordLocator Locator { get; } = locator;

    /// <summary>What the file held could not be read when this version, or one before it that is not filed either, was written.</summary>
    public bool KeepsEvidence { get; set; } = keepsEvidence;

    /// <summary>The filer removed the file ahead of its turn, because the disk was full.</summary>
    public bool IsAppliedEarly { get; set; }

    /// <summary>The published version that this one follows, as long as it is not filed; see <see cref="Pending"/>.</summary>
    public PendingEntry? Previous
    {
        get => Volatile.Read(ref _previous);
        set => Volatile.Write(ref _previous, value);
    }
}
