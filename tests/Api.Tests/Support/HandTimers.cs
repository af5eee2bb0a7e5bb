using System.Collections.Concurrent;

namespace DocService.Api.Tests.Support;

/// <summary>The system's clock, but timers of one length run out when the test says so, and never by themselves.</summary>
internal sealed class HandTimers(TimeSpan length) : TimeProvider
{
    private readonly ConcurrentDictionary<HandTimer, bool> _timers = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != length)
        {
            return base.CreateTimer(callback, state, dueTime, period);
        }

        var timer = new HandTimer(this, () => callback(state));
        _timers[timer] = true;
        return timer;
    }

    /// <summary>Those that have been made and not disposed.</summary>
    public void RunOut()
    {
        foreach (HandTimer timer in _timers.Keys)
        {
            timer.RunOut();
        }
    }

    private sealed class HandTimer(HandTimers all, Action runOut) : ITimer
    {
        public void RunOut() => runOut();

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => all._timers.TryRemove(this, out _);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
