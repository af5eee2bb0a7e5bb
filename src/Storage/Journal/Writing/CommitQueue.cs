using DocService.Storage.Threading;

namespace DocService.Storage.Journal.Writing;

/// <summary>Where commits wait for the journal's thread. Not bounded here: a writer waits for each of its commits.</summary>
/// <remarks>
/// Owns: the queue. Thread: <see cref="TryAdd"/>, <see cref="Wake"/> and <see cref="Close"/> from any, everything else from
/// the journal's.
/// A group waits a moment for half of the writers that were active lately. While it is synced, the other half is answered
/// and writes again. So processor and device are both busy, with few syncs. One or two writers never wait.
/// </remarks>
/// <param name="threads">How the journal's thread waits.</param>
/// <param name="gatherMax">Longest that a group waits for more; default 1 ms, the grain of Monitor's time and of the order of a sync.</param>
internal sealed class CommitQueue(IThreads threads, TimeSpan? gatherMax = null)
{
    private readonly TimeSpan _gatherMax = gatherMax ?? TimeSpan.FromMilliseconds(1);
    /// <summary>So many commits at most are in a group: its list, made once, never grows.</summary>
    public const int GroupCommitsMax = 4096;

    private readonly object _gate = new();
    private readonly Queue<Commit> _commits = new();
    private int _awaited; // commits at which the journal's thread is to be woken; 0 while it does not wait for any
    private int _taken; // commits of the last group
    private int _writersBefore;
    private bool _isWoken;
    private bool _isClosed;
    private Exception? _fence;

    /// <summary>Commits waiting.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _commits.Count;
            }
        }
    }

    /// <summary>False when the queue is closed: the commit will not be written.</summary>
    public bool TryAdd(Commit commit)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            _commits.Enqueue(commit);
            if (_awaited > 0 && _commits.Count >= _awaited)
            {
                _awaited = 0;
                threads.Pulse(_gate);
            }

            return true;
        }
    }

    /// <summary>
    /// Waits for commits and moves the next group of them into the list: as many as fit the bytes, at least one.
    /// <see cref="Wake"/> ends the wait too, even one that came before it. With a time of zero it does not wait.
    /// </summary>
    /// <returns>False when the time ran out, on being woken, or when the queue is closed and empty.</returns>
    public bool TryTakeGroup(List<Commit> group, int groupBytesMax, TimeSpan timeout)
    {
        lock (_gate)
        {
            if (timeout != TimeSpan.Zero)
            {
                Gather_NeedsLock();
            }

            if (_commits.Count == 0 && !_isClosed && !_isWoken)
            {
                Wait_NeedsLock(1, timeout);
            }

            _isWoken = false;

            long bytes = 0;
            while (group.Count < GroupCommitsMax && _commits.TryPeek(out Commit? next) && (group.Count == 0 || bytes + next.RecordBytes <= groupBytesMax))
            {
                bytes += next.RecordBytes;
                group.Add(_commits.Dequeue());
            }

            _taken = group.Count;
            return group.Count > 0;
        }
    }

    /// <summary>Something has changed that is no commit. The journal's thread looks at it before it waits again.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _isWoken = true;
            threads.Pulse(_gate);
        }
    }

    /// <summary>The journal's thread waits for something that nobody can tell it. Whatever is told meanwhile may end it early.</summary>
    public void Pause(TimeSpan time)
    {
        lock (_gate)
        {
            threads.Wait(_gate, time);
        }
    }

    /// <summary>Takes no more commits; those inside can still be taken out.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            threads.Pulse(_gate);
        }
    }

    /// <summary>Takes no more commits; those inside must not be written: what the journal's directory holds is unknown.</summary>
    public void Fence(Exception cause)
    {
        lock (_gate)
        {
            _fence ??= cause;
        }

        Close();
    }

    /// <exception cref="StorageFaultException">See <see cref="Fence"/>.</exception>
    public void ThrowIfFenced()
    {
        lock (_gate)
        {
            if (_fence is not null)
            {
                throw new StorageFaultException(_fence.Message, _fence);
            }
        }
    }

    /// <summary>Moves the commits whose deadline is over into the list.</summary>
    /// <exception cref="OutOfMemoryException">Nothing has been moved.</exception>
    public void TakeLate(long now, List<Commit> late)
    {
        lock (_gate)
        {
            late.EnsureCapacity(late.Count + _commits.Count); // a commit taken out must have a place

            // The queue is only nearly in the order of deadlines, because a commit may have waited for a lock first.
            for (int left = _commits.Any(commit => commit.Deadline <= now) ? _commits.Count : 0; left > 0; left--)
            {
                Commit commit = _commits.Dequeue();
                if (commit.Deadline <= now)
                {
                    late.Add(commit);
                }
                else
                {
                    _commits.Enqueue(commit);
                }
            }
        }
    }

    public bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _isClosed;
            }
        }
    }

    public bool IsClosedAndEmpty
    {
        get
        {
            lock (_gate)
            {
                return _isClosed && _commits.Count == 0;
            }
        }
    }

    /// <summary>
    /// Expects half of the writers that were active in the last two rounds. A round counts the last group, whose writers
    /// have just been answered, and the commits queued behind it. It waits once, so a wrong expectation costs one wait.
    /// </summary>
    private void Gather_NeedsLock()
    {
        int writers = _taken + _commits.Count;
        int expected = (Math.Min(writers, _writersBefore) + 1) / 2;
        _writersBefore = writers;
        if (expected > 1 && _commits.Count < expected && !_isClosed)
        {
            Wait_NeedsLock(expected, _gatherMax);
        }
    }

    private void Wait_NeedsLock(int commits, TimeSpan timeout)
    {
        _awaited = commits;
        threads.Wait(_gate, timeout);
        _awaited = 0;
    }
}
