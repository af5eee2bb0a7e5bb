namespace DocService.Storage.Threading;

/// <summary>How often the store looks again for what nobody can tell it. Two times and a part of one serve for all of it; none was found to matter.</summary>
internal static class Intervals
{
    /// <summary>While somebody waits: short beside what a write may wait, long beside a look.</summary>
    public static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    /// <summary>For what has failed before: the longest that an obstacle which is gone may still hold something up.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>For what is told of the disk's room and of followers; timers run so often. With the look that follows it stays within <see cref="Retry"/>.</summary>
    public static readonly TimeSpan Watch = Retry / 4;
}
