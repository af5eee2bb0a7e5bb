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
using DocService.Storage.Engine.Scrubbing;
using DocService.Storage.Engine.Snapshots;
using DocService.Storage.Engine.Space;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Followers;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Marks;
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
    private readonly SegmentKeeper _keeper;
    private readonly FilingQueue _filing;
    private readonly BlockedDocuments _blocked;
    private readonly Filer _filer;
    private readonly FollowerSet _followers;
    private readonly DigestLocks _locks;
    private readonly StoreMetrics _metrics;
    private readonly Scrub _scrub;
    private readonly ILogger _logger;

    public StoreEngine(DataDirectory directory, OpenedJournal opened, StoreOptions options, IReadOnlyList<IWriteRule> rules, IReadOnlyList<IFollower> followers, RememberedRequests requests, StoreHealth health, StoreTime time, IThreads threads, ILogger logger)
    {
        TimeProvider clock = threads.Clock;
        _threads = threads;
        _logger = logger;
        _opened = opened;
        _filing = opened.Unfiled.Filing;
        _blocked = new BlockedDocuments(options.UsableJournalBytes, options.PendingDocumentsMax, threads);
        Pending = opened.Unfiled.Pending;
        var space = new DiskSpace(directory.Root, opened.Pool, () => _filing.Count, health, clock);
        Space = space;
        var media = new MediaTypes();
        GroupIntake? intake = null; // made behind the journal, which those that it tells need
        var hooks = new JournalHooks
        {
            Threads = threads,
            ThrowIfGone = directory.Watch.ThrowIfGone,
            Expect = group => intake!.Expect(group),
            Appended = group => intake!.NoteAppended(group),
            Published = group => intake!.NotePublished(group),
            Failed = health.Fence,
            OutOfSpace = reason => space.NoteFull(SpaceCause.Journal, reason),
            IsFilingOutOfSpace = () => space.IsFull(SpaceCause.Filing),
        };
        _keeper = new SegmentKeeper(opened.Pool, threads, (what, cause) =>
        {
            health.Fence(what, cause); // first: a writer that finds the journal closed finds the reason too
            Journal!.Fence(cause);
        });
        Journal = new JournalWriter(opened.Pool, _keeper, opened.Sealed, opened.Current, opened.Marks, hooks, options.UsableJournalBytes, options.SealAfter);
        var backlogLimits = new BacklogLimits(options.UsableJournalBytes, options.SegmentBytes, options.PendingDocumentsMax);
        Backlog = new Backlog(Journal, () => _filing.Count, backlogLimits);
        Admission = new Admission(Backlog, Space, options.BusyTimeout, clock);
        var headers = new FiledHeaders(options.JournalBytes);
        Reads = new ReadGate(options.BusyTimeout, threads);
        Cache = new DocumentCache(options.CacheBytes, directory.Documents, threads);
        Documents = new PresentDocuments(new DocumentLookup(Pending, Journal.Segments, media, headers, directory.Documents, Cache, Reads), time);
        TakeUp(time, options.ConfirmsTime);
        var locks = new DigestLocks(threads);
        _locks = locks;
        Requests = requests;
        Commits = new CommitPath(locks, new RuleBook(rules, CommitBytesMax(options)), Documents, Reads, Journal, Space, health, clock, time) { BytesMax = CommitBytesMax(options), ThrowIfVersionsBlocked = key => _blocked.ThrowIfFull(key, isOfVersions: true) };
        Filed = new FiledWait(_filing, _blocked, Journal.Marks, clock);
        var carry = new CarryForward(locks, Pending, Journal);
        Snapshots = new SnapshotTaker(directory, requests, options.BusyTimeout, health, threads, logger);
        Snapshots.Follow(Journal, space);
        Versions = new KeptVersions(directory.Documents.Versions, Pending, Journal, opened.Unfiled.CarriedThrough, () => carry.UnderWay > 0, () => Snapshots.HeldThrough, health);
        intake = new GroupIntake(Pending, _filing, media, Cache, Versions, directory.Files);
        var carriage = new BlockedCarriage(_blocked, carry, Pending, Journal, Backlog);
        _filer = new Filer(directory.Documents, directory.HandlesMax, media, headers, _filing, _blocked, carriage, Pending, Journal, Backlog, Space, health, threads, logger);
        _scrub = ScrubParts.Make(directory, Pending, Journal, Versions, _filing, locks, health, followers.OfType<IDocumentCopies>().FirstOrDefault(), options, threads, logger);
        _metrics = new StoreMetrics(this);
        Space.Charge(opened.Unfiled.ChargedBytes);
        _followers = new FollowerSet([requests, Snapshots, .. followers], Journal, options.BusyTimeout, clock, logger)
        {
            StoreId = directory.Format.StoreId,
            Documents = new FiledDocuments(directory.Documents),
            Time = time,
        };
        _keeper.Start();
        Journal.Start();
        _filer.Start();
        _followers.Start();
        _scrub.Start();
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

    /// <summary>For writes that wait for their files.</summary>
    public FiledWait Filed { get; }

    public RememberedRequests Requests { get; }

    public SnapshotTaker Snapshots { get; }

    /// <summary>What the scrub has found.</summary>
    public ScrubReport Scrubbed => _scrub.Findings.Report;

    /// <summary>Begins a round of it at once; false: one is under way.</summary>
    public bool BeginScrub() => _scrub.Begin();

    public RecoveryReport Recovery => _opened.Report;

    /// <summary>Why filing does not get on; null when it does.</summary>
    public string? FilingObstacle => _blocked.Obstacle;

    /// <summary>Refuses a write into a directory that takes no documents, once too much of the journal is theirs.</summary>
    /// <exception cref="StoreBusyException">Nothing has been done.</exception>
    public void ThrowIfBlocked(DocumentKey key) => _blocked.ThrowIfFull(key);

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

    /// <summary>Files what is there, for as long as that may take, then seals and ends every thread.</summary>
    public async Task StopAsync(TimeSpan filingTimeout)
    {
        Space.Dispose();
        _metrics.Dispose();
        try
        {
            await Filed.WhenTriedAsync(Journal.Marks.DurableThrough).WaitAsync(filingTimeout, _threads.Clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The rest is replayed at the next start.
        }

        await BlockingWork.RunAsync(_threads, EndThreads).ConfigureAwait(false);
    }

    /// <summary>After <see cref="StopAsync"/>, for operators.</summary>
    public void LogWhatWaits()
    {
        Watermarks marks = Journal.Marks;
        if (marks.FiledThrough >= marks.DurableThrough)
        {
            _logger.LogInformation("Closed: every document is filed, durable through {DurableThrough}", marks.DurableThrough);
        }
        else
        {
            _logger.LogInformation(
                "Closed: {Documents} documents wait in the journal to be filed by the next start; filed through {FiledThrough}, durable through {DurableThrough}",
                Pending.Count, marks.FiledThrough, marks.DurableThrough);
        }
    }

    /// <summary>After <see cref="StopAsync"/>, when no reader is left.</summary>
    public void CloseFiles()
    {
        Requests.Dispose();
        Snapshots.Dispose();
        _keeper.CloseFiles();
        Journal.CloseFiles();
        _opened.Pool.Dispose();
    }

    private void EndThreads()
    {
        _scrub.Dispose(); // first: it asks the followers, and replaces files
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
}
