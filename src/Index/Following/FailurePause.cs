namespace DocService.Index.Following;

/// <summary>How long a failed index waits before it is made anew: not at all after the first failure, and after a full disk until there is room.</summary>
/// <remarks>Owns: the count of failures in a row. Thread: the follower's.</remarks>
internal sealed class FailurePause(IndexParts parts)
{
    /// <summary>After a second failure in a row, and between looks for room or for the last reader.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>What must be free beside the bytes that the index had when the disk was full.</summary>
    private const long SpareBytes = 64L << 20;

    private int _failures;

    /// <summary>The index answers again.</summary>
    public void Forget() => _failures = 0;

    /// <summary>Until the index may begin anew, or the store stops.</summary>
    /// <param name="failure">What happened.</param>
    /// <param name="freed">Completes when the last reader of the closed index has gone, because its directory cannot be used before.</param>
    public void Wait(Failure failure, Task freed)
    {
        _failures++;
        _ = freed.ContinueWith(static (_, signals) => ((FollowerSignals)signals!).Wake(), parts.Signals, TaskScheduler.Default);
        while (!freed.IsCompleted && !parts.Signals.IsStopping)
        {
            parts.Signals.Wait(Interval);
        }

        if (!freed.IsCompleted)
        {
            return;
        }

        long removed = TryClear(); // at once: nothing frees more of a full disk
        long started = parts.Clock.GetTimestamp();
        while (!parts.Signals.IsStopping && (IsTooSoon(started) || (failure.IsOutOfSpace && FreeBytes() < removed + SpareBytes)))
        {
            parts.Signals.Wait(Interval);
        }
    }

    private bool IsTooSoon(long started) => _failures > 1 && parts.Clock.GetElapsedTime(started) < Interval;

    /// <summary>Bytes that became free. What cannot be removed now is tried again, and told, when the index begins anew.</summary>
    private long TryClear()
    {
        try
        {
            return parts.Directory.Clear();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>On the filesystem of the index.</summary>
    private long FreeBytes()
    {
        try
        {
            return new DriveInfo(parts.Options.Directory).AvailableFreeSpace;
        }
        catch (IOException)
        {
            return long.MaxValue; // not known: trying tells
        }
    }
}
