using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Requests;
using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Reading;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Recovery;

/// <summary>
/// Recovery: from the files in the journal's directory to a journal that can be appended to. The decisions are
/// <see cref="JournalVerdict"/>'s; here they are carried out.
/// </summary>
/// <remarks>
/// Thread: the one that opens. Done twice, or cut off anywhere, it gives the same result: nothing old is touched
/// before what replaces it is durable, and the sequence is raised again each time.
/// </remarks>
internal sealed class JournalOpening(DataDirectory directory, StoreOptions options, IThreads threads)
{
    /// <summary>
    /// The least durable position of a live follower: segments with commits above it survive, filed or not, so that it can
    /// read on from there. It does not decide what is filed or damaged.
    /// </summary>
    public long LeastPosition { get; init; } = long.MaxValue;

    /// <summary>
    /// Takes the requests with keys that the journal holds, before any segment is let go: it is told where the log ends, and
    /// how they are read. Returns up to where the journal need not keep them.
    /// </summary>
    public Func<long, Func<long, IReadOnlyList<KnownRequest>>, long> TakeOverRequests { get; init; } = static (_, _) => long.MaxValue;

    /// <summary>Opens the journal, or makes its first segment. All of it is read before anything is written.</summary>
    /// <exception cref="JournalDamagedException">Committed data cannot be read; nothing was changed.</exception>
    /// <exception cref="StoreFormatException">A later version wrote something that must be understood; nothing was changed.</exception>
    public OpenedJournal Open()
    {
        FoundJournal? found = directory.Format.HasJournal ? FoundJournal.Read(directory) : null;
        if (found is { Verdict.Damage.Count: > 0 })
        {
            throw new JournalDamagedException(RecoveryReports.Describe(found.Verdict, directory.Journal.Path));
        }

        directory.RaiseFormat();
        directory.MakeRequests(threads);
        SegmentPool pool = NewPool(found);
        try
        {
            IReadOnlyList<string> names = pool.TakeUp();
            pool.AddMissing();
            return found is null ? Create(pool, names) : Recover(pool, found.Verdict);
        }
        catch
        {
            pool.Dispose();
            throw;
        }
    }

    /// <summary>A copy of another directory, and the first start of a snapshot, are stores of their own from here on.</summary>
    private SegmentPool NewPool(FoundJournal? found)
    {
        Guid known = found?.Lineage.Newest ?? directory.Format.StoreId;
        bool isNew = found is null ? directory.Format.StartsAfter > 0 : directory.IsCopy;
        return new SegmentPool(directory.Journal, isNew ? Guid.NewGuid() : known, options.Segments, threads, previousStoreId: isNew ? known : Guid.Empty);
    }

    private OpenedJournal Create(SegmentPool pool, IReadOnlyList<string> leftovers)
    {
        // Left by a first start that was cut off; nothing was ever acknowledged in them.
        foreach (string name in leftovers)
        {
            directory.Journal.TryUnlink(name);
        }

        long after = directory.Format.StartsAfter;
        long firstSequence = after > 0 ? VersionJump.After(after, threads.Clock.GetUtcNow()) : 1;
        Segment first = pool.Segments.Begin(pool.TakeOrPrepare(0), after, firstSequence, after, after);
        try
        {
            directory.NoteJournal(pool.Segments.StoreId);
            TakeOverRequests(after, static _ => []);
        }
        catch
        {
            first.Dispose();
            throw;
        }

        var marks = new Watermarks(after, after);
        return new OpenedJournal
        {
            Pool = pool,
            Sealed = [],
            Current = first,
            Marks = marks,
            Unfiled = new RecoveredVersions(marks, 0, threads),
            Report = RecoveryReports.Empty,
        };
    }

    private OpenedJournal Recover(SegmentPool pool, JournalVerdict verdict)
    {
        var opened = new List<Segment>();
        try
        {
            return Continue(pool, verdict, opened);
        }
        catch
        {
            opened.ForEach(segment => segment.Dispose());
            throw;
        }
    }

