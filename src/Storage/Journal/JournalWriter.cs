using DocService.Storage.Io;

namespace DocService.Storage.Journal;

/// <summary>
/// Group commit: one thread takes whatever has gathered, writes it as one contiguous group, syncs once, publishes it
/// with one store, and completes every commit. While it syncs, the next group gathers.
/// </summary>
/// <remarks>
/// Owns: the current segment, the sealed ones not yet released, the sequence. Thread: its own; <see cref="TryAdd"/> from any.
/// Invariants: group N+1 is not begun before the sync of group N has returned; a group never spans two segments; a
/// segment is released only when a synced record or header in the current one says that all of it is filed.
/// On failure: a failed sync is not survived. Nothing of its group is acknowledged, no descriptor is synced again, the
/// thread ends, and everyone who waits is told. A write that found no room is voided by a new segment's synced header.
/// </remarks>
internal sealed class JournalWriter
{
    /// <summary>A group takes no more commits above this: its bytes are copied once and written at one go.</summary>
    private const long GroupBytesMax = 4 * 1024 * 1024;

    private readonly SegmentPool _pool;
    private readonly SegmentKeeper _keeper;
    private readonly JournalHooks _hooks;
    private readonly JournalLimits _limits;
    private readonly CommitQueue _queue = new();
    private readonly Queue<Segment> _sealed;
    private readonly GroupBuffer _buffer = new();
    private readonly List<Commit> _group = [];
    private readonly Thread _thread;
    private readonly int _groupBytesMax; // a group never spans two segments, so it fits an empty one
    private Segment _current;
    private long _lastSequence;
    private long _recordedDurable; // the watermarks as the current segment's synced records tell them
    private long _recordedFiled;
    private long _pendingDurable; // the same, in the group being written
    private long _pendingFiled;
    private long _usedBytes;
    private long _lastSync = System.Diagnostics.Stopwatch.GetTimestamp(); // or the last time that a seal found no room
    private bool _isSealBlocked;
    private volatile bool _isFailed;

    /// <param name="pool">Where segments come from.</param>
    /// <param name="keeper">Who keeps it filled.</param>
    /// <param name="sealedSegments">Older segments with unfiled commits, ascending.</param>
    /// <param name="current">A segment just begun.</param>
    /// <param name="hooks">Whom to tell.</param>
    /// <param name="limits">What to keep to.</param>
    public JournalWriter(SegmentPool pool, SegmentKeeper keeper, IEnumerable<Segment> sealedSegments, Segment current, JournalHooks hooks, JournalLimits limits)
    {
        _pool = pool;
        _keeper = keeper;
        _hooks = hooks;
        _limits = limits;
        _groupBytesMax = (int)Math.Min(GroupBytesMax, pool.SegmentBytes - JournalFormat.BlockBytes);
        _sealed = new Queue<Segment>(sealedSegments);
        _current = current;
        _lastSequence = current.Header.FirstSequence - 1;
        _recordedDurable = current.Header.DurableThrough;
        _recordedFiled = current.Header.FiledThrough;
        Marks = new Watermarks(current.Header.StartsAfter, current.Header.FiledThrough);
        _thread = new Thread(Work) { IsBackground = true, Name = "docservice-journal" };
    }

    public Watermarks Marks { get; }

    public JournalStatistics Statistics { get; } = new();

    /// <summary>Bytes of segments that hold unfiled commits, the current one counted as far as it is written.</summary>
    public long UsedBytes => Volatile.Read(ref _usedBytes);

    /// <summary>Commits waiting for their group.</summary>
    public int QueueLength => _queue.Count;

    /// <summary>Starts the thread. What older segments hold that is filed already is released now.</summary>
    public void Start()
    {
        ReleaseFiled();
        _thread.Start();
    }

    /// <summary>Queues a closed commit; its tasks tell the rest. False when the journal has stopped: the commit was not taken.</summary>
    public bool TryAdd(Commit commit) => !_isFailed && _queue.TryAdd(commit);

    /// <summary>filedThrough has moved: a seal is due once it is quiet.</summary>
    public void NoteFiled() => _queue.Wake();

