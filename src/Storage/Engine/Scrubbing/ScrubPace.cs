namespace DocService.Storage.Engine.Scrubbing;

/// <summary>How fast the scrub may read. Thread: the scrub's.</summary>
/// <remarks>A file counts as 16 KiB at least, because a small one costs a disk as many seeks as a large one: one number bounds bytes and files.</remarks>
internal sealed class ScrubPace(long bytesPerSecond, TimeProvider clock)
{
    /// <summary>What a file counts at least.</summary>
    public const long FileBytesMin = 16 << 10;

    private long _due = clock.GetTimestamp();

    /// <summary>How long to wait after so many bytes. What is below a moment is waited for later, with what follows.</summary>
    public TimeSpan After(long bytes)
    {
        long now = clock.GetTimestamp();
        double seconds = (double)Math.Max(bytes, FileBytesMin) / bytesPerSecond;
        _due = Math.Max(_due, now) + (long)(seconds * clock.TimestampFrequency);
        TimeSpan wait = clock.GetElapsedTime(now, _due);
        return wait < Threading.Intervals.Moment ? TimeSpan.Zero : wait;
    }
}
