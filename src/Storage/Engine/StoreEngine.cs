using System.Text.Json;
using DocService.Storage.Clock;
using DocService.Storage.Documents;
using DocService.Storage.Engine.Blocking;
using DocService.Storage.Engine.Caching;
using DocService.Storage.Engine.Committing;
using DocService.Storage.Engine.Filing;
using DocService.Storage.Engine.Following;
using DocService.Storage.Engine.Health;
using DocService.Storage.Engine.Locks;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Recovery;
using DocService.Storage.Engine.Requests;
using DocService.Storage.Engine.Space;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Followers;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Requests;
using DocService.Storage.Rules;
using DocService.Storage.Threading;
using Microsoft.Extensions.Logging;

namespace DocService.Storage.Engine;

/// <summary>The parts of a store with an undamaged journal, put together and running.</summary>
/// <remarks>Owns: all of them, and the order in which they start and stop. Thread: built by one, stopped by one.</remarks>
#pragma warning disable CA1001 // StopAsync, which takes a time limit, disposes.
internal sealed class StoreEngine
#pragma warning restore CA1001
{
    private readonly OpenedJournal _opened;
    private readonly IThreads _threads;
    private readonly IFileSystem _files;
    private readonly SegmentKeeper _keeper;
    private readonly FilingQueue _filing;
    private readonly BlockedDocuments _blocked;
    private readonly MediaTypes _media = new();
    private readonly List<FilingTicket> _tickets = []; // of one group; the journal's thread alone uses it
    private readonly Filer _filer;
    private readonly FollowerSet _followers;
    private readonly DigestLocks _locks;
    private readonly StoreMetrics _metrics;

    public StoreEngine(DataDirectory directory, OpenedJournal opened, StoreOptions options, IReadOnlyList<IWriteRule> rules, IReadOnlyList<IFollower> followers, RememberedRequests requests, StoreHealth health, StoreTime time, IThreads threads, ILogger logger)
    {
        TimeProvider clock = threads.Clock;
        _threads = threads;
        _opened = opened;
        _filing = opened.Unfiled.Filing;
        _blocked = new BlockedDocuments(options.UsableJournalBytes, options.PendingDocumentsMax, threads);
        Pending = opened.Unfiled.Pending;
        var space = new DiskSpace(directory.Root, opened.Pool, () => _filing.Count, health, clock);
        Space = space;
        _files = directory.Files;
        var hooks = new JournalHooks
        {
            Threads = threads,
            ThrowIfGone = directory.Watch.ThrowIfGone,
            Expect = ExpectInPendingAndFiling,
            Appended = AddToPending,
            Published = AddToFiling,
            Failed = health.Fence,
            OutOfSpace = reason => space.NoteFull(SpaceCause.Journal, reason),
            IsFilingOutOfSpace = () => space.IsFull(SpaceCause.Filing),
        };
        _keeper = new SegmentKeeper(opened.Pool, threads, (what, cause) =>
        {
            health.Fence(what, cause); // first: a writer that finds the journal closed finds the reason too
            Journal!.Fence(cause);
        });
        var limits = new JournalLimits { UsableBytes = options.UsableJournalBytes, SealAfter = options.SealAfter };
        Journal = new JournalWriter(opened.Pool, _keeper, opened.Sealed, opened.Current, opened.Marks, hooks, limits);
        var backlogLimits = new BacklogLimits(options.UsableJournalBytes, options.SegmentBytes, options.PendingDocumentsMax);
        Backlog = new Backlog(Journal, () => _filing.Count, backlogLimits);
        Admission = new Admission(Backlog, Space, options.BusyTimeout, clock);
        var headers = new FiledHeaders(options.JournalBytes);
        Reads = new ReadGate(options.BusyTimeout, threads);
        Cache = new DocumentCache(options.CacheBytes, directory.Documents, threads);
        Documents = new PresentDocuments(new DocumentLookup(Pending, Journal.Segments, _media, headers, directory.Documents, Cache, Reads), time);
        TakeUp(time, options.ConfirmsTime);
        var locks = new DigestLocks(threads);
        _locks = locks;
        Requests = requests;
        Commits = new CommitPath(locks, new RuleBook(rules, CommitBytesMax(options)), Documents, Reads, Journal, Space, health, clock, time) { BytesMax = CommitBytesMax(options), ThrowIfVersionsBlocked = key => _blocked.ThrowIfFull(key, isOfVersions: true) };
        var carry = new CarryForward(locks, Pending, Journal);
        Versions = new KeptVersions(directory.Documents.Versions, Pending, Journal, opened.Unfiled.CarriedThrough, () => carry.UnderWay > 0, health);
        _filer = new Filer(directory.Documents, directory.HandlesMax, _media, headers, _filing, _blocked, carry, Pending, Journal, Backlog, Space, health, threads, logger);
        _metrics = new StoreMetrics(this);
        Space.Charge(opened.Unfiled.ChargedBytes);
        _followers = new FollowerSet([requests, .. followers], Journal, options.BusyTimeout, clock, logger)
        {
            StoreId = directory.Format.StoreId,
            Documents = new FiledDocuments(directory.Documents),
            Time = time,
        };
        _keeper.Start();
        Journal.Start();
        _filer.Start();
        _followers.Start();
    }

    /// <summary>What the operations of a commit may take: they, their record and its seal fit one segment.</summary>
    public static long CommitBytesMax(StoreOptions options) => options.SegmentBytes - (3 * JournalFormat.BlockBytes);

    public JournalWriter Journal { get; }

    public Pending Pending { get; }

    public DiskSpace Space { get; }

    public Backlog Backlog { get; }

    public Admission Admission { get; }

    public PresentDocuments Documents { get; }

    public DocumentCache Cache { get; }

    public KeptVersions Versions { get; }

    public ReadGate Reads { get; }

    public CommitPath Commits { get; }

    public RememberedRequests Requests { get; }

    public RecoveryReport Recovery => _opened.Report;

    /// <summary>Why filing does not get on; null when it does.</summary>
    public string? FilingObstacle => _blocked.Obstacle;

    /// <summary>Refuses a write into a directory that takes no documents, once too much of the journal is theirs.</summary>
    /// <exception cref="StoreBusyException">Nothing has been done.</exception>
    public void ThrowIfBlocked(DocumentKey key) => _blocked.ThrowIfFull(key);

    /// <summary>Ends when every document through the sequence is filed or blocked, or when filing has ended. While a write waits here, filing does not pause.</summary>
    public Task WaitForTriedAsync(long sequence) => _filing.WaitAsync(sequence, Journal.Marks.FiledThrough);

    /// <summary>Waits until the documents of a published commit are filed, these versions or later ones; at most so long. Returns whether they are.</summary>
    public Task<bool> ReachFiledAsync(Commit commit, TimeSpan timeout) =>
        ReachFiledAsync(commit.Sequence, [.. commit.Places.ToArray().SelectMany(place => place.IsKept ? FiledWith(place.Key, commit.Sequence) : [place.Key.Digest])], timeout);

    /// <summary>The same of a request that was carried out before.</summary>
    public Task<bool> ReachFiledAsync(RememberedRequest request, TimeSpan timeout) =>
        ReachFiledAsync(request.Sequence, [.. request.Results.Where(static result => result.Writes).SelectMany(result => FiledWith(result.Key, request.Sequence))], timeout);

    /// <summary>The lock of the request's key, or what an earlier one with this key has done.</summary>
    public ValueTask<(RequestTurn? Turn, RememberedRequest? Known)> EnterAsync(IdempotentRequest request, CancellationToken cancellation) =>
        Requests.Lookup.EnterAsync(request, _locks, Reads, cancellation);

    /// <summary>What the request with that key has done; null: so far nothing.</summary>
    public ValueTask<RememberedRequest?> FindAsync(RequestKey key, CancellationToken cancellation) => Requests.Lookup.FindAsync(key, _locks, Reads, cancellation);

    /// <summary>Drops kept versions; returns those that cannot be dropped yet.</summary>
    public async Task<IReadOnlyList<KeptVersion>> DropVersionsAsync(IReadOnlyList<KeptVersion> versions)
    {
        IReadOnlyList<KeptVersion> left = [];
        await BlockingWork.RunAsync(_threads, () => left = Versions.Drop(versions)).ConfigureAwait(false);
        return left;
    }

    /// <summary>What must not be blocked: the document, and the version, which is not if it is not kept.</summary>
    private static IEnumerable<Sha256Digest> FiledWith(DocumentKey key, long version) => [key.Digest, VersionDigest.Of(key.Digest, version)];

    private async Task<bool> ReachFiledAsync(long sequence, Sha256Digest[] documents, TimeSpan timeout)
    {
        long started = _threads.Clock.GetTimestamp();
        try
        {
            await WaitForTriedAsync(sequence).WaitAsync(timeout, _threads.Clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }

        TimeSpan left = timeout - _threads.Clock.GetElapsedTime(started);
        if (left > TimeSpan.Zero)
        {
            await _blocked.WaitAsync(documents, left).ConfigureAwait(false);
        }

        // filedThrough moves first, and what is blocked is noted before that.
        bool isTried = Journal.Marks.FiledThrough >= sequence || _filing.TriedThrough >= sequence;
        return isTried && !documents.Any(_blocked.Contains);
    }

    /// <summary>Files what is there, for as long as that may take, then seals and ends every thread.</summary>
    public async Task StopAsync(TimeSpan filingTimeout)
    {
        Space.Dispose();
        _metrics.Dispose();
        try
        {
            await WaitForTriedAsync(Journal.Marks.DurableThrough).WaitAsync(filingTimeout, _threads.Clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The rest is replayed at the next start.
        }

        await BlockingWork.RunAsync(_threads, EndThreads).ConfigureAwait(false);
    }

    /// <summary>After <see cref="StopAsync"/>, when no reader is left.</summary>
    public void CloseFiles()
    {
        Requests.Dispose();
        _keeper.CloseFiles();
        Journal.CloseFiles();
        _opened.Pool.Dispose();
    }

    private void EndThreads()
    {
        _filer.Dispose();
        _followers.Stop();
        Journal.Stop();
        _keeper.Stop();
    }

    /// <summary>What was noted of the time. A note that cannot be read keeps nobody from the documents, but the time is in doubt.</summary>
    private void TakeUp(StoreTime time, bool isConfirmed)
    {
        try
        {
            using StoredDocument? note = Documents.Read(KnownTime.Key, budget: null);
            KnownTime? noted = note is null ? null : KnownTime.TryParse(note.Body) ?? throw new JsonException();
            time.TakeUp(noted, isConfirmed);
        }
        catch (Exception exception) when (exception is StoreException or JsonException)
        {
            if (!isConfirmed)
            {
                time.TakeUpLost();
            }
        }
    }

    /// <summary>If it throws, the room that it has made stays until the next group.</summary>
    private void ExpectInPendingAndFiling(List<Commit> commits)
    {
        int operations = 0;
        Pending.ForgetExpected();
        _files.ExpectMemory();
        foreach (Commit commit in commits)
        {
            foreach (OperationPlace place in commit.Places)
            {
                Pending.Expect(place.Key.Digest);
                _ = place.Info is { } info ? _media.Pack(info) : default;
                operations++;
                if (place.IsKept)
                {
                    Pending.Expect(place.Key.Digest); // the version's own entry goes where the document's goes
                    operations++;
                }
            }
        }

        _tickets.EnsureCapacity(operations);
        _filing.Expect(operations);
    }

    private void AddToPending(List<Commit> commits)
    {
        foreach (Commit commit in commits)
        {
            if (commit.CarriedVersion == 0) // a version that is carried forward is there already
            {
                foreach (OperationPlace place in commit.Places)
                {
                    PackedInfo info = place.Info is { } known ? _media.Pack(known) : default;
                    var version = new PendingVersion(commit.Sequence, place.Kind, info, LocatorOf(commit, place), place.KeepsEvidence, place.IsKept);
                    Pending.Add(place.Key.Digest, version);
                    if (place.IsKept)
                    {
                        Pending.Add(VersionDigest.Of(place.Key.Digest, commit.Sequence), version.OfVersion());
                    }

                    Cache.Drop(place.Key); // before the sync, so long before it is visible
                }
            }

            commit.ReleasePayload();
        }
    }

    private void AddToFiling(List<Commit> commits)
    {
        _tickets.Clear();
        foreach (Commit commit in commits)
        {
            foreach (OperationPlace place in commit.Places)
            {
                if (commit.CarriedVersion != 0)
                {
                    AddCarried(commit, place);
                    continue;
                }

                Pending.NotePublished(place.Key.Digest);
                long cost = DiskSpace.CostOf(place.Kind, place.Bytes);
                _tickets.Add(new FilingTicket(commit.Sequence, place.Key.Digest, cost));
                if (place.IsKept)
                {
                    _tickets.Add(new FilingTicket(commit.Sequence, VersionDigest.Of(place.Key.Digest, commit.Sequence), cost));
                }
            }
        }

        _filing.Add(_tickets);
    }

    private void AddCarried(Commit commit, in OperationPlace place)
    {
        Sha256Digest document = place.Key.Digest;
        if (commit.IsSuperseded)
        {
            Versions.NoteCarried(document, commit.Sequence);
            document = VersionDigest.Of(document, commit.CarriedVersion);
        }

        Pending.NoteCarried(document, commit.CarriedVersion, LocatorOf(commit, place));
        _tickets.Add(new FilingTicket(commit.Sequence, document, 0)); // charged already
    }

    private static RecordLocator LocatorOf(Commit commit, in OperationPlace place) =>
        new(commit.Segment!.Header.Number, commit.PayloadOffset + place.Offset, place.Bytes, place.Hash);
}
