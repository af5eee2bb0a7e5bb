using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Recovery;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Reading;
using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Engine.Checks;

/// <summary>What the journal's history demands of a document's file: this version or a later one.</summary>
/// <param name="Version">Sequence of the last filed commit of the document that the journal still holds.</param>
/// <param name="IsDelete">That commit removed it.</param>
internal readonly record struct FiledVersion(long Version, bool IsDelete);

/// <summary>
/// Reads every record of every segment. Recovery asks only for what it needs; here also the history that is already
/// filed must be as it was written, because a device that loses that loses other things next.
/// </summary>
internal sealed class JournalCheck(VerificationReport report, IVerificationWitness? witness = null)
{
    private JournalVerdict? _verdict;

    /// <summary>Every commit up to F that the journal should still hold is there: nothing has removed a document unseen.</summary>
    public bool IsHistoryWhole { get; private set; } = true;

    /// <summary>The last filed commit of each document that the journal still holds; none where a later one is still to be filed, which may be half done.</summary>
    public Dictionary<DocumentKey, FiledVersion> Filed { get; } = [];

    /// <summary>No document can have a version above this; null where the journal cannot tell.</summary>
    public long? End => _verdict is { Damage.Count: 0 } verdict ? verdict.End : null;

    /// <summary>Whether the journal holds the commit of a request with a key; true where it cannot tell.</summary>
    public bool MayHoldRequest(long sequence) =>
        End is not { } end || sequence > end || _verdict!.Scans.Any(scan => scan.Records.Any(record => record.HasRequest && record.Sequence == sequence));

    /// <exception cref="StoreFormatException">Written by a later version.</exception>
    public void Run(IDirectory journal, Guid storeId)
    {
        var scans = new List<JournalScan>();
        var lineage = Lineage.Read(journal, storeId);
        IReadOnlyList<string> names = journal.List();
        byte[] buffer = [];
        foreach (string name in names.Where(name => !NewestMark.IsMark(name)).Order(StringComparer.Ordinal))
        {
            if (Segment.TryParseName(name) is not null)
            {
                ReadSegment(journal, name, lineage, scans, ref buffer);
            }
            else if (name.EndsWith(".tmp", StringComparison.Ordinal))
            {
                report.RemarksMade.Add($"{DataDirectory.JournalName}/{name}: left by a crash, removed at the next start.");
            }
            else if (!name.StartsWith("spare-", StringComparison.Ordinal))
            {
                report.RemarksMade.Add($"{DataDirectory.JournalName}/{name}: no part of the store, ignored.");
            }
        }

        _verdict = JournalVerdict.Of(scans, NewestMark.Find(names));
        Judge(_verdict);
        foreach (JournalScan scan in _verdict.Scans.Where(scan => scan.Header is not null))
        {
            CheckHistory(scan, _verdict);
            ReadCommits(journal, scan, _verdict);
        }
    }

    private void ReadSegment(IDirectory journal, string name, Lineage lineage, List<JournalScan> scans, ref byte[] buffer)
    {
        report.Segments++;
        try
        {
            using IFile file = journal.TryOpen(name, FileAccess.Read) ?? throw new FileSystemException(SystemCall.Open, name, Errno.ENOENT);
            JournalScan scan = JournalScan.Read(file, name, lineage, isWhole: true, ref buffer);
            scans.Add(scan);
            report.Records += scan.Records.Count;
            if (scan.UnreadableAt is { } offset)
            {
                Add(name, offset, "the device cannot read this");
            }
            else if (scan.IsForeign)
            {
                report.RemarksMade.Add($"{DataDirectory.JournalName}/{name}: a segment of another store, or under another one's name; left alone.");
            }
            else if (scan.Header is null)
            {
                Add(name, 0, "the segment's header is damaged");
            }
            else if (file.GetLength() is var length && length != scan.Header.Value.SizeBytes)
            {
                Add(name, Math.Min(length, scan.Header.Value.SizeBytes), $"the segment has {length} bytes, its header speaks of {scan.Header.Value.SizeBytes}");
            }
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            Add(name, 0, exception.Message);
        }
    }

