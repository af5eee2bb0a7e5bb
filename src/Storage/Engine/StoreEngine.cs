using DocService.Storage.Engine.Committing;
using DocService.Storage.Engine.Filing;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Recovery;
using DocService.Storage.Engine.Space;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Engine.Following;
using DocService.Storage.Followers;
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
    private readonly MediaTypes _media = new();
    private readonly List<FilingTicket> _tickets = []; // of one group; used by whoever writes the journal
    private readonly Filer _filer;
    private readonly SpaceWatch _space;
    private readonly FollowerSet _followers;
    private readonly StoreMetrics _metrics;

    public StoreEngine(DataDirectory directory, OpenedJournal opened, StoreOptions options, IReadOnlyList<IWriteRule> rules, IReadOnlyList<IFollower> followers, StoreHealth health, IThreads threads, ILogger logger)
    {
        TimeProvider clock = threads.Clock;
        _threads = threads;
        _opened = opened;
        _filing = opened.Unfiled.Filing;
        Pending = opened.Unfiled.Pending;
        var hooks = new JournalHooks
        {
            Threads = threads,
            Appended = AddToPending,
            Published = AddToFiling,
            Failed = health.Fence,
            OutOfSpace = health.MarkOutOfSpace,
            IsDiskFull = () => health.State == StoreState.ReadOnly,
        };
        _keeper = new SegmentKeeper(opened.Pool, hooks);
        var limits = new JournalLimits { UsableBytes = options.UsableJournalBytes, SealAfter = options.SealAfter, RoomTimeout = options.BusyTimeout };
        Journal = new JournalWriter(opened.Pool, _keeper, opened.Sealed, opened.Current, opened.Marks, hooks, limits);
        var backlogLimits = new BacklogLimits(options.UsableJournalBytes, options.SegmentBytes, options.PendingDocumentsMax);
        Backlog = new Backlog(Journal, _filing, directory.Root, health, backlogLimits, clock);
        Admission = new Admission(Backlog, health, options.BusyTimeout, clock);
        var headers = new FiledHeaders();
        Lookup = new DocumentLookup(Pending, Journal.Segments, _media, headers, directory.Documents);
        Commits = new CommitPath(new DigestLocks(threads), new RuleBook(rules, CommitBytesMax(options)), Lookup, Journal, Backlog, health, clock);
        _filer = new Filer(directory.Documents, directory.HandlesMax, _media, headers, _filing, Pending, Journal, Backlog, health, threads, logger);
        _space = new SpaceWatch(Backlog, health, clock);
        _metrics = new StoreMetrics(this);
        Backlog.Charge(opened.Unfiled.ChargedBytes);
        _followers = new FollowerSet(followers, Journal, options.BusyTimeout, clock, logger);
        Journal.Start();
        _filer.Start();
        _followers.Start();
    }

    /// <summary>What the operations of a commit may take: they, their record and its seal fit one segment.</summary>
    public static long CommitBytesMax(StoreOptions options) => options.SegmentBytes - (3 * JournalFormat.BlockBytes);

    public JournalWriter Journal { get; }

    public Pending Pending { get; }

    public Backlog Backlog { get; }

    public Admission Admission { get; }

    public DocumentLookup Lookup { get; }

    public CommitPath Commits { get; }

    public RecoveryReport Recovery => _opened.Report;

    /// <summary>Why filing does not get on; null when it does.</summary>
    public string? FilingObstacle => _filer.Obstacle;

    /// <summary>Ends when everything through the sequence is filed, or filing has ended.</summary>
    public Task WaitForFiledAsync(long sequence) => _filing.WaitAsync(sequence, Journal.Marks.FiledThrough);

    /// <summary>Files what is there, for as long as that may take, then seals and ends every thread.</summary>
    public async Task StopAsync(TimeSpan filingTimeout)
    {
        _space.Dispose();
        _metrics.Dispose();
        _filer.Drain();
        try
        {
            await WaitForFiledAsync(Journal.Marks.DurableThrough).WaitAsync(filingTimeout, _threads.Clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The rest is replayed at the next start.
        }

        await BlockingWork.RunAsync(_threads, EndThreads).ConfigureAwait(false);
    }

    /// <summary>After <see cref="StopAsync"/>, once nobody reads any more.</summary>
    public void CloseFiles()
    {
        Journal.CloseFiles();
        _opened.Pool.Dispose();
    }

    private void EndThreads()
    {
        _filer.Dispose();
        _followers.Stop();
        Journal.Stop();
        _keeper.Dispose();
    }

    private void AddToPending(IReadOnlyList<Commit> commits)
    {
        foreach (Commit commit in commits)
        {
            foreach (OperationPlace place in commit.Places)
            {
                var locator = new RecordLocator(commit.Segment!.Header.Number, commit.PayloadOffset + place.Offset, place.Bytes, place.Hash);
                PackedInfo info = place.Info is { } known ? _media.Pack(known) : default;
                Pending.Add(place.Key.Digest, new PendingVersion(commit.Sequence, place.Kind, info, locator, place.KeepsEvidence));
            }

            commit.ReleasePayload();
        }
    }

    private void AddToFiling(IReadOnlyList<Commit> commits)
    {
        _tickets.Clear();
        foreach (Commit commit in commits)
        {
            foreach (OperationPlace place in commit.Places)
            {
                Pending.NotePublished(place.Key.Digest);
                _tickets.Add(new FilingTicket(commit.Sequence, place.Key.Digest, Backlog.CostOf(place.Kind, place.Bytes)));
            }
        }

        _filing.Add(_tickets);
    }
}
