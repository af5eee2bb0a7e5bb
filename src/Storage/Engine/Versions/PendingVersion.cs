using DocService.Storage.Journal.Format;

namespace DocService.Storage.Engine.Versions;

/// <summary>A version that is in the journal and not yet in its document's file. Without references: see <see cref="Pending"/>.</summary>
/// <param name="Version">Sequence of its commit.</param>
/// <param name="Kind">A delete is a tombstone: the document does not exist, whatever its file says.</param>
/// <param name="Info">Known for puts of this run, except those with a rare media type. For versions that recovery found it is read when needed.</param>
/// <param name="Locator">Its place.</param>
/// <param name="KeepsEvidence">The file could not be read when this version was written, or an earlier one that is not filed either.</param>
/// <param name="IsKept">The version is kept. Unless that has been filed before, it is pending a second time, under <see cref="VersionDigest"/>.</param>
/// <param name="IsOfVersion">This is that second one: what is to be filed is the version's own file, whatever has become of the document.</param>
internal readonly record struct PendingVersion(long Version, OperationKind Kind, PackedInfo Info, RecordLocator Locator, bool KeepsEvidence, bool IsKept = false, bool IsOfVersion = false)
{
    public bool IsDelete => Kind == OperationKind.Delete;

    /// <summary>Of a kept version: the second entry. The evidence is of the document's file.</summary>
    public PendingVersion OfVersion() => this with { IsOfVersion = true, KeepsEvidence = false };
}
