using System.IO.Hashing;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Reading;
using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Engine.Recovery;

/// <summary>Reads the records of a judged journal once more, to carry out what was decided of them.</summary>
/// <remarks>Thread: the one that opens. A record that is not as it was judged ends the opening.</remarks>
internal static class JudgedRecords
{
    /// <summary>
    /// All segments with an intact header, those without unfiled commits too: they are recycled once the new one is
    /// durable.
    /// </summary>
    public static Dictionary<JournalScan, Segment> OpenSegments(DataDirectory directory, JournalVerdict verdict, List<Segment> opened)
    {
        var segments = new Dictionary<JournalScan, Segment>();
        foreach (JournalScan scan in verdict.Scans.Where(scan => scan.Header is not null))
        {
            IFile file = directory.Journal.TryOpen(scan.Name, FileAccess.ReadWrite)
                ?? throw new JournalDamagedException($"{directory.Journal.Path}/{scan.Name} has gone while it was read.");
            var segment = new Segment(scan.Header!.Value, file) { LastSequence = 0 };
            segments.Add(scan, segment);
            opened.Add(segment);
        }

        return segments;
    }

    /// <summary>Tells, with the commit's sequence, the version that each operation of the commit at that place makes.</summary>
    /// <exception cref="JournalDamagedException">The payload, intact a moment ago, cannot be taken apart.</exception>
    public static void Collect(PayloadReader reader, Segment segment, ScannedRecord record, long payloadOffset, Action<DocumentKey, long, PendingVersion> found)
    {
        ReadOnlySpan<byte> payload = ReadAgain(reader, segment, record, payloadOffset);
        var parts = new PayloadParts(payload, record.Operations);
        while (parts.TryNext(out Operation operation))
        {
            if (!DocumentKey.TryCreateStored(operation.Id, out DocumentKey key, out _))
            {
                throw NotTakenApart(segment, record, payloadOffset);
            }

            ulong hash = XxHash3.HashToUInt64(payload.Slice(parts.Offset, parts.Bytes));
            var locator = new RecordLocator(segment.Header.Number, payloadOffset + parts.Offset, parts.Bytes, hash);
            found(key, record.Sequence, new PendingVersion(operation.VersionIn(record.Sequence), operation.Kind, default, locator, operation.KeepsEvidence, operation.Keep > 0, operation.IsSuperseded));
        }

        if (!parts.TryGetFields(out _))
        {
            throw NotTakenApart(segment, record, payloadOffset);
        }
    }

    private static JournalDamagedException NotTakenApart(Segment segment, ScannedRecord record, long payloadOffset) =>
        new($"{segment.File.Path}: the commit {record.Sequence} at offset {payloadOffset} cannot be taken apart.");

    /// <summary>
    /// The judged bytes may have come from the page cache, and after a failed sync the device may hold other bytes. Those
    /// must not get a fresh checksum. The bytes are valid until the reader is used again.
    /// </summary>
    public static ReadOnlySpan<byte> ReadAgain(PayloadReader reader, Segment segment, ScannedRecord record, long payloadOffset)
    {
        ReadOnlySpan<byte> payload = reader.Read(segment.File, payloadOffset, record.PayloadBytes);
        return payload.Length == record.PayloadBytes && XxHash3.HashToUInt64(payload) == record.PayloadHash
            ? payload
            : throw new JournalDamagedException($"{segment.File.Path}: the commit {record.Sequence} at offset {payloadOffset} was different when it was read a second time. Start again to read it once more.");
    }
}
