namespace DocService.Storage.Clock;

/// <summary>How long a timer is set. Thread: any.</summary>
public static class Waits
{
    /// <summary>
    /// In whole milliseconds, rounded up. Timers and monitors drop the fraction: they would end early, and whoever then
    /// waits for the rest, of less than a millisecond, would ask again and again without a pause.
    /// </summary>
    public static TimeSpan NeverEarly(TimeSpan time) =>
        time == Timeout.InfiniteTimeSpan ? time : TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds));
}
