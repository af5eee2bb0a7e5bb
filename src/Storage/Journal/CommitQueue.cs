namespace DocService.Storage.Journal;

/// <summary>Where commits wait for the journal's thread.</summary>
/// <remarks>
/// Owns: the queue. Thread: <see cref="TryAdd"/> from any, everything else from the journal's thread.
/// Its length is bounded by the store's byte budget, which covers every commit in it.
/// </remarks>
internal sealed class CommitQueue
{
    private readonly object _gate = new(); // Monitor, for Wait and Pulse
    private readonly Queue<Commit> _commits = new();
    private bool _isWaiting;
    private bool _isWoken;
    private bool _isClosed;

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
            if (_isWaiting)
            {
                Monitor.Pulse(_gate);
            }

            return true;
        }
    }

    /// <summary>
    /// Waits for commits and moves the next group of them into the list: as many as fit the bytes, at least one.
    /// The wait is ended by <see cref="Wake"/> too, also by one that came before it.
    /// </summary>
    /// <returns>False when the time ran out, on being woken, or when the queue is closed and empty.</returns>
    public bool TryTakeGroup(List<Commit> group, int groupBytesMax, TimeSpan timeout)
    {
        lock (_gate)
        {
            if (_commits.Count == 0 && !_isClosed && !_isWoken)
            {
                _isWaiting = true;
                Monitor.Wait(_gate, timeout);
                _isWaiting = false;
            }

            _isWoken = false;

            long bytes = 0;
            while (_commits.TryPeek(out Commit? next) && (group.Count == 0 || bytes + next.RecordBytes <= groupBytesMax))
            {
                bytes += next.RecordBytes;
                group.Add(_commits.Dequeue());
            }

            return group.Count > 0;
        }
    }

    /// <summary>Something else than a commit has changed: the journal's thread does not wait before it has looked at it.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _isWoken = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes no more commits; those inside can still be taken out.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.Pulse(_gate);
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
}
