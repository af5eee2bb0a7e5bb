using DocService.Storage.Journal.Format;

namespace DocService.Storage.Engine.Versions;

/// <summary>A version that stands in the journal and not yet in its document's file. Without references: see <see cref="Pending"/>.</summary>
/// <param name="Version">Sequence of its commit.</param>
/// <param name="Kind">A delete is a tombstone: the document does not exist, whatever its file says.</param>
/// <param name="Info">Known for puts of this run, but for those of a rare media type; what recovery found is read when asked for.</param>
/// <param name="Locator">Where it stands.</param>
/// <param name="KeepsEvidence">What the file held could not be read when this version, or one before it that is not filed either, was written.</param>
internal readonly record struct PendingVersion(long Version, OperationKind Kind, PackedInfo Info, RecordLocator Locator, bool KeepsEvidence)
{
    public bool IsDelete => Kind == OperationKind.Delete;
}
