using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Journal.Reading;

/// <summary>A record that recovery keeps, and its place.</summary>
internal readonly record struct LiveRecord(JournalScan Scan, ScannedRecord Record)
{
    public long Sequence => Record.Sequence;
}

/// <summary>Committed data that cannot be read.</summary>
/// <param name="FirstSequence">First commit missing; null where it cannot be known which.</param>
/// <param name="LastSequence">Last commit missing.</param>
/// <param name="File">Segment that should hold it, or that is damaged.</param>
/// <param name="Offset">Where in it the damage begins.</param>
/// <param name="Ids">Documents that can still be named.</param>
internal sealed record JournalDamage(long? FirstSequence, long? LastSequence, string File, long Offset, IReadOnlyList<string> Ids);

/// <summary>What the scans of all segments amount to: the truth table of recovery, as a function of what was found.</summary>
/// <remarks>
/// W, F: the highest durableThrough and filedThrough in any intact record or header, before or behind a bad one.
/// At or below F nothing matters. In (F, W] every commit must be there. Above W the first bad or missing record ends
/// the log: it was never acknowledged. Pure: no I/O, so every row has its test.
/// </remarks>
internal sealed class JournalVerdict
{
    private readonly IReadOnlyList<JournalScan> _scans; // by number
    private readonly long _newest;

    private JournalVerdict(IReadOnlyList<JournalScan> scans, long newest)
    {
        _scans = scans;
        _newest = newest;
    }

    /// <summary>What was judged, by number.</summary>
    public IReadOnlyList<JournalScan> Scans => _scans;

    /// <summary>W.</summary>
    public long DurableThrough { get; private set; }

    /// <summary>F.</summary>
    public long FiledThrough { get; private set; }

    /// <summary>The last commit of the log; W or F where nothing follows.</summary>
    public long End { get; private set; }

    /// <summary>The highest sequence that may have been handed out, as far as the journal shows.</summary>
    public long HandedOutThrough { get; private set; }

    /// <summary>The log ends on a clean stop: no sequence above <see cref="HandedOutThrough"/> was handed out.</summary>
    public bool IsCleanStop { get; private set; }

    /// <summary>Commits in (F, End], ascending; with damage, every intact one.</summary>
    public List<LiveRecord> Live { get; } = [];

    /// <summary>Records with an intact header behind the end of the log: torn groups, never acknowledged.</summary>
    public int DiscardedRecords { get; private set; }

    public List<JournalDamage> Damage { get; } = [];

    /// <summary>Judges the scans of every segment file, in any order.</summary>
    /// <param name="scans">What was read.</param>
    /// <param name="newest">A segment with this number was begun, or one behind it: <see cref="Segments.NewestMark"/>.</param>
    public static JournalVerdict Of(IEnumerable<JournalScan> scans, long newest = 0)
    {
        var verdict = new JournalVerdict([.. scans.OrderBy(scan => scan.Number)], newest);
        verdict.FindWatermarks();
        verdict.CollectValid();
        verdict.Walk();
        verdict.JudgeHeaders();
        verdict.JudgeUnreadable();
        verdict.FindCleanStop();
        return verdict;
    }

    /// <summary>Records of a segment above this are void: a later segment began the log anew from there.</summary>
    public long ValidThrough(JournalScan scan) =>
        _scans.Where(later => later.Number > scan.Number && later.Header is not null)
            .Select(later => later.Header!.Value.StartsAfter)
            .DefaultIfEmpty(long.MaxValue)
            .Min();

    private void FindWatermarks()
    {
        foreach (JournalScan scan in _scans)
        {
            if (scan.Header is { } header)
            {
                DurableThrough = Math.Max(DurableThrough, Math.Max(header.DurableThrough, scan.DurableThrough));
                FiledThrough = Math.Max(FiledThrough, Math.Max(header.FiledThrough, scan.FiledThrough));
                HandedOutThrough = Math.Max(HandedOutThrough, header.FirstSequence - 1);
                HandedOutThrough = scan.Records.Aggregate(HandedOutThrough, (highest, record) => Math.Max(highest, record.Sequence));
            }
        }
    }

    private void CollectValid()
    {
        long previous = FiledThrough;
        foreach (JournalScan scan in _scans)
        {
            long validThrough = ValidThrough(scan);
            foreach (ScannedRecord record in scan.Records)
            {
                // Places and sequences ascend together; a record out of order is a copy put there by hand.
                if (record.Type == RecordType.Commit && record.Sequence > previous && record.Sequence <= validThrough)
                {
                    Live.Add(new LiveRecord(scan, record));
                    previous = record.Sequence;
                }
            }
        }
    }

