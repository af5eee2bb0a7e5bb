namespace DocService.Storage.Tests.Support.Scheduling;

/// <summary>Time that goes on only when the scheduler says so. Its timers' callbacks become fibers.</summary>
/// <remarks>Thread: the fiber that runs. Invariant: of several that are due at once the first set goes first.</remarks>
internal sealed class VirtualClock(Action<Action> run) : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<(VirtualTimer Timer, int Setting), (long Due, long Order)> _timers = new();
    private long _order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Ticks since the start.</summary>
    public long Now { get; private set; }

    /// <summary>When the next timer is due; null when none is set.</summary>
    public long? NextDue
    {
        get
        {
            while (_timers.TryPeek(out var next, out var at))
            {
                if (next.Timer.Setting == next.Setting)
                {
                    return at.Due;
                }

                _timers.Dequeue();
            }

            return null;
        }
    }

    /// <summary>Hours that went by without anybody's notice: both clocks have counted them, and no timer was due.</summary>
    public TimeSpan Skipped { get; set; }

    /// <summary>How far somebody has put the wall clock ahead.</summary>
    public TimeSpan WallAhead { get; set; }

    public override long GetTimestamp() => Now + Skipped.Ticks;

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(Now) + Skipped + WallAhead;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void AdvanceTo(long ticks)
    {
        Now = Math.Max(Now, ticks);
        while (NextDue is { } due && due <= Now)
        {
            VirtualTimer timer = _timers.Dequeue().Timer;
            timer.Rearm();
            run(timer.Call);
        }
    }

    private void Set(VirtualTimer timer, TimeSpan after)
    {
        if (after != Timeout.InfiniteTimeSpan)
        {
            _timers.Enqueue((timer, timer.Setting), (Now + after.Ticks, _order++));
        }
    }

    private sealed class VirtualTimer(VirtualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        /// <summary>Every change makes the earlier ones void.</summary>
        public int Setting { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Setting++;
            _period = period;
            clock.Set(this, dueTime);
            return true;
        }

        public void Rearm()
        {
            Setting++;
            clock.Set(this, _period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : _period);
        }

        public void Call() => callback(state);

        public void Dispose() => Setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