    /// <summary>Writes what is queued, a clean-stop seal when everything is filed, and ends the thread.</summary>
    public void Stop()
    {
        _queue.Close();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }
    }

    /// <summary>Closes the files. After <see cref="Stop"/>.</summary>
    public void CloseFiles()
    {
        _current.Dispose();
        foreach (Segment segment in _sealed)
        {
            segment.Dispose();
        }
    }

    private bool NeedsSeal => Marks.DurableThrough != _recordedDurable || Marks.FiledThrough != _recordedFiled;

    /// <summary>
    /// Quiet time still to pass before a seal. None where an older segment is filed to its end: it cannot be released
    /// before that is written down, and writers may be waiting for its room.
    /// </summary>
    private TimeSpan UntilSeal()
    {
        if (!NeedsSeal)
        {
            return Timeout.InfiniteTimeSpan;
        }

        bool isUrgent = !_isSealBlocked && _sealed.TryPeek(out Segment? oldest) && oldest.LastSequence <= Marks.FiledThrough;
        TimeSpan left = _limits.SealAfter - System.Diagnostics.Stopwatch.GetElapsedTime(_lastSync);
        return isUrgent || left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }

    private void Work()
    {
        try
        {
            while (!_queue.IsClosedAndEmpty)
            {
                if (_queue.TryTakeGroup(_group, _groupBytesMax, UntilSeal()))
                {
                    WriteGroup();
                    _group.Clear();
                }
                else if (UntilSeal() == TimeSpan.Zero && !_queue.IsClosedAndEmpty)
                {
                    WriteSeal(RecordType.Seal);
                }
            }

            // Unfiled commits are replayed at the next start, and that is no clean stop.
            WriteSeal(Marks.FiledThrough == Marks.DurableThrough ? RecordType.CleanStop : RecordType.Seal);
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private void WriteGroup()
    {
        long bytes = GroupBuffer.Measure(_group);
        if (_current.Position + bytes > _current.Header.SizeBytes && !TryMakeRoom(ref bytes))
        {
            return;
        }

        Encode(bytes);
        try
        {
            _current.File.Write(_buffer.Bytes, _current.Position);
        }
        catch (FileSystemException exception) when (exception.IsOutOfSpace)
        {
            VoidGroup(exception);
            return;
        }

        _current.Position += _buffer.Bytes.Length;
        _current.LastSequence = _lastSequence;
        Marks.AdvanceAppended(_lastSequence);
        _hooks.Appended(_group);
        foreach (Commit commit in _group)
        {
            commit.CompleteAppended();
        }

        SyncCurrent(_group.Count);
        Marks.AdvanceDurable(_lastSequence);
        _hooks.Published(_group);
        foreach (Commit commit in _group)
        {
            commit.CompleteDurable();
        }

        ReleaseFiled();
    }

    /// <summary>Gives the commits their sequences and places and fills the buffer.</summary>
    private void Encode(long bytes)
    {
        _buffer.Begin(bytes);
        long durableThrough = Marks.DurableThrough;
        long filedThrough = Marks.FiledThrough;
        foreach (Commit commit in _group)
        {
            commit.Sequence = ++_lastSequence;
            commit.Segment = _current;
            commit.PayloadOffset = _current.Position + _buffer.Add(
                new RecordHeader
                {
                    Type = RecordType.Commit,
                    PayloadBytes = commit.PayloadBytes,
                    Operations = commit.Places.Count,
                    Sequence = commit.Sequence,
                    DurableThrough = durableThrough,
                    FiledThrough = filedThrough,
                    PayloadHash = commit.PayloadHash,
                },
                commit.Payload,
                _current.Header.Salt);
        }

        _buffer.Finish();
        _pendingFiled = filedThrough;
        _pendingDurable = durableThrough;
    }

    private void SyncCurrent(int commits)
    {
        long started = System.Diagnostics.Stopwatch.GetTimestamp();
        Statistics.NoteSyncStart();
        _current.File.SyncData();
        _lastSync = System.Diagnostics.Stopwatch.GetTimestamp();
        _isSealBlocked = false;
        Statistics.NoteSync(System.Diagnostics.Stopwatch.GetElapsedTime(started, _lastSync), commits, _buffer.Bytes.Length);
        _recordedFiled = Math.Max(_recordedFiled, _pendingFiled);
        _recordedDurable = _pendingDurable;
    }

    private void WriteSeal(RecordType type)
    {
        if (_current.Position + JournalFormat.BlockBytes > _current.Header.SizeBytes)
        {
            if (_pool.TryTake(mayUseReserve: true) is not { } spare)
            {
                // A seal saves work at the next start, no more: it is tried again after the next quiet time.
                _isSealBlocked = true;
                _lastSync = System.Diagnostics.Stopwatch.GetTimestamp();
                return;
            }

            // The new segment's header says all that the seal would; only a clean stop still needs its record.
            BeginSegment(spare, Marks.DurableThrough);
            if (type == RecordType.Seal)
            {
                return;
            }
        }

        _pendingFiled = Marks.FiledThrough;
        _pendingDurable = Marks.DurableThrough;
        _buffer.FillWithSeal(type, _lastSequence, Marks, _current.Header.Salt);
        _current.File.Write(_buffer.Bytes, _current.Position);
        _current.Position += _buffer.Bytes.Length;
        SyncCurrent(0);
        ReleaseFiled();
    }

    /// <summary>
    /// The group goes into a new segment. Waits for one within limits, then refuses what cannot have it: false when
    /// nothing of the group is left.
    /// </summary>
    private bool TryMakeRoom(ref long bytes)
    {
        Spare? spare = WaitForSpare();
        if (spare is null)
        {
            Refuse(commit => !commit.IsDeletesOnly, _keeper.IsOutOfSpace
                ? new OutOfSpaceException("There is no room for the journal to grow.")
                : new StoreBusyException("The journal is full of commits that are not yet filed."));
            spare = _group.Count > 0 ? _pool.TryTake(mayUseReserve: true) : null;
        }

        if (spare is null)
        {
            Refuse(_ => true, new OutOfSpaceException("There is no room for the journal to grow, and its reserve is used up."));
            return false;
        }

        BeginSegment(spare, Marks.DurableThrough);
        bytes = GroupBuffer.Measure(_group);
        return true;
    }

    private Spare? WaitForSpare()
    {
        long started = System.Diagnostics.Stopwatch.GetTimestamp();
        bool hasAsked = false;
        while (true)
        {
            bool isWithinLimit = _sealed.Where(segment => segment.LastSequence > Marks.FiledThrough).Sum(segment => segment.Header.SizeBytes)
                + (_current.LastSequence > Marks.FiledThrough ? _current.Header.SizeBytes : 0) + _pool.SegmentBytes <= _limits.UsableBytes;
            if (isWithinLimit && _pool.TryTake(mayUseReserve: false) is { } spare)
            {
                return spare;
            }

            bool hasPuts = _group.Exists(commit => !commit.IsDeletesOnly);
            if ((!hasPuts && _pool.Count > 0) || System.Diagnostics.Stopwatch.GetElapsedTime(started) > _limits.RoomTimeout)
            {
                return null;
            }

            if (!hasAsked)
            {
                // That there was no room is perhaps long ago.
                _keeper.Wake();
                hasAsked = true;
            }
            else if ((isWithinLimit || !hasPuts) && _keeper.IsOutOfSpace)
            {
                return null;
            }

            _keeper.WaitForChange(TimeSpan.FromMilliseconds(20));
        }
    }

    private void Refuse(Predicate<Commit> which, StoreException error)
    {
        foreach (Commit commit in _group.FindAll(which))
        {
            commit.Fail(error);
        }

        _group.RemoveAll(which);
    }

    /// <summary>The old segment is synced to its end by now: every group is synced before the next begins.</summary>
    private void BeginSegment(Spare spare, long startsAfter)
    {
        Segment begun = _pool.Begin(spare, startsAfter, _lastSequence + 1, Marks.DurableThrough, Marks.FiledThrough);
        _keeper.Wake();
        _sealed.Enqueue(_current);
        _current = begun;
        _recordedFiled = begun.Header.FiledThrough;
        _recordedDurable = begun.Header.DurableThrough;
        ReleaseFiled();
    }

    /// <summary>
    /// The group's write stopped short: some of it may be in the file. A synced header that begins the log anew after
    /// the last durable commit makes it void, so its effect is known to be nothing. If that fails, everything does.
    /// </summary>
    private void VoidGroup(FileSystemException cause)
    {
        Spare spare = _pool.TryTake(mayUseReserve: true) ?? throw cause;
        BeginSegment(spare, Marks.DurableThrough);
        _hooks.OutOfSpace(cause.Message);
        Refuse(_ => true, new OutOfSpaceException(cause.Message, cause));
    }

    private void ReleaseFiled()
    {
        while (_sealed.TryPeek(out Segment? oldest) && oldest.LastSequence <= _recordedFiled)
        {
            _sealed.Dequeue();
            oldest.Retire(() => _keeper.Recycle(oldest));
        }

        Volatile.Write(ref _usedBytes, _sealed.Sum(segment => segment.Header.SizeBytes) + (_current.LastSequence > Marks.FiledThrough ? _current.Position : 0));
    }

    private void Fail(Exception cause)
    {
        // In this order: who finds the queue closed finds the reason too.
        _hooks.Failed($"the journal cannot be written: {cause.Message}", cause);
        _isFailed = true;
        _queue.Close();
        Refuse(_ => true, new OutcomeUnknownException($"The write may or may not survive: {cause.Message}", cause));
        while (_queue.TryTakeGroup(_group, _groupBytesMax, TimeSpan.Zero))
        {
            Refuse(_ => true, new StoreFencedException($"Nothing of this request was done; the store takes no writes until it is restarted: {cause.Message}", cause));
        }
    }
}
