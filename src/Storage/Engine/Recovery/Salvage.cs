using System.Runtime.ExceptionServices;
using DocService.Storage.Documents;
using DocService.Storage.Engine.Filing;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;
using DocService.Storage.Journal.Reading;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Recovery;

/// <summary>
/// Takes what can be read out of a damaged journal: copies the evidence, files every intact commit, begins a new
/// journal, and only then removes the old one. Cut off anywhere, or done twice, it does no harm. The store goes on under a
/// new id, so that its readers learn of the gap in its history.
/// </summary>
/// <remarks>Thread: one, offline; the data directory is held by its lock.</remarks>
internal sealed class Salvage(DataDirectory directory, StoreOptions options, TimeProvider clock)
{
    private const int ChunkDocuments = 256;

    public SalvageReport Run()
    {
        bool areVersionsUnknown = directory is { IsFormatRebuilt: true, Documents.Versions.IsMade: false }; // before the journal's are filed
        FoundJournal? found = directory.Format.HasJournal ? FoundJournal.Read(directory) : null;
        if (found is null or { Verdict.Damage.Count: 0 })
        {
            return new SalvageReport { WasDamaged = false, IsFormatRebuilt = directory.IsFormatRebuilt, AreVersionsUnknown = areVersionsUnknown, Evidence = null, CommitsApplied = 0, Lost = [] };
        }

        directory.RaiseFormat();
        directory.MakeRequests(new SystemThreads(clock));
        using var pool = new SegmentPool(directory.Journal, Guid.NewGuid(), options.Segments, new SystemThreads(clock), previousStoreId: found.Lineage.Newest);
        IReadOnlyList<string> names = pool.TakeUp();
        string evidence = new JournalEvidence(directory.Root, directory.Journal, clock).Keep(names);
        FileLive(found.Verdict);
        FileRequests(found.Verdict);
        BeginAnew(pool, found.Verdict);
        directory.NoteJournal(pool.Segments.StoreId);

        // Not synced: where they come back after a power cut, the new segment's header says that they are filed.
        foreach (JournalScan scan in found.Verdict.Scans.Where(scan => !scan.IsForeign))
        {
            directory.Journal.TryUnlink(scan.Name);
        }

        return new SalvageReport
        {
            WasDamaged = true,
            IsFormatRebuilt = directory.IsFormatRebuilt,
            AreVersionsUnknown = areVersionsUnknown,
            Evidence = evidence,
            CommitsApplied = found.Verdict.Live.Count,
            Lost = RecoveryReports.Lines(found.Verdict),
        };
    }

    /// <summary>The newest intact version of each document, unless its file has a newer one: that was filed from a commit now unreadable.</summary>
    private void FileLive(JournalVerdict verdict)
    {
        var opened = new List<Segment>();
        try
        {
            Dictionary<JournalScan, Segment> segments = JudgedRecords.OpenSegments(directory, verdict, opened);
            var newest = new Dictionary<DocumentKey, PendingVersion>();
            var kept = new Dictionary<Sha256Digest, PendingVersion>();
            var reader = new PayloadReader();
            foreach (LiveRecord live in verdict.Live)
            {
                JudgedRecords.Collect(reader, segments[live.Scan], live.Record, live.Record.PayloadOffset, (key, _, version) =>
                {
                    if (version.IsKept) // also of a copy for its document's sake: the version's own may be what is damaged
                    {
                        kept[VersionDigest.Of(key.Digest, version.Version)] = version.OfVersion();
                    }

                    if (!version.IsOfVersion)
                    {
                        newest[key] = version with { KeepsEvidence = true }; // of an earlier version too, and what is unreadable may be a later one
                    }
                });
            }

            var readable = new LiveSegments();
            opened.ForEach(readable.Add);
            using var threads = new DiskThreads(1, new SystemThreads(clock));
            IEnumerable<KeyValuePair<Sha256Digest, PendingVersion>> documents = newest.Where(pair => !HasNewerFile(pair.Key, pair.Value.Version)).Select(static pair => KeyValuePair.Create(pair.Key.Digest, pair.Value));
            foreach (KeyValuePair<Sha256Digest, PendingVersion>[] some in documents.Concat(kept).Chunk(ChunkDocuments))
            {
                FileSome(readable, threads, some);
            }
        }
        finally
        {
            opened.ForEach(segment => segment.Dispose());
        }
    }

    /// <summary>The keys of intact commits, and that those of others are lost. A store whose clients use no keys has nothing to lose.</summary>
    private void FileRequests(JournalVerdict verdict)
    {
        var opened = new List<Segment>();
        try
        {
            Dictionary<JournalScan, Segment> segments = JudgedRecords.OpenSegments(directory, verdict, opened);
            using var files = new RequestFiles(directory.Requests, options.IdempotencyRetention, clock);
            files.Open();
            IEnumerable<KnownRequest> lost = verdict.Damage
                .Where(damage => damage.LastSequence is not { } last || last > files.LastSequence) // up to there requests were filed before
                .Select(static damage => KnownRequest.Lost(damage.FirstSequence ?? 0));
            KnownRequest[] requests = [.. JournalRequests.Read(verdict, segments, files.LastSequence).Concat(lost).DistinctBy(static request => request.Sequence).OrderBy(static request => request.Sequence)];
            if (requests.Length > 0 && (!files.IsEmpty || Array.Exists(requests, static request => !request.IsLost)))
            {
                files.Add(requests);
            }
        }
        finally
        {
            opened.ForEach(segment => segment.Dispose());
        }
    }

    private void FileSome(LiveSegments segments, DiskThreads threads, KeyValuePair<Sha256Digest, PendingVersion>[] some)
    {
        var rest = new Queue<KeyValuePair<Sha256Digest, PendingVersion>>(some);
        while (rest.Count > 0)
        {
            var chunk = new FilingChunk(directory.Documents, segments, threads);
            while (rest.TryPeek(out KeyValuePair<Sha256Digest, PendingVersion> next) && chunk.TryAdd(new FilingTicket(next.Value.Version, next.Key, 0), next.Value))
            {
                rest.Dequeue();
            }

            chunk.File();
            if (chunk.Items.FirstOrDefault(item => item.Failure is not null) is { Failure: { } failure })
            {
                ExceptionDispatchInfo.Throw(failure);
            }
        }
    }

    private bool HasNewerFile(DocumentKey key, long version)
    {
        try
        {
            using IFile? file = directory.Documents.TryOpen(DocumentPath.Of(key));
            return file is not null && DocumentReader.ReadInfo(file, key).Version > version;
        }
        catch (Exception exception) when (exception is DocumentCorruptException or FileSystemException)
        {
            return false;
        }
    }

    private void BeginAnew(SegmentPool pool, JournalVerdict verdict)
    {
        long handedOut = Math.Max(verdict.HandedOutThrough, verdict.End);
        if (verdict.Damage.Exists(damage => damage.FirstSequence is null) || verdict.Scans.Any(scan => scan.Header is null))
        {
            // Only the documents say how far the sequence had come.
            handedOut = Math.Max(handedOut, directory.Documents.HighestVersion());
        }

        Segment begun = pool.Segments.Begin(pool.TakeOrPrepare(0), handedOut, VersionJump.After(handedOut, clock.GetUtcNow()), handedOut, handedOut);
        begun.Dispose();
    }
}