    /// <summary>Begins the log's next segment. All segments that it opens are in the list, also when it fails.</summary>
    private OpenedJournal Continue(SegmentPool pool, JournalVerdict verdict, List<Segment> opened)
    {
        Dictionary<JournalScan, Segment> segments = JudgedRecords.OpenSegments(directory, verdict, opened);
        var rewrite = JournalRewrite.Choose(verdict, pool.SegmentBytes);
        var marks = new Watermarks(verdict.End, verdict.FiledThrough);
        long operations = verdict.Live.Sum(live => (long)live.Record.Operations);
        var unfiled = new RecoveredVersions(marks, (int)Math.Min(operations, options.PendingDocumentsMax), threads); // a record's word alone does not get more room than that
        var reader = new PayloadReader();
        foreach (LiveRecord live in rewrite.Kept)
        {
            JudgedRecords.Collect(reader, segments[live.Scan], live.Record, live.Record.PayloadOffset, unfiled.Add);
        }

        if (rewrite.Written.Count > 0)
        {
            rewrite.Carry(pool, segments, unfiled, opened);
        }

        unfiled.Pending.GiveBackRoom();

        foreach ((JournalScan scan, Segment segment) in segments)
        {
            segment.LastSequence = LastSequence(verdict, scan, rewrite.StartsAfter);
        }

        Segment current = pool.Segments.Begin(pool.TakeOrPrepare(0), verdict.End, FirstSequence(verdict), verdict.End, verdict.FiledThrough);

        // Its header says durably how far everything is filed. Segments are released here and not later, so that a process
        // that dies right after its start does not leave one segment more each time.
        Segment[] older = [.. opened];
        opened.Add(current);
        directory.NoteJournal(pool.Segments.StoreId);
        long remembered = TakeOverRequests(verdict.End, after => JournalRequests.Read(verdict, segments, after));
        long settled = Math.Min(Math.Min(verdict.FiledThrough, LeastPosition), remembered);
        foreach (Segment unneeded in older.Where(segment => segment.LastSequence <= settled))
        {
            pool.Recycle(unneeded);
        }

        // They have no header, and no commit is missing, so nothing in them is needed. Files that somebody else put there stay.
        foreach (JournalScan unneeded in verdict.Scans.Where(scan => scan is { Header: null, IsForeign: false }))
        {
            directory.Journal.TryUnlink(unneeded.Name);
        }

        return new OpenedJournal
        {
            Pool = pool,
            Sealed = [.. older.Where(segment => segment.LastSequence > settled)],
            Current = current,
            Marks = marks,
            Unfiled = unfiled,
            Report = RecoveryReports.Of(verdict, directory.IsCopy),
        };
    }

    private long FirstSequence(JournalVerdict verdict) =>
        directory.IsCopy ? VersionJump.After(verdict.HandedOutThrough, threads.Clock.GetUtcNow())
        : verdict.HandedOutThrough + 1 + (verdict.IsCleanStop ? 0 : UncleanSkip(verdict));

    /// <summary>The last commit of the log in the segment, legible or not; 0 if there is none.</summary>
    private static long LastSequence(JournalVerdict verdict, JournalScan scan, long end)
    {
        long validThrough = Math.Min(verdict.ValidThrough(scan), end);
        return scan.Records.Where(record => record.Type == RecordType.Commit).Select(record => record.Sequence)
            .Concat(scan.DamagedRecords.Select(bad => bad.Sequence))
            .Where(sequence => sequence <= validThrough)
            .DefaultIfEmpty(0)
            .Max();
    }

    /// <summary>
    /// Sequences skipped after an unclean stop: more than the lost group can have had commits. Its size was bounded by the
    /// segment of that time, not by today's setting.
    /// </summary>
    private long UncleanSkip(JournalVerdict verdict) =>
        verdict.Scans.Max(scan => Math.Max(options.SegmentBytes, scan.Header?.SizeBytes ?? 0)) / RecordHeader.Bytes;
}
