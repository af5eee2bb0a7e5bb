namespace DocService.Api.Tests.Support;

/// <summary>The system's clocks, moved by a test: both, as time does, or the wall clock alone, as somebody who sets it does.</summary>
/// <remarks>Thread: any. Its timers are the system's.</remarks>
internal sealed class ShiftedClock : TimeProvider
{
    private long _wallTicks;
    private long _runningTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Volatile.Read(ref _runningTicks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Volatile.Read(ref _wallTicks));

    /// <summary>Time goes by.</summary>
    public void Pass(TimeSpan time)
    {
        Interlocked.Add(ref _runningTicks, time.Ticks);
        Interlocked.Add(ref _wallTicks, time.Ticks);
    }

    /// <summary>Somebody sets the wall clock.</summary>
    public void MoveWall(TimeSpan by) => Interlocked.Add(ref _wallTicks, by.Ticks);
}
