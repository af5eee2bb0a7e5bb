namespace DocService.Storage.Journal;

/// <summary>Where commits wait for the journal's thread, and where a writer who comes alone is given its place.</summary>
/// <remarks>
/// Owns: the queue, and who may write the journal: its thread, or one leader while that thread waits in here.
/// Thread: <see cref="TryAdd"/> and <see cref="TryLead"/> from any, everything else from whoever writes the journal.
/// Invariant: while there is a leader the journal's thread does not leave this queue.
/// Its length is bounded by the store's byte budget, which covers every commit in it.
/// A group waits a moment for half of the writers who were there lately: while it is synced the other half is answered
/// and comes again, so processor and device are both busy, with few syncs. Up to two writers never wait.
/// </remarks>
/// <param name="gatherMax">Longest that a group waits for more; default 1 ms, the grain of Monitor's time and of the order of a sync.</param>
internal sealed class CommitQueue(TimeSpan? gatherMax = null)
{
    /// <summary>
    /// A writer leads from so many groups on that were his alone, some 10 ms of writes. They are counted to the double; a
    /// group with others in it or behind it halves the count: two writers soon lead no more, one who met another goes on.
    /// </summary>
    private const int LoneGroups = 16;

    private readonly TimeSpan _gatherMax = gatherMax ?? TimeSpan.FromMilliseconds(1);
    private readonly object _gate = new(); // Monitor, for Wait and Pulse
    private readonly Queue<Commit> _commits = new();
    private int _awaited; // commits at which the journal's thread is to be woken; 0 while it does not wait for any
    private int _taken; // commits of the last group
    private int _writersBefore;
    private int _lone; // groups of one commit that nobody came to wait behind
    private bool _isLed;
    private bool _isEndAwaited; // the journal's thread is to be told when the leader has ended, if only for its seal
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
            if (_awaited > 0 && _commits.Count >= _awaited)
            {
                _awaited = 0;
                Monitor.Pulse(_gate);
            }

            return true;
        }
    }

    /// <summary>
    /// True when the caller, whose commit is not in the queue, is to write the journal in place of its thread, and then
    /// to call <see cref="EndLead"/>: he has come alone for a while, and nobody else is there. It saves him two wake-ups.
    /// </summary>
    public bool TryLead()
    {
        if (Volatile.Read(ref _lone) < LoneGroups)
        {
            return false;
        }

        lock (_gate)
        {
            if (_awaited != 1 || _commits.Count > 0 || _isWoken || _isClosed)
            {
                return false;
            }

            _isLed = true;
            _taken = 1;
            _awaited = 0; // whoever comes now waits for the leader's end
            return true;
        }
    }

    /// <summary>The journal is its thread's again.</summary>
    public void EndLead()
    {
        lock (_gate)
        {
            _isLed = false;
            if (_isEndAwaited || _commits.Count > 0)
            {
                Monitor.Pulse(_gate);
            }
            else
            {
                _awaited = 1;
            }
        }
    }

    /// <summary>
    /// Waits for commits and moves the next group of them into the list: as many as fit the bytes, at least one.
    /// The wait is ended by <see cref="Wake"/> too, also by one that came before it. With a time of zero it waits for nobody.
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
            while (_commits.TryPeek(out Commit? next) && (group.Count == 0 || bytes + next.RecordBytes <= groupBytesMax))
            {
                bytes += next.RecordBytes;
                group.Add(_commits.Dequeue());
            }

            _taken = group.Count;
            return group.Count > 0;
        }
    }

    /// <summary>
    /// The group is durable, and nobody has been told that yet. Behind a leader, on whose thread they might have run, those
    /// count as well who wait for a thread of the pool: else he would keep off for good who could tell that he is not alone.
    /// </summary>
    public void NoteDurable()
    {
        lock (_gate)
        {
            bool isLone = _taken == 1 && _commits.Count == 0 && !(_isLed && ThreadPool.PendingWorkItemCount > 0);
            Volatile.Write(ref _lone, isLone ? Math.Min(_lone + 1, 2 * LoneGroups) : _lone / 2);
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

    /// <summary>
    /// Half of the writers who were there twice in a row, in the last group or queued behind it: those of the last group
    /// have been answered a moment ago. Waits once, so that what was expected wrongly costs one wait.
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
        _isEndAwaited = timeout == Timeout.InfiniteTimeSpan; // a leader's commit makes a seal due, which such a wait knows nothing of
        Monitor.Wait(_gate, timeout);
        _isEndAwaited = true;
        while (_isLed)
        {
            Monitor.Wait(_gate);
        }

        _awaited = 0;
    }
}
