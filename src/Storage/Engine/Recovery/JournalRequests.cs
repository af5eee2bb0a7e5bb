using DocService.Storage.Engine.Requests;
using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Journal.Reading;
using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Engine.Recovery;

/// <summary>The requests with keys that a journal holds, filed documents or not.</summary>
/// <remarks>Thread: the one that opens. A record says already at its scan whether it has one, so a journal without keys is not read again.</remarks>
internal static class JournalRequests
{
    /// <summary>Those of the log's commits above the sequence, in order, and that a commit is lost where it cannot be read.</summary>
    /// <exception cref="JournalDamagedException">A record, intact a moment ago, is not.</exception>
    public static IReadOnlyList<KnownRequest> Read(JournalVerdict verdict, IReadOnlyDictionary<JournalScan, Segment> segments, long after)
    {
        var found = new SortedDictionary<long, KnownRequest>();
        var reader = new PayloadReader();
        foreach (JournalScan scan in verdict.Scans.Where(scan => scan.Header is not null))
        {
            long through = Math.Min(verdict.ValidThrough(scan), verdict.End);
            foreach (long sequence in Missing(scan, through).Where(sequence => sequence > after))
            {
                found.TryAdd(sequence, KnownRequest.Lost(sequence));
            }

            foreach (ScannedRecord record in scan.Records.Where(record => record.HasRequest && record.Sequence > after && record.Sequence <= through))
            {
                ReadOnlySpan<byte> payload = JudgedRecords.ReadAgain(reader, segments[scan], record, record.PayloadOffset);
                found[record.Sequence] = RequestField.TryRead(payload, record.Operations, record.Sequence) ?? KnownRequest.Lost(record.Sequence);
            }
        }

        return [.. found.Values];
    }

    /// <summary>The first commit of each run of those that should be between the segment's records and cannot be read.</summary>
    private static IEnumerable<long> Missing(JournalScan scan, long through)
    {
        long expected = scan.Header!.Value.FirstSequence;
        foreach (long sequence in scan.Records.Where(record => record.Type == Journal.Format.RecordType.Commit).Select(record => record.Sequence).Where(sequence => sequence <= through).Order())
        {
            long next = scan.AfterUnused(expected);
            if (next < sequence)
            {
                yield return next;
            }

            expected = Math.Max(expected, sequence + 1);
        }

        if (scan.DamagedRecords.Exists(bad => bad.Sequence >= expected && bad.Sequence <= through))
        {
            yield return expected;
        }
    }
}