    private void Judge(JournalVerdict verdict)
    {
        report.DurableThrough = verdict.DurableThrough;
        report.FiledThrough = verdict.FiledThrough;
        report.PendingCommits = verdict.Live.Count;
        foreach (JournalDamage damage in verdict.Damage)
        {
            Add(damage.File, damage.Offset, RecoveryReports.Describe(damage));
        }

        if (verdict.DiscardedRecords > 0)
        {
            report.RemarksMade.Add($"{verdict.DiscardedRecords} intact records follow the end of the log. They were never acknowledged, and the next start discards them.");
        }
    }

    /// <summary>
    /// Commits of one segment follow each other without a gap, up to where it is void. Above F the verdict has judged
    /// them; here are those that recovery has no use for any more.
    /// </summary>
    private void CheckHistory(JournalScan scan, JournalVerdict verdict)
    {
        long through = Math.Min(verdict.FiledThrough, verdict.ValidThrough(scan));
        long expected = scan.Header!.Value.FirstSequence;
        long offset = JournalFormat.BlockBytes;
        foreach (ScannedRecord record in scan.Records)
        {
            expected = scan.AfterUnused(expected);
            if (record.Type == RecordType.Commit && record.Sequence >= expected)
            {
                NoteGap(scan.Name, offset, expected, Math.Min(record.Sequence - 1, through));
                expected = record.Sequence + 1;
                offset = record.Offset + record.PaddedBytes;
            }
        }

        // The next segment says where this one ended.
        bool isLast = verdict.Scans[^1] == scan;
        JournalScan? next = verdict.Scans.FirstOrDefault(later => later.Number == scan.Number + 1 && later.Header is not null);
        NoteGap(scan.Name, offset, expected, isLast ? through : Math.Min(through, next?.Header!.Value.StartsAfter ?? 0));
    }

    private void NoteGap(string name, long offset, long first, long last)
    {
        if (first <= last)
        {
            IsHistoryWhole = false;
            Add(name, offset, $"commits {first} to {last} cannot be read; they are filed, no document is lost by it");
        }
    }

    /// <summary>Takes every commit apart; remembers what must be filed.</summary>
    private void ReadCommits(IDirectory journal, JournalScan scan, JournalVerdict verdict)
    {
        long validThrough = verdict.ValidThrough(scan);
        try
        {
            using IFile? file = journal.TryOpen(scan.Name, FileAccess.Read);
            foreach (ScannedRecord record in scan.Records.Where(record => record.Type == RecordType.Commit && record.Sequence <= validThrough))
            {
                byte[] payload = new byte[record.PayloadBytes];
                file?.Read(payload, record.PayloadOffset);
                if (!TryTake(payload, record, verdict.FiledThrough))
                {
                    Add(scan.Name, record.Offset, $"commit {record.Sequence} cannot be taken apart");
                }
            }
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            Add(scan.Name, 0, exception.Message);
        }
    }

    private bool TryTake(ReadOnlySpan<byte> payload, ScannedRecord record, long filedThrough)
    {
        var parts = new PayloadParts(payload, record.Operations);
        while (parts.TryNext(out Operation operation))
        {
            if (!DocumentKey.TryCreateStored(operation.Id, out DocumentKey key, out _)
                || (operation.Kind == OperationKind.Put && !operation.IsBodyIntact()))
            {
                return false;
            }

            if (operation.IsSuperseded)
            {
                continue; // of the version's file alone
            }

            witness?.Written(key, record.Sequence, operation.VersionIn(record.Sequence), operation.Kind == OperationKind.Delete);
            if (record.Sequence > filedThrough)
            {
                Filed.Remove(key);
            }
            else if (!Filed.TryGetValue(key, out FiledVersion known) || known.Version < operation.VersionIn(record.Sequence))
            {
                Filed[key] = new FiledVersion(operation.VersionIn(record.Sequence), operation.Kind == OperationKind.Delete);
            }
        }

        return parts.TryGetFields(out _);
    }

    private void Add(string name, long offset, string what) =>
        report.DamageFound.Add(new VerificationDamage(Segment.TryParseName(name) is null ? DataDirectory.JournalName : $"{DataDirectory.JournalName}/{name}", offset, what));
}
