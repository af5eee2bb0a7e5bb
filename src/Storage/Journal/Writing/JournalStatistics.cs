using System.Diagnostics;

namespace DocService.Storage.Journal.Writing;

/// <summary>Counts since the start, for metrics and tests. Thread: written by the journal's, read by any.</summary>
internal sealed class JournalStatistics
{
    private long _bytes;
    private long _syncStarted;

    /// <summary>Called after every sync of the journal, on its thread, after the commits have been completed. What it throws is dropped.</summary>
    public Action<TimeSpan, int>? Synced { get; set; }

    /// <summary>How long the sync under way has been running, one that begins a segment included; zero when none is.</summary>
    public TimeSpan SyncRunningFor => Volatile.Read(ref _syncStarted) is > 0 and long started ? Stopwatch.GetElapsedTime(started) : TimeSpan.Zero;

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>A sync is under way until the disposal, whether it ends well or not.</summary>
    public RunningSync NoteSyncStarted()
    {
        Volatile.Write(ref _syncStarted, Stopwatch.GetTimestamp());
        return new RunningSync(this);
    }

    public void NoteSync(TimeSpan duration, int commits, long bytes)
    {
        Volatile.Write(ref _bytes, _bytes + bytes);
        try
        {
            Synced?.Invoke(duration, commits);
        }
        catch (Exception)
        {
            // A listener of the metrics; what is durable is so without it.
        }
    }

    internal readonly struct RunningSync(JournalStatistics statistics) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref statistics._syncStarted, 0);
    }
}
