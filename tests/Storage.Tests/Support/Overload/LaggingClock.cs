using DocService.Storage.Tests.Support.Scheduling;

namespace DocService.Storage.Tests.Support.Overload;

/// <summary>For one thread of the store time goes at a third of its pace: what it was to do within a time comes late.</summary>
internal sealed class LaggingClock(TimeProvider clock, string thread) : TimeProvider
{
    private const int Lag = 3;

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => SeededScheduler.Current?.Name == thread ? clock.GetTimestamp() / Lag : clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => clock.CreateTimer(callback, state, dueTime, period);
}
