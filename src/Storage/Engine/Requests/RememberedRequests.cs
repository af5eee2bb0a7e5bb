using DocService.Storage.Engine.Health;
using DocService.Storage.Engine.Locks;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Followers;
using DocService.Storage.Io;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Requests;

/// <summary>Which requests with a key were carried out, and what they did: for as long as <c>IdempotencyRetention</c> says, and longer.</summary>
/// <remarks>
/// Owns: the table of the newest ones, the files of the others, and a thread that moves them there.
/// Thread: its own; look-ups any. It follows the log without reading it: what it files is what publication tells. Only recovery
/// reads requests from the journal.
/// Invariants: one request of a key is judged at a time, under the lock of the key, which its commit keeps until it is published.
/// The journal keeps a commit until its request is in a synced file.
/// On failure: lack of room or memory is tried again. After any other error the effect is unknown: the store is fenced.
/// </remarks>
internal sealed class RememberedRequests : IFollower, IDisposable
{
    /// <summary>A request waits so long for others to be synced with it, unless a segment waits for it.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    /// <summary>It looks at least so often for files that are old enough.</summary>
    private static readonly TimeSpan LookMax = TimeSpan.FromHours(1);

    private readonly RequestFiles _files;
    private readonly RequestTable _table;
    private readonly StoreHealth _health;
    private readonly IThreads _threads;
    private readonly Turn _loaded;
    private readonly TimeSpan _patience;
    private readonly object _gate = new();
    private ICommitLog? _log;
    private IThread? _thread;
    private volatile bool _isStopping;
    private long _lostAfter = long.MaxValue; // the files know commits behind it, and the journal does not
    private long _replayed;
    private long _reused;

    /// <param name="directory">What it may read and write: <see cref="DataDirectory.Requests"/>.</param>
    /// <param name="options">How long it remembers, and how long a request waits.</param>
    /// <param name="health">Whom it tells that the store must be fenced.</param>
    /// <param name="threads">How its thread runs and waits.</param>
    public RememberedRequests(DataDirectory directory, StoreOptions options, StoreHealth health, IThreads threads)
    {
        _files = new RequestFiles(directory.Requests, options.IdempotencyRetention, threads.Clock);
        _table = new RequestTable(threads);
        _health = health;
        _threads = threads;
        _loaded = new Turn(threads);
        _patience = options.BusyTimeout;
        _files.Open();
    }

    public string Name => "requests";

    /// <summary>The keys are nowhere else, once the journal has let go of them.</summary>
    public bool IsDerived => false;

    public long DurablePosition => _table.Position;

    public RequestsReport Report
    {
        get
        {
            int unfiled = _table.Count;
            return new RequestsReport(_files.Count + unfiled, _files.FileCount, unfiled, Interlocked.Read(ref _replayed), Interlocked.Read(ref _reused), Damage);
        }
    }

    private string? Damage =>
        _lostAfter < long.MaxValue ? $"they know commits above {_lostAfter}, where the journal ends: an older journal was put beside them" : _files.Damage;

    /// <summary>
    /// Recovery: takes the requests that the journal holds, before any of its segments is let go. They are synced when this returns, or
    /// the journal must keep them.
    /// </summary>
    /// <param name="end">Where the log ends.</param>
    /// <param name="read">Requests of commits above the sequence, in order; of commits that cannot be read, that they are lost.</param>
    /// <returns>The journal keeps all commits above this.</returns>
    /// <exception cref="FileSystemException">A call failed; its effect does not matter before anything is served.</exception>
    public long TakeOver(long end, Func<long, IReadOnlyList<KnownRequest>> read)
    {
        _lostAfter = _files.LastSequence > end ? end : long.MaxValue;
        IReadOnlyList<KnownRequest> found = RequestRecovery.Complete(_files, read(_files.LastSequence), end);
        if (_files.IsEmpty && found.All(static request => request.IsLost))
        {
            return long.MaxValue; // nobody has used a key
        }

        if (found.Count == 0)
        {
            return long.MaxValue;
        }

        try
        {
            _files.Add(found);
            _lostAfter = long.MaxValue; // from here on the files say it, for as long as they remember
            return long.MaxValue;
        }
        catch (FileSystemException exception) when (exception.IsOutOfSpace && _lostAfter == long.MaxValue) // that an older journal was put back is known now or never
        {
            _table.Recover(found);
            return found[0].Sequence - 1;
        }
    }

    public void Start(ICommitLog log)
    {
        _log = log;
        _table.Start(() => log.DurableThrough);
        _thread = _threads.Start("docservice-requests", Work);
    }

    public void Hurry(long through) => _table.Hurry();

    public void LetGo(string reason) => throw new InvalidOperationException("Requests are not derived: the log does not go on without them.");

    public void StopFollowing()
    {
        _isStopping = true;
        _table.Stop();
        lock (_gate)
        {
            _threads.PulseAll(_gate);
        }

        _thread?.Join();
    }

    public void Dispose() => _files.Dispose();

