using System.Globalization;
using DocService.Storage.Documents;
using DocService.Storage.Engine.Filing;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;
using DocService.Storage.Journal.Reading;
using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Engine.Recovery;

/// <summary>
/// Takes what can be read out of a damaged journal: copies the evidence, files every intact commit, begins a new
/// journal, and only then removes the old one. Cut off anywhere, or done twice, it does no harm.
/// </summary>
/// <remarks>Thread: one, offline; the data directory is held by its lock.</remarks>
internal sealed class Salvage(DataDirectory directory, StoreOptions options, TimeProvider clock)
{
    /// <summary>Sequences skipped: what the unreadable part handed out cannot be known, but was far less.</summary>
    private const long Skip = 1L << 32;

    private const int ChunkDocuments = 256;
    private const int CopyBytes = 1024 * 1024;

    public SalvageReport Run()
    {
        if (!directory.Format.HasJournal)
        {
            return Nothing;
        }

        List<JournalScan> scans = JournalOpening.ReadSegments(directory);
        JournalVerdict verdict = JournalVerdict.Of(scans);
        if (verdict.Damage.Count == 0)
        {
            return Nothing;
        }

        directory.RaiseFormat();
        using var pool = new SegmentPool(directory.Journal, directory.Format.StoreId, options.SegmentBytes, options.ReserveSegments, clock);
        IReadOnlyList<string> names = pool.TakeUp();
        string evidence = CopyJournal(names);
        FileLive(verdict);
        BeginAnew(pool, verdict, scans);

        // Not synced: where they come back after a power cut, the new segment's header says that they are filed.
        foreach (string name in names)
        {
            directory.Journal.TryUnlink(name);
        }

        return new SalvageReport { WasDamaged = true, Evidence = evidence, CommitsApplied = verdict.Live.Count, Lost = RecoveryReports.Lines(verdict) };
    }

    private static SalvageReport Nothing { get; } = new() { WasDamaged = false, Evidence = null, CommitsApplied = 0, Lost = [] };

    private string CopyJournal(IReadOnlyList<string> names)
    {
        string name = FreeName();
        directory.Root.TryCreateDirectory(name);
        using IDirectory target = directory.Root.TryOpenDirectory(name) ?? throw new StoreFormatException($"{directory.Root.Path}/{name} has gone.");
        byte[] buffer = new byte[CopyBytes];
        foreach (string segment in names)
        {
            using PatchyFile? source = directory.Journal.TryOpen(segment, FileAccess.Read) is { } file ? new PatchyFile(file) : null;
            using IFile copy = target.Create(segment);
            int count;
            for (long offset = 0; source is not null && (count = source.Read(buffer, offset)) > 0; offset += count)
            {
                copy.Write(buffer.AsSpan(0, count), offset);
            }

            copy.Sync();
        }

        target.Sync();
        directory.Root.Sync();
        return target.Path;
    }

    private string FreeName()
    {
        string stem = "salvaged-" + clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string name = stem;
        for (int attempt = 2; directory.Root.GetKind(name) != EntryKind.None; attempt++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{stem}-{attempt}");
        }

        return name;
    }

    /// <summary>The newest intact version of each document, unless its file has a newer one: that was filed from a commit now unreadable.</summary>
    private void FileLive(JournalVerdict verdict)
    {
        var opened = new List<Segment>();
        try
        {
            Dictionary<JournalScan, Segment> segments = JournalOpening.OpenSegments(directory, verdict, opened);
            var newest = new Dictionary<DocumentKey, PendingVersion>();
            var reader = new PayloadReader();
            foreach (LiveRecord live in verdict.Live)
            {
                JournalOpening.Collect(reader, segments[live.Scan], live.Record, live.Record.PayloadOffset, (key, version) => newest[key] = version);
            }

            var readable = new LiveSegments();
            opened.ForEach(readable.Add);
            using var threads = new DiskThreads(1);
            foreach (KeyValuePair<DocumentKey, PendingVersion>[] some in newest.Where(pair => !HasNewerFile(pair.Key, pair.Value.Version)).Chunk(ChunkDocuments))
            {
                FileSome(readable, threads, some);
            }
        }
        finally
        {
            opened.ForEach(segment => segment.Dispose());
        }
    }

    private void FileSome(LiveSegments segments, DiskThreads threads, KeyValuePair<DocumentKey, PendingVersion>[] some)
    {
        var rest = new Queue<KeyValuePair<DocumentKey, PendingVersion>>(some);
        while (rest.Count > 0)
        {
            var chunk = new FilingChunk(directory.Documents, segments, threads);
            while (rest.TryPeek(out KeyValuePair<DocumentKey, PendingVersion> next) && chunk.TryAdd(next.Key.Digest, next.Value))
            {
                rest.Dequeue();
            }

            FilingItem[] all = [.. chunk.Items];
            chunk.WriteTemps(all, 1);
            chunk.SyncTemps(all, 1);
            chunk.Rename(all, 1);
            chunk.SyncDirectories(all, 1);
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

    private void BeginAnew(SegmentPool pool, JournalVerdict verdict, List<JournalScan> scans)
    {
        long handedOut = Math.Max(verdict.HandedOutThrough, Math.Max(verdict.End, directory.Format.StartsAfter));
        if (scans.Count == 0 || scans.Exists(scan => scan.Header is null))
        {
            // How far the sequence had come is told by the documents alone.
            handedOut = Math.Max(handedOut, directory.Documents.HighestVersion());
        }

        Segment begun = pool.Begin(pool.TakeOrPrepare(0), handedOut, handedOut + 1 + Skip, handedOut, handedOut);
        begun.Dispose();
    }
}