    /// <summary>Follows the log from F on; what lies behind its end is taken out of what is live.</summary>
    private void Walk()
    {
        long expected = FiledThrough + 1;
        int next = 0;
        while (true)
        {
            long nextValid = next < Live.Count ? Live[next].Sequence : long.MaxValue;
            if (nextValid > expected)
            {
                expected = Math.Min(AfterUnusedSequences(expected), nextValid); // a record that is there was used, whatever headers say
            }

            if (nextValid == expected)
            {
                next++;
                expected++;
            }
            else if (expected > DurableThrough)
            {
                break;
            }
            else
            {
                expected = NoteMissing(expected, nextValid);
            }
        }

        End = Math.Max(DurableThrough, next > 0 ? Live[next - 1].Sequence : 0);
        DiscardedRecords = Live.Count - next + _scans.Sum(scan => scan.DamagedRecords.Count(bad => bad.Sequence > End && bad.Sequence <= ValidThrough(scan)));
        Live.RemoveRange(next, Live.Count - next);
    }

    /// <summary>Steps over sequences that were skipped on purpose, as headers and seals say.</summary>
    private long AfterUnusedSequences(long sequence)
    {
        long before;
        do
        {
            before = sequence;
            foreach (JournalScan scan in _scans)
            {
                sequence = scan.AfterUnused(sequence);
            }
        }
        while (sequence != before);

        return sequence;
    }

    /// <summary>Notes the run of missing commits that begins here; returns the sequence behind it.</summary>
    private long NoteMissing(long first, long nextValid)
    {
        long last = Math.Min(nextValid - 1, DurableThrough);
        string[] ids = [.. _scans.SelectMany(scan => scan.DamagedRecords).Where(bad => bad.Sequence >= first && bad.Sequence <= last).SelectMany(bad => bad.Ids)];
        (string file, long offset) = PlaceOf(first);
        Damage.Add(new JournalDamage(first, last, file, offset, ids));
        return last + 1;
    }

    /// <summary>Where a missing commit is, or where it can begin at the earliest.</summary>
    private (string File, long Offset) PlaceOf(long sequence)
    {
        int home = -1;
        for (int index = 0; index < _scans.Count; index++)
        {
            if (_scans[index].DamagedRecords.Find(bad => bad.Sequence == sequence) is { } bad)
            {
                return (_scans[index].Name, bad.Offset);
            }

            home = _scans[index].Header is { } header && header.FirstSequence <= sequence ? index : home;
        }

        // The last segment with a readable header may be followed by one without. Then the commit is in that one.
        if (home + 1 < _scans.Count && _scans[home + 1].Header is null)
        {
            return (_scans[home + 1].Name, 0);
        }

        long offset = JournalFormat.BlockBytes;
        foreach (ScannedRecord record in home < 0 ? [] : _scans[home].Records)
        {
            offset = record.Sequence < sequence ? record.Offset + record.PaddedBytes : offset;
        }

        return (home < 0 ? "(no segment)" : _scans[home].Name, offset);
    }

    /// <summary>A header was synced before its file got its name: a bad one under the last name hides commits that may have been acknowledged.</summary>
    private void JudgeHeaders()
    {
        if (_scans.Count == 0)
        {
            Damage.Add(new JournalDamage(null, null, "(no segment)", 0, []));
        }
        else if (_scans[^1].Number < _newest)
        {
            Damage.Add(new JournalDamage(null, null, Segment.NameOf(_newest) + " (missing)", 0, []));
        }
        else if (_scans[^1].Header is null)
        {
            Damage.Add(new JournalDamage(null, null, _scans[^1].Name, 0, []));
        }
    }

    /// <summary>
    /// A power cut leaves torn blocks, which can be read. A block that the device cannot read means a failing device, and
    /// it may have held anything. It is ignored only if everything in the segment is filed.
    /// </summary>
    private void JudgeUnreadable()
    {
        foreach (JournalScan scan in _scans.Where(scan => scan.UnreadableAt is not null && ValidThrough(scan) > FiledThrough && !Damage.Exists(damage => damage.File == scan.Name)))
        {
            Damage.Add(new JournalDamage(null, null, scan.Name, scan.UnreadableAt!.Value, []));
        }
    }

    private void FindCleanStop()
    {
        if (_scans.Count > 0 && _scans[^1].Records is [.., { Type: RecordType.CleanStop } last])
        {
            IsCleanStop = last.Sequence == HandedOutThrough && Damage.Count == 0 && DiscardedRecords == 0;
        }
    }
}