    /// <summary>Returns with the lock of the key, or with what an earlier request has done. End the turn.</summary>
    /// <exception cref="RequestInProgressException">Another one with this key has not ended in time.</exception>
    /// <exception cref="RequestKeyReusedException">The key is another request's.</exception>
    /// <exception cref="OutcomeUnknownException">Whether the earlier one was carried out shows after a restart.</exception>
    /// <exception cref="RequestsUnknownException">Remembered requests are damaged, and this key is not among those that are left.</exception>
    /// <exception cref="StoreBusyException">The files have not been read yet, or cannot be for want of descriptors or memory.</exception>
    public async ValueTask<(RequestTurn? Turn, RememberedRequest? Known)> EnterAsync(IdempotentRequest request, DigestLocks locks, ReadGate reads, CancellationToken cancellation)
    {
        DigestLocks.Lease lease = await LockAsync(request.Key, locks, LockMode.Exclusive, _patience, cancellation).ConfigureAwait(false);
        RequestTurn? turn = null;
        bool isFree = false;
        try
        {
            turn = new RequestTurn(_table, request, lease);
            KnownRequest? known = await FindAsync(request.Key, reads, cancellation).ConfigureAwait(false);
            isFree = known is null;
            if (known is null)
            {
                return (turn, null);
            }

            if (known.Fingerprint != request.Fingerprint)
            {
                Interlocked.Increment(ref _reused);
                throw new RequestKeyReusedException("The Idempotency-Key belongs to another request: its method, target, Content-Type, conditions or body differ. A new request needs a new key.");
            }

            Interlocked.Increment(ref _replayed);
            return (null, known.ToRemembered());
        }
        finally
        {
            if (turn is null)
            {
                lease.Dispose();
            }
            else if (!isFree)
            {
                turn.End();
            }
        }
    }

    /// <summary>What the request with that key has done; null: so far nothing.</summary>
    /// <exception cref="RequestInProgressException">It is under way.</exception>
    /// <exception cref="StoreException">As <see cref="EnterAsync"/>.</exception>
    public async ValueTask<RememberedRequest?> FindAsync(RequestKey key, DigestLocks locks, ReadGate reads, CancellationToken cancellation)
    {
        using DigestLocks.Lease lease = await LockAsync(key, locks, LockMode.Shared, TimeSpan.Zero, cancellation).ConfigureAwait(false);
        return (await FindAsync(key, reads, cancellation).ConfigureAwait(false))?.ToRemembered();
    }

    private static async ValueTask<DigestLocks.Lease> LockAsync(RequestKey key, DigestLocks locks, LockMode mode, TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            return await locks.AcquireAsync(key.Digest, mode, timeout, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new RequestInProgressException("Another request with this Idempotency-Key is under way. Nothing of this one was done.", exception);
        }
    }

    private async ValueTask<KnownRequest?> FindAsync(RequestKey key, ReadGate reads, CancellationToken cancellation)
    {
        // In this order: what is filed leaves the table after it is in a file.
        if (_table.Find(key.Digest) is { } recent)
        {
            return !recent.IsUnknown ? recent
                : throw new OutcomeUnknownException("A sync failed while the request with this Idempotency-Key was under way: it may or may not survive. After a restart its key tells.");
        }

        if (!_loaded.IsDecided)
        {
            await WaitUntilLoadedAsync(cancellation).ConfigureAwait(false);
        }

        KnownRequest? filed;
        using (await reads.EnterAsync(cancellation).ConfigureAwait(false))
        {
            filed = Find(key.Digest);
        }

        return (filed is null || filed.Sequence > _lostAfter) && Damage is { } damage
            ? throw new RequestsUnknownException($"Whether a request with this Idempotency-Key was carried out cannot be known, because remembered requests are damaged: {damage}. Nothing of this one was done.")
            : filed;
    }

    private KnownRequest? Find(Sha256Digest key)
    {
        try
        {
            return _files.Find(key);
        }
        catch (FileSystemException exception)
        {
            throw exception.IsOutOfHandles ? new StoreBusyException("There are no file descriptors left to look for the request.", exception)
                : new StorageFaultException($"The remembered requests cannot be read: {exception.Message}", exception);
        }
    }

    private async ValueTask WaitUntilLoadedAsync(CancellationToken cancellation)
    {
        try
        {
            await _loaded.Given.WaitAsync(_patience, _threads.Clock, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new StoreBusyException("The remembered requests are still being read after the start.", exception);
        }
    }

    private void Work()
    {
        try
        {
            while (!TryDo(() => _files.Load(() => _isStopping)) && !_isStopping)
            {
                // Tried again.
            }

            if (_isStopping)
            {
                return; // the journal keeps what is not filed
            }

            _loaded.TryGive();
            FileAll();
            TryDo(() => _files.KeepTime(isStopping: true));
        }
        catch (Exception exception)
        {
            _health.Fence("remembered requests cannot be filed", exception);
        }
    }

    private void FileAll()
    {
        var batch = new List<KnownRequest>();
        TimeSpan timeout = TimeSpan.Zero;
        while (_table.Wait(Rest, timeout, batch))
        {
            if (batch.Count > 0)
            {
                if (!TryDo(() => _files.Add(batch)))
                {
                    if (_isStopping)
                    {
                        return; // the journal keeps them
                    }

                    continue;
                }

                _table.Drop(batch);
                _log!.NoteDurable(this);
            }

            TimeSpan? next = null;
            timeout = !TryDo(() => next = DropAndKeepTime()) ? Intervals.Retry
                : next is { } left ? TimeSpan.FromTicks(Math.Clamp(left.Ticks, Intervals.Retry.Ticks, LookMax.Ticks)) : Timeout.InfiniteTimeSpan;
        }
    }

    private TimeSpan? DropAndKeepTime()
    {
        TimeSpan? next = _files.Drop();
        _files.KeepTime(isStopping: false);
        return next > _files.NoteEvery ? _files.NoteEvery : next;
    }

    /// <summary>False after a pause, where there was no room or no memory: nothing that counts has changed.</summary>
    private bool TryDo(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (FileSystemException exception) when (exception.IsOutOfSpace || exception.IsOutOfHandles)
        {
            // Tried again below.
        }
        catch (OutOfMemoryException)
        {
            // The same.
        }

        lock (_gate)
        {
            if (!_isStopping)
            {
                _threads.Wait(_gate, Intervals.Retry);
            }
        }

        return false;
    }
}
