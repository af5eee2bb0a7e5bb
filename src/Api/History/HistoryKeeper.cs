using DocService.Api.Expiry;
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
/// It never works more than half of the time. On failure: it waits for its next look. It says so once.
/// </remarks>
internal sealed class HistoryKeeper : BackgroundService
{
    /// <summary>Documents that are looked over at once, and versions dropped with one sync of each directory.</summary>
    private const int DocumentsMax = 100;
    private const int VersionsMax = 1000;

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>Between two tries of an erasure: what is not filed yet cannot be dropped.</summary>
    private static readonly TimeSpan ErasurePause = TimeSpan.FromMilliseconds(20);

    private readonly IDocumentStore _store;
    private readonly ServedIndex _index;
    private readonly ExpirySweep _sweep;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly HistoryMetrics _metrics;
    private long _dropped;
    private string? _obstacle;

    public HistoryKeeper(IDocumentStore store, ServedIndex index, ExpirySweep sweep, TimeProvider clock, ILogger<HistoryKeeper> logger)
    {
        _store = store;
        _index = index;
        _sweep = sweep;
        _clock = clock;
        _logger = logger;
        _metrics = new HistoryMetrics(this);
    }

    /// <summary>Versions dropped since the start.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>What it is doing, and why it is not going on where it is not.</summary>
    public (KeeperState State, string? Reason) State =>
        _index.Queries is null ? (KeeperState.Off, "The setting Index is off.")
        : Volatile.Read(ref _obstacle) is { } obstacle ? (KeeperState.Paused, obstacle)
        : (KeeperState.Ready, null);

    /// <summary>Looks over all documents that are due by now. False where something kept it from that.</summary>
    public async Task<bool> KeepAsync(CancellationToken stopping)
    {
        string? obstacle = null;
        try
        {
            await KeepAllAsync(stopping);
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
    /// Erases a document's history up to a version, but for the document as it is. That it is to be erased is durable when this begins to
    /// erase, and goes on after a crash. False where something is left to be erased when the time is over: it is erased later.
    /// </summary>
    /// <exception cref="IndexClosedException">The index is made anew. Whether anything has been erased is not known.</exception>
    /// <exception cref="StoreException">Nothing can be erased now; it is tried again.</exception>
    public async Task<bool> EraseAsync(DocumentKey key, long through, TimeSpan longest, CancellationToken cancellation)
    {
        await _index.Follower!.MarkErasureAsync(key.Id, through).WaitAsync(cancellation);
        long started = _clock.GetTimestamp();
        while (!await LookOverAsync([new DueHistory(DueReason.Erasure, key.Id, through)], cancellation))
        {
            if (_clock.GetElapsedTime(started) >= longest)
            {
                return false;
            }

            await Task.Delay(ErasurePause, _clock, cancellation);
        }

        return true;
    }

    public override void Dispose()
    {
        _metrics.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (_index.Queries is not null)
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
            if (_index.Queries!.Status.Stage == IndexStage.Following) // until then nothing is due, and nothing is wrong
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

    /// <summary>By places in the index, so that a document that cannot be looked over does not keep back those behind it.</summary>
    private async Task KeepAllAsync(CancellationToken stopping)
    {
        byte[]? behind = null;
        while (true)
        {
            List<DueHistory> due = await FindAsync(behind, place => behind = place, stopping);
            if (due.Count == 0)
            {
                return;
            }

            long started = _clock.GetTimestamp();
            await LookOverAsync(due, stopping);
            await Task.Delay(_clock.GetElapsedTime(started), _clock, stopping); // clients have the other half of the time
        }
    }

    private async Task<List<DueHistory>> FindAsync(byte[]? behind, Action<byte[]> note, CancellationToken stopping)
    {
        var found = new List<DueHistory>(DocumentsMax);
        using IndexReader reader = await _index.Queries!.OpenAsync(isEventual: true, stopping);
        using DueListing due = reader.ListDue(behind);
        while (found.Count < DocumentsMax && due.MoveNext())
        {
            found.Add(due.Current);
            note(due.Place);
        }

        return found;
    }

    /// <summary>Whether all of them are done. What is left, because it is not filed yet, is due still.</summary>
    private async Task<bool> LookOverAsync(List<DueHistory> due, CancellationToken cancellation)
    {
        int done = 0;
        while (done < due.Count)
        {
            var removals = new List<HistoryRemoval>();
            var files = new List<KeptVersion>();
            using (IndexReader reader = await _index.Queries!.OpenAsync(isEventual: true, cancellation))
            {
                for (; done < due.Count && files.Count < VersionsMax; done++)
                {
                    IReadOnlyList<VersionFacts> surplus = await JudgeAsync(reader, due[done], cancellation);
                    removals.Add(new HistoryRemoval(due[done], [.. surplus.Select(version => version.Version)]));
                    files.AddRange(surplus.Where(version => version.HasFile).Select(version => new KeptVersion(DocumentKey.Create(due[done].Id), version.Version)));
                }
            }

            IReadOnlyList<KeptVersion> left = files.Count == 0 ? [] : await _store.DropVersionsAsync(files, cancellation);
            Interlocked.Add(ref _dropped, files.Count - left.Count);
            HashSet<string> undone = [.. left.Select(version => version.Key.Id)];
            await _index.Follower!.RemoveVersionsAsync([.. removals.Where(removal => !undone.Contains(removal.Due.Id))]).WaitAsync(cancellation);
            if (undone.Count > 0 && done == due.Count)
            {
                return false;
            }
        }

        return true;
    }

    private async ValueTask<IReadOnlyList<VersionFacts>> JudgeAsync(IndexReader reader, DueHistory due, CancellationToken cancellation)
    {
        var versions = new List<VersionFacts>();
        using (HistoryListing listing = reader.ListVersions(due.Id))
        {
            while (listing.MoveNext())
            {
                versions.Add(listing.Current);
            }
        }

        if (due.Reason == DueReason.Erasure)
        {
            DocumentInfo? present = await _store.ReadInfoAsync(DocumentKey.Create(due.Id), cancellation);
            return HistoryJudge.Erased(versions, due.Version, present?.Version);
        }

        bool mayEnd = _sweep.State.State == SweepState.Ready; // by a time that is not in doubt
        return HistoryJudge.Surplus(versions, mayEnd ? _store.Time.Now - StoreTime.SweepAfter : DateTimeOffset.MinValue);
    }
}
