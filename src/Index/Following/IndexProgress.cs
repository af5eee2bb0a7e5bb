using DocService.Index.Rows;

namespace DocService.Index.Following;

/// <summary>How far the index has come, for those who ask and those who wait.</summary>
/// <remarks>Thread: the follower's writes, any reads. Invariant: nobody's wait ends while the index is being built.</remarks>
internal sealed class IndexProgress(TimeProvider clock)
{
    private long _position;
    private long _durable;
    private long _done;
    private long _total;
    private long _unreadable;
    private long _behindSince; // a timestamp; 0 when it is not
    private long _wholeAt; // ticks
    private volatile string? _reason;
    private volatile IndexStage _stage;

    public PositionWaiters Waiters { get; } = new();

    /// <summary>Written.</summary>
    public long Position => Interlocked.Read(ref _position);

    public long DurablePosition => Interlocked.Read(ref _durable);

    public IndexStage Stage
    {
        get => _stage;
        set => _stage = value;
    }

    public IndexStatus Status => new()
    {
        Reason = _reason, // before the stage, which is set first: the reason of a failure is never seen beside the stage before it
        Stage = _stage,
        Position = Position,
        DurablePosition = DurablePosition,
        Lag = Lag,
        Done = Interlocked.Read(ref _done),
        Total = Interlocked.Read(ref _total),
        Unreadable = Interlocked.Read(ref _unreadable),
    };

    private TimeSpan Lag => Interlocked.Read(ref _behindSince) is not 0 and var since ? clock.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>It was opened as it is.</summary>
    public void Open(IndexState state)
    {
        Interlocked.Exchange(ref _position, state.Position);
        Interlocked.Exchange(ref _durable, state.Position);
    }

    /// <summary>It answers nothing any more, and will be made anew.</summary>
    public void GiveUp(string reason)
    {
        _stage = IndexStage.Waiting;
        _reason = reason;
        NoteBehind();
        Waiters.Reset();
    }

    /// <summary>It begins anew. Nothing of it is durable.</summary>
    public void BeginBuilding()
    {
        Interlocked.Exchange(ref _position, 0);
        Interlocked.Exchange(ref _durable, 0);
        Interlocked.Exchange(ref _done, 0);
        Interlocked.Exchange(ref _total, 0);
        Interlocked.Exchange(ref _unreadable, 0);
        _stage = IndexStage.Building;
    }

    /// <summary>It has every document, and answers.</summary>
    public void BeginFollowing(IndexState state)
    {
        _stage = IndexStage.Following;
        NoteWritten(state);
    }

    public void NoteRead(bool isReadable)
    {
        Interlocked.Increment(ref _done);
        if (!isReadable)
        {
            Interlocked.Increment(ref _unreadable);
        }
    }

    public void NoteTotal(long total) => Interlocked.Exchange(ref _total, total);

    public void NoteWritten(IndexState state)
    {
        Interlocked.Exchange(ref _position, state.Position);
        if (_stage == IndexStage.Following)
        {
            Waiters.Reach(state.Position);
        }
    }

    /// <summary>There is a commit that is not in the index.</summary>
    public void NoteBehind() => Interlocked.CompareExchange(ref _behindSince, clock.GetTimestamp(), 0);

    /// <summary>By the store's time: every commit that was published by then is written. The beginning of time before it has read the log once.</summary>
    public DateTimeOffset WholeAt => new(Interlocked.Read(ref _wholeAt), TimeSpan.Zero);

    /// <summary>It has read the log to its end, and written what it read.</summary>
    /// <param name="moment">By the store's time, before it began to read.</param>
    public void NoteCaughtUp(DateTimeOffset moment)
    {
        Interlocked.Exchange(ref _behindSince, 0);
        NoteWhole(moment);
    }

    /// <summary>It had every commit that was published at that moment of the store's time. Any thread.</summary>
    public void NoteWhole(DateTimeOffset moment)
    {
        long known = Interlocked.Read(ref _wholeAt);
        while (moment.UtcTicks > known)
        {
            long before = Interlocked.CompareExchange(ref _wholeAt, moment.UtcTicks, known);
            if (before == known)
            {
                return;
            }

            known = before;
        }
    }

    public void NoteDurable(long position) => Interlocked.Exchange(ref _durable, position);
}
