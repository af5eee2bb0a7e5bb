using System.IO.Hashing;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Requests;
using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Reading;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Recovery;

/// <summary>A journal ready to be appended to, and what recovery found in it.</summary>
internal sealed class OpenedJournal
{
    public required SegmentPool Pool { get; init; }

    /// <summary>Older segments with unfiled commits, ascending.</summary>
    public required IReadOnlyList<Segment> Sealed { get; init; }

    /// <summary>Begun by this opening.</summary>
    public required Segment Current { get; init; }

    /// <summary>How far the log has come.</summary>
    public required Watermarks Marks { get; init; }

    /// <summary>What is to be filed.</summary>
    public required RecoveredVersions Unfiled { get; init; }

    public required RecoveryReport Report { get; init; }
}

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
        return new SegmentPool(directory.Journal, isNew ? Guid.NewGuid() : known, options.Segments, threads)
        {
            PreviousStoreId = isNew ? known : Guid.Empty,
        };
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
        Segment first = pool.Begin(pool.TakeOrPrepare(0), after, firstSequence, after, after);
        try
        {
            directory.NoteJournal(pool.StoreId);
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
        Dictionary<JournalScan, Segment> segments = OpenSegments(directory, verdict, opened);
        var rewrite = JournalRewrite.Choose(verdict, pool.SegmentBytes);
        var marks = new Watermarks(verdict.End, verdict.FiledThrough);
        long operations = verdict.Live.Sum(live => (long)live.Record.Operations);
        var unfiled = new RecoveredVersions(marks, (int)Math.Min(operations, options.PendingDocumentsMax), threads); // a record's word alone does not get more room than that
        var reader = new PayloadReader();
        foreach (LiveRecord live in rewrite.Kept)
        {
            Collect(reader, segments[live.Scan], live.Record, live.Record.PayloadOffset, unfiled.Add);
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

        Segment current = pool.Begin(pool.TakeOrPrepare(0), verdict.End, FirstSequence(verdict), verdict.End, verdict.FiledThrough);

        // Its header says durably how far everything is filed. Segments are released here and not later, so that a process
        // that dies right after its start does not leave one segment more each time.
        Segment[] older = [.. opened];
        opened.Add(current);
        directory.NoteJournal(pool.StoreId);
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
