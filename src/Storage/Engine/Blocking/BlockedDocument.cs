using DocService.Storage.Engine.Versions;
using DocService.Storage.Journal.Format;

namespace DocService.Storage.Engine.Blocking;

/// <summary>A document that cannot be filed at present.</summary>
/// <remarks>Thread: its owner's (<see cref="BlockedDocuments"/>), under that one's lock.</remarks>
internal sealed class BlockedDocument
{
    public BlockedDocument() => Place = new LinkedListNode<BlockedDocument>(this);

    public required Sha256Digest Digest { get; init; }

    /// <summary>Of the record that holds it: filedThrough stays below.</summary>
    public required long Sequence { get; init; }

    /// <summary>What it will take of the disk.</summary>
    public required long ChargedBytes { get; init; }

    /// <summary>What it takes of the journal.</summary>
    public required int Bytes { get; init; }

    /// <summary>What came in the way.</summary>
    public required Obstacle Obstacle { get; init; }

    /// <summary>A copy of the record is on the way; it will be a higher sequence that holds the document.</summary>
    public bool IsCarried { get; set; }

    /// <summary>Among the documents of its obstacle.</summary>
    public LinkedListNode<BlockedDocument> Place { get; }

    /// <summary>By record, and by document within one.</summary>
    public (long Sequence, Sha256Digest Digest) Order => (Sequence, Digest);

    /// <summary>As it stands after one more attempt; see <see cref="BlockedDocuments.Add"/>.</summary>
    public static BlockedDocument Of(Sha256Digest document, in PendingVersion version, (long First, long Last) records, long chargedBytes, Obstacle obstacle, BlockedDocument? before) => new()
    {
        Digest = document,
        Sequence = SequenceOf(version, records.Last, before?.Sequence ?? records.First),
        ChargedBytes = chargedBytes > 0 || before is null ? chargedBytes : before.ChargedBytes,
        Bytes = RecordHeader.Bytes + version.Locator.Bytes,
        Obstacle = obstacle,
        IsCarried = before is { IsCarried: true } && records.Last <= before.Sequence,
    };

    /// <summary>
    /// The sequence of the record that must be kept. As a rule it is the newest record. It is the first one where an
    /// earlier version knew of evidence and the newest record does not say so. A copy that is carried forward says so.
    /// </summary>
    private static long SequenceOf(in PendingVersion version, long last, long first) =>
        version.KeepsEvidence && version.Version >= last ? first : Math.Max(last, first);
}
