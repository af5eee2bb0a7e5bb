using DocService.Index;
using DocService.Index.History;
using DocService.Index.Reading;
using DocService.Storage;
using DocService.Storage.Clock;

namespace DocService.Api.History;

/// <summary>Drops versions of documents that are beyond their histories, and those that a client erases.</summary>
/// <remarks>
/// Owns: its instruments, how many it has dropped, and what keeps it from going on. Thread: its own task on the pool;
/// <see cref="EraseAsync"/> any, also beside it.
/// Invariants: it asks the index alone which documents to look over; a file goes before the row that tells of it, so that a version
/// that is told of no more has no file either. What it has not finished it finds again: dropping twice is harmless.
/// It never works more than half of the time. On failure: what is wrong with one document does not keep it from others; it looks at that
/// one again a second later, and says so once.
/// </remarks>
internal sealed class HistoryKeeper : BackgroundService
{
    /// <summary>Documents that are looked over at once.</summary>
    private const int DocumentsMax = 100;

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>Between two tries of an erasure: what is not filed yet cannot be dropped.</summary>
    private static readonly TimeSpan ErasurePause = TimeSpan.FromMilliseconds(20);

    private readonly IDocumentStore _store;
    private readonly ServedIndex _index;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly HistoryMetrics _metrics;
    private readonly SemaphoreSlim _turn = new(1, 1); // of one batch: what two looked over at once would be counted twice
    private long _dropped;
    private string? _obstacle;

    public HistoryKeeper(IDocumentStore store, ServedIndex index, TimeProvider clock, ILogger<HistoryKeeper> logger)
    {
        _store = store;
        _index = index;
        _clock = clock;
        _logger = logger;
        _metrics = new HistoryMetrics(this);
    }

    /// <summary>Versions dropped since the start.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>What it is doing, and why it is not going on where it is not.</summary>
    public (KeeperState State, string? Reason) State =>
        _index.Followed is null ? (KeeperState.Off, "The setting Index is off.")
        : _index.Followed.Status.Stage != IndexStage.Following ? (KeeperState.Paused, "The index is being made.")
        : Volatile.Read(ref _obstacle) is { } obstacle ? (KeeperState.Paused, obstacle)
        : (KeeperState.Ready, null);

    /// <summary>Looks over all documents that are due by now. False where something kept it from any of them.</summary>
    public async Task<bool> KeepAsync(CancellationToken stopping)
    {
        string? obstacle = null;
        try
        {
            obstacle = await KeepAllAsync(DueReason.Erasure, stopping);
            obstacle = await KeepAllAsync(DueReason.Written, stopping) ?? obstacle;
            obstacle = await KeepAllAsync(DueReason.Ended, stopping) ?? obstacle;
        }
        catch (Exception exception) when (exception is StoreException or IndexNotReadyException or IndexClosedException or IndexFailedException)
        {
            obstacle = exception.Message;
        }

        if (obstacle is not null && Volatile.Read(ref _obstacle) is null)
        {
            _logger.LogWarning("Versions beyond the histories of documents stay on the disk for now: {Reason}", obstacle);
        }

        Volatile.Write(ref _obstacle, obstacle);
        return obstacle is null;
    }

    /// <summary>
    /// Erases a document's history up to a version. That it is to be erased is durable when this begins to erase, and goes on after a
    /// crash. False where something is left to be erased when the time is over: it is tried again.
    /// </summary>
    /// <exception cref="IndexClosedException">The index is made anew. Whether anything has been erased is not known.</exception>
    /// <exception cref="StoreException">Nothing can be erased now; it is tried again.</exception>
    public async Task<bool> EraseAsync(DocumentKey key, long through, TimeSpan longest, CancellationToken cancellation)
    {
        await _index.Follower!.MarkErasureAsync(key.Id, through).WaitAsync(cancellation);
        long started = _clock.GetTimestamp();
        while (true)
        {
            var work = new HistoryPass(_store, MayEndBy());
            await LookOverAsync(work, [new DueHistory(DueReason.Erasure, key.Id, through)], cancellation);
            if (work.Failure is { } failure)
            {
                throw failure;
            }

            if (work.IsDone || _clock.GetElapsedTime(started) >= longest)
            {
                return work.IsDone;
            }

            await Task.Delay(ErasurePause, _clock, cancellation);
        }
    }

    public override void Dispose()
    {
        _metrics.Dispose();
        _turn.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (_index.Followed is not null)
            {
                await Task.Delay(LookInterval, _clock, stoppingToken);
                await LookAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops; what is left is dropped by a later run.
        }
    }

    /// <summary>One look. An error of the program must not end the keeper, nor the server.</summary>
    private async Task LookAsync(CancellationToken stopping)
    {
        try
        {
            if (_index.Followed!.Status.Stage == IndexStage.Following) // until then nothing is due, and nothing is wrong
            {
                await KeepAsync(stopping);
            }
        }
#pragma warning disable CA1031 // The top of the loop: whatever it is, the next look tries again.
        catch (Exception exception) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Volatile.Write(ref _obstacle, exception.Message);
            _logger.LogError(exception, "Versions beyond the histories of documents could not be dropped; it is tried again");
        }
    }

    /// <summary>By places in the index, so that a document that cannot be looked over does not keep back those behind it. What kept it from any; null: nothing.</summary>
    private async Task<string?> KeepAllAsync(DueReason reason, CancellationToken stopping)
    {
        byte[]? behind = null;
        string? obstacle = null;
        while (true)
        {
            DateTimeOffset endedBy = MayEndBy(); // for both: what is found by it is judged by it
            List<DueHistory> due = await FindAsync(reason, behind, endedBy, place => behind = place, stopping);
            if (due.Count == 0)
            {
                return obstacle;
            }

            long started = _clock.GetTimestamp();
            var work = new HistoryPass(_store, endedBy);
            await LookOverAsync(work, due, stopping);
            obstacle = work.Failure?.Message ?? obstacle;
            await Task.Delay(_clock.GetElapsedTime(started), _clock, stopping); // clients have the other half of the time
        }
    }

    private async Task<List<DueHistory>> FindAsync(DueReason reason, byte[]? behind, DateTimeOffset endedBy, Action<byte[]> note, CancellationToken stopping)
    {
        var found = new List<DueHistory>(DocumentsMax);
        using IndexReader reader = await _index.Followed!.OpenAsync(isEventual: true, stopping);
        using DueListing due = reader.ListDue(reason, behind, reason == DueReason.Ended ? endedBy : null);
        while (found.Count < DocumentsMax && due.MoveNext())
        {
            found.Add(due.Current);
            note(due.Place);
        }

        return found;
    }

    private async Task LookOverAsync(HistoryPass work, IReadOnlyList<DueHistory> due, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            using (IndexReader reader = await _index.Followed!.OpenAsync(isEventual: true, cancellation))
            {
                work.Judge(reader, due);
            }

            IReadOnlyList<HistoryRemoval> removals = await work.DropAsync(cancellation);
            Interlocked.Add(ref _dropped, work.Dropped);
            await _index.Follower!.RemoveVersionsAsync(removals).WaitAsync(cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What has ended by then may go: by a time that is not in doubt, and not in the first hour of a run. What keeps the sweep of documents has no say.</summary>
    private DateTimeOffset MayEndBy() =>
        _store.Time.MaySweep(DateTimeOffset.MinValue) ? _store.Time.Now - StoreTime.SweepAfter : DateTimeOffset.MinValue;
}
