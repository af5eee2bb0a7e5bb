namespace DocService.Api.Tests.Support;

/// <summary>The system's clock, but for the time of day, which starts on a whole second and stands still until a test moves it.</summary>
internal sealed class ManualClock : TimeProvider
{
    /// <summary>2026-03-01 12:00:00 UTC.</summary>
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private DateTimeOffset _now = Start;

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan time) => _now += time;
}
