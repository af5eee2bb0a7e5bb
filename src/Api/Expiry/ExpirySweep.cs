using DocService.Index;
using DocService.Index.Reading;
using DocService.Storage;
using DocService.Storage.Clock;

namespace DocService.Api.Expiry;

/// <summary>Deletes from the disk what has been over for an hour: nobody sees those documents any more, but they take room.</summary>
/// <remarks>
/// Owns: its instruments, how many it has deleted, and what keeps it from going on. Thread: its own task on the pool; the rest any.
/// Invariants: it asks the index alone, which lists documents by their ends, and only the store decides: a sweep deletes the version
/// that it names, under the document's lock, or nothing. It never works more than half of the time.
/// On failure: it waits for its next look, a minute later. It says so once, not for every document.
/// </remarks>
internal sealed class ExpirySweep : BackgroundService
{
    /// <summary>A commit holds the locks of its documents, and a client may be about to write one of them anew.</summary>
    public const int OperationsMax = 100;

    /// <summary>So many bytes are enough, too: the smallest segment does not take a hundred long ids.</summary>
    private const long BytesMax = 32 * 1024;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMinutes(1);

    private readonly IDocumentStore _store;
    private readonly ServedIndex _index;
    private readonly TimeNotes _notes;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ExpiryMetrics _metrics;
    private long _swept;
    private string? _obstacle;
    private bool _isHeld; // the last look found a reason not to go on

    public ExpirySweep(IDocumentStore store, ServedIndex index, TimeNotes notes, TimeProvider clock, ILogger<ExpirySweep> logger)
    {
        _store = store;
        _index = index;
        _notes = notes;
        _clock = clock;
        _logger = logger;
        _metrics = new ExpiryMetrics(this, store);
    }

    /// <summary>Documents deleted since the start.</summary>
    public long Swept => Volatile.Read(ref _swept);

    /// <summary>What it is doing, and why it is not going on where it is not.</summary>
    public (SweepState State, string? Reason) State =>
        _index.Followed is null ? (SweepState.Off, "The setting Index is off.")
        : Doubt() is { } doubt ? (SweepState.Paused, doubt)
        : Volatile.Read(ref _obstacle) is { } obstacle ? (SweepState.Paused, obstacle)
        : IsEarly() ? (SweepState.Waiting, "Nothing is deleted in the first hour after a start.")
        : (SweepState.Ready, null);

    /// <summary>Notes the time, then deletes what may be deleted by now. False where something kept it from that.</summary>
    public async Task<bool> SweepAsync(CancellationToken stopping)
    {
        _store.Time.TryBeginAgain();
        string? doubt = Doubt();
        string? obstacle = null;
        try
        {
            await _notes.NoteAsync(stopping);
            obstacle = doubt is null && _index.Followed is not null ? await SweepAllAsync(stopping) : null;
        }
        catch (Exception exception) when (exception is StoreException or IndexNotReadyException or IndexClosedException or IndexFailedException)
        {
            obstacle = exception.Message;
        }

        string? reason = doubt ?? obstacle;
        if (reason is not null && !_isHeld)
        {
            _logger.LogWarning("Documents whose time is over stay on the disk for now: {Reason}", reason);
        }

        _isHeld = reason is not null;
        Volatile.Write(ref _obstacle, obstacle); // not the doubt, which may be over before the next look
        return reason is null;
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
            while (true)
            {
                await Task.Delay(LookInterval, _clock, stoppingToken);
                await LookAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops; what is left is swept by a later run.
        }
    }

    /// <summary>One look. An error of the program must not end the sweep, nor the server.</summary>
    private async Task LookAsync(CancellationToken stopping)
    {
        try
        {
            await SweepAsync(stopping);
        }
#pragma warning disable CA1031 // The top of the loop: whatever it is, the next look tries again.
        catch (Exception exception) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Volatile.Write(ref _obstacle, exception.Message);
            _logger.LogError(exception, "Documents whose time is over could not be deleted; it is tried again");
        }
    }

    /// <summary>By places in the index, so that one that cannot be deleted does not keep back those behind it. What keeps it from deleting any of them; null: nothing.</summary>
    private async Task<string?> SweepAllAsync(CancellationToken stopping)
    {
        if (IsEarly())
        {
            return null;
        }

        DateTimeOffset through = _store.Time.Now - StoreTime.SweepAfter;
        byte[]? behind = null;
        string? obstacle = null;
        while (true)
        {
            List<DocumentOperation> sweeps = await FindAsync(through, behind, place => behind = place, stopping);
            if (sweeps.Count == 0)
            {
                return obstacle;
            }

            if ((Doubt() ?? Refusal()) is { } refusal)
            {
                return refusal;
            }

            long started = _clock.GetTimestamp();
            obstacle = await DeleteAsync(sweeps, stopping) ?? obstacle;
            await Task.Delay(_clock.GetElapsedTime(started), _clock, stopping); // clients have the other half of the time
        }
    }

    /// <summary>In one commit, without those whose directory takes no documents. Why those are left out; null: none is.</summary>
    private async Task<string?> DeleteAsync(List<DocumentOperation> sweeps, CancellationToken stopping)
    {
        string? obstacle = null;
        while (sweeps.Count > 0)
        {
            try
            {
                CommitResult result = await _store.CommitAsync(sweeps, DurabilityLevel.Durable, stopping);
                Interlocked.Add(ref _swept, result.Results.Count(one => one.Status == WriteStatus.Deleted));
                break;
            }
            catch (StoreBusyException busy) when (busy.Document is { } blocked && sweeps.RemoveAll(one => one.Key == blocked) > 0)
            {
                obstacle = busy.Message;
            }
        }

        return obstacle;
    }

    /// <summary>The next documents, from a snapshot that is given back before anything is deleted.</summary>
    private async Task<List<DocumentOperation>> FindAsync(DateTimeOffset through, byte[]? behind, Action<byte[]> note, CancellationToken stopping)
    {
        var sweeps = new List<DocumentOperation>(OperationsMax);
        using IndexReader reader = await _index.Followed!.OpenAsync(isEventual: true, stopping);
        using EndedListing ended = reader.ListEnded(through, behind);
        for (long bytes = 0; sweeps.Count < OperationsMax && bytes < BytesMax && ended.MoveNext(); bytes += ended.Id.Length + WriteCost.OperationBytes)
        {
            sweeps.Add(new SweepOperation(DocumentKey.Create(ended.Id), ended.Version));
            note(ended.Place);
        }

        return sweeps;
    }

    private bool IsEarly() => _store.Time.Now - _store.Time.OpenedAt < StoreTime.SweepAfter;

    private string? Doubt() => TimeDoubt.Of(_store.Time);

    /// <summary>Why the store takes no writes; null where it does. Clients' writes would be refused too.</summary>
    private string? Refusal()
    {
        try
        {
            _store.ThrowIfRefusing(bodyBytes: 0);
            return null;
        }
        catch (StoreException exception)
        {
            return exception.Message;
        }
    }
}
