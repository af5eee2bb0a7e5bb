using System.Collections.Concurrent;

namespace DocService.Api.Tests.Support;

/// <summary>The system's clocks, moved by a test: both, as time does, or the wall clock alone, as somebody who sets it does.</summary>
/// <remarks>Thread: any. Its timers are the system's, but for those of half an hour and more: they run out when the test says so, and never by themselves.</remarks>
internal sealed class ShiftedClock : TimeProvider
{
    private static readonly TimeSpan HeldFrom = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<HeldTimer, bool> _held = [];
    private long _wallTicks;
    private long _runningTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Volatile.Read(ref _runningTicks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Volatile.Read(ref _wallTicks));

    /// <summary>Whether somebody waits for half an hour or more.</summary>
    public bool HoldsTimers => !_held.IsEmpty;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < HeldFrom)
        {
            return base.CreateTimer(callback, state, dueTime, period);
        }

        var timer = new HeldTimer(this, () => callback(state));
        _held[timer] = true;
        return timer;
    }

    /// <summary>Those that have been made and not disposed.</summary>
    public void RunOut()
    {
        foreach (HeldTimer timer in _held.Keys)
        {
            timer.RunOut();
        }
    }

    /// <summary>Time goes by.</summary>
    public void Pass(TimeSpan time)
    {
        Interlocked.Add(ref _runningTicks, time.Ticks);
        Interlocked.Add(ref _wallTicks, time.Ticks);
    }

    /// <summary>Somebody sets the wall clock.</summary>
    public void MoveWall(TimeSpan by) => Interlocked.Add(ref _wallTicks, by.Ticks);

    private sealed class HeldTimer(ShiftedClock clock, Action runOut) : ITimer
    {
        public void RunOut() => runOut();

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => clock._held.TryRemove(this, out _);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
