using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Requests;

/// <summary>Requests whose commits are on their way, or published and not in the requests' files yet.</summary>
/// <remarks>
/// Owns: them. Thread: any; the journal's takes no memory here.
/// Invariants: a request is here before its commit is queued, and until it is filed or known to have done nothing. So a key
/// that is neither here nor in the files, looked for in this order, was not carried out.
/// What is here is bounded by the journal, which keeps the commits of these requests.
/// </remarks>
internal sealed class RequestTable(IThreads threads)
{
    /// <summary>So many wait for a sync of their own at most.</summary>
    private const int BatchMax = 4096;

    private readonly object _gate = new();
    private readonly Dictionary<Sha256Digest, KnownRequest> _requests = [];
    private readonly LinkedList<(KnownRequest Request, long Floor)> _underWay = new();
    private Func<long> _durableThrough = static () => 0;
    private KnownRequest? _firstUnfiled; // in the order of their commits
    private KnownRequest? _lastUnfiled;
    private int _unfiled;
    private long _since;
    private bool _isHurried;
    private bool _isStopped;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _requests.Count;
            }
        }
    }

    /// <summary>The requests of all commits up to here are filed. Never decreases.</summary>
    public long Position
    {
        get
        {
            lock (_gate)
            {
                long durable = _durableThrough();
                long floor = _underWay.First is { } first ? Math.Min(durable, first.Value.Floor) : durable;
                return _firstUnfiled is { } unfiled ? Math.Min(floor, unfiled.Sequence - 1) : floor;
            }
        }
    }

    /// <summary>Once the journal runs, and before a request comes.</summary>
    public void Start(Func<long> durableThrough)
    {
        lock (_gate)
        {
            _durableThrough = durableThrough;
        }
    }

    /// <summary>Requests that recovery has found in the journal alone, in the order of their commits.</summary>
    public void Recover(IEnumerable<KnownRequest> requests)
    {
        lock (_gate)
        {
            foreach (KnownRequest request in requests)
            {
                _requests[request.Key] = request;
                Append_NeedsLock(request);
            }

            _isHurried = true;
        }
    }

    /// <summary>Before the request's commit is queued. Its sequence will be above every one that is durable now.</summary>
    public void Expect(KnownRequest request)
    {
        lock (_gate)
        {
            var node = new LinkedListNode<(KnownRequest, long)>((request, _durableThrough()));
            _requests.Add(request.Key, request);
            _underWay.AddLast(node);
        }
    }

    /// <summary>Its commit is published, before any of its locks is given back. On the journal's thread, in the order of sequences.</summary>
    public void Publish(KnownRequest request, long sequence)
    {
        lock (_gate)
        {
            request.Sequence = sequence;
            Leave_NeedsLock(request);
            Append_NeedsLock(request);
        }
    }

    /// <summary>Its commit is known to have done nothing.</summary>
    public void Withdraw(KnownRequest request)
    {
        lock (_gate)
        {
            Leave_NeedsLock(request);
            _requests.Remove(request.Key);
        }
    }

    /// <summary>Whether its commit survives is not known: it stays here until the restart that finds out.</summary>
    public void LeaveUnknown(KnownRequest request)
    {
        lock (_gate)
        {
            Leave_NeedsLock(request);
            request.IsUnknown = true;
        }
    }

    public KnownRequest? Find(Sha256Digest key)
    {
        lock (_gate)
        {
            return _requests.GetValueOrDefault(key);
        }
    }

    /// <summary>A segment of the journal waits for these requests.</summary>
    public void Hurry()
    {
        lock (_gate)
        {
            _isHurried = _firstUnfiled is not null;
            threads.PulseAll(_gate);
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            threads.PulseAll(_gate);
        }
    }

    /// <summary>Waits for a batch that is due; false when there is none left and none will come.</summary>
    /// <param name="rest">How long a request may wait for others.</param>
    /// <param name="timeout">After which it returns without any.</param>
    /// <param name="batch">Takes the requests; they stay here.</param>
    public bool Wait(TimeSpan rest, TimeSpan timeout, List<KnownRequest> batch)
    {
        lock (_gate)
        {
            long began = threads.Clock.GetTimestamp();
            batch.Clear();
            while (true)
            {
                TimeSpan waited = _firstUnfiled is null ? TimeSpan.Zero : threads.Clock.GetElapsedTime(_since);
                if (_firstUnfiled is not null && (_isHurried || _isStopped || _unfiled >= BatchMax || waited >= rest))
                {
                    for (KnownRequest? request = _firstUnfiled; request is not null; request = request.Next)
                    {
                        batch.Add(request);
                    }

                    return true;
                }

                TimeSpan left = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout - threads.Clock.GetElapsedTime(began);
                if (_isStopped || (left <= TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan))
                {
                    return !_isStopped;
                }

                TimeSpan due = _firstUnfiled is null ? Timeout.InfiniteTimeSpan : rest - waited;
                threads.Wait(_gate, Sooner(left, due));
            }
        }
    }

    /// <summary>The batch is in the files: look-ups find it there.</summary>
    public void Drop(List<KnownRequest> batch)
    {
        lock (_gate)
        {
            foreach (KnownRequest request in batch)
            {
                _firstUnfiled = request.Next;
                _unfiled--;
                request.Next = null;
                if (_requests.GetValueOrDefault(request.Key) == request)
                {
                    _requests.Remove(request.Key);
                }
            }

            _lastUnfiled = _firstUnfiled is null ? null : _lastUnfiled;
            _since = threads.Clock.GetTimestamp();
            _isHurried = false;
        }
    }

    private static TimeSpan Sooner(TimeSpan left, TimeSpan right) =>
        left == Timeout.InfiniteTimeSpan ? right : right == Timeout.InfiniteTimeSpan || left < right ? left : right;

    private void Leave_NeedsLock(KnownRequest request)
    {
        for (LinkedListNode<(KnownRequest Request, long Floor)>? node = _underWay.First; node is not null; node = node.Next)
        {
            if (node.Value.Request == request)
            {
                _underWay.Remove(node);
                return;
            }
        }
    }

    private void Append_NeedsLock(KnownRequest request)
    {
        if (_lastUnfiled is null)
        {
            _firstUnfiled = request;
            _since = threads.Clock.GetTimestamp();
            threads.PulseAll(_gate);
        }
        else
        {
            _lastUnfiled.Next = request;
            if (_unfiled == BatchMax)
            {
                threads.PulseAll(_gate);
            }
        }

        _lastUnfiled = request;
        _unfiled++;
    }
}
