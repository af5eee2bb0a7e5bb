using DocService.Storage.Journal.Format;

namespace DocService.Storage.Journal.Writing;

/// <summary>The place of an operation in its commit's payload.</summary>
/// <param name="Key">Its document.</param>
/// <param name="Kind">Put or delete.</param>
/// <param name="Offset">From the start of the payload.</param>
/// <param name="Bytes">Padded length.</param>
/// <param name="Hash">XXH3 of those bytes, by which a later read is checked.</param>
/// <param name="Info">Of a put: what it makes of the document, but for the version, which is the commit's sequence.</param>
/// <param name="KeepsEvidence">The file under the document's name could not be read.</param>
internal readonly record struct OperationPlace(DocumentKey Key, OperationKind Kind, int Offset, int Bytes, ulong Hash, DocumentInfo? Info, bool KeepsEvidence)
{
    /// <summary>The version that it makes is kept.</summary>
    public bool IsKept => Info is { Keep: > 0 };
}
