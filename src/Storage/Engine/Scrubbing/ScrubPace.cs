namespace DocService.Storage.Engine.Scrubbing;

/// <summary>How fast the scrub may read. Thread: the scrub's.</summary>
/// <remarks>
/// Two bounds hold at once, because a disk has two: bytes for large files, operations for small ones. What is read at once (a file, or a
/// piece of one) is waited for afterwards, so the rates hold over the time that one such piece takes, not within it.
/// </remarks>
internal sealed class ScrubPace(long bytesPerSecond, long readsPerSecond, TimeProvider clock)
{
    /// <summary>What one operation of a disk reads at most: cloud disks count so, and the kernel splits larger reads.</summary>
    public const long ReadBytes = 256 << 10;

    private long _due = clock.GetTimestamp();

    /// <summary>How long to wait. What is below a moment is waited for later, with what follows.</summary>
    /// <param name="bytes">Have been read.</param>
    /// <param name="files">Have been looked for or opened: each is an operation of its own, for its inode.</param>
    public TimeSpan After(long bytes, int files)
    {
        long now = clock.GetTimestamp();
        long reads = files + ((bytes + ReadBytes - 1) / ReadBytes);
        double seconds = Math.Max((double)bytes / bytesPerSecond, (double)reads / readsPerSecond);
        _due = Math.Max(_due, now) + (long)Math.Ceiling(seconds * clock.TimestampFrequency);
        TimeSpan wait = clock.GetElapsedTime(now, _due);
        return wait < Threading.Intervals.Moment ? TimeSpan.Zero : wait;
    }
}
