using System.Diagnostics;
using DocService.Storage.Engine.Space;
using DocService.Storage.Reports;

namespace DocService.Storage.Bench.Burst;

/// <summary>Watches a store while it is loaded: how full its journal is, and the pace before and after writers are slowed.</summary>
/// <remarks>Thread: requests note themselves on any; <see cref="WatchAsync"/> samples.</remarks>
internal sealed class Backlog(DocumentStore store, long usableJournalBytes, int documentsMax)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private long _written;
    private long _lastAnswer = Stopwatch.GetTimestamp();
    private long _longestGap;

    /// <summary>Most of the journal's limit that was in use, of bytes or documents, whichever was nearer; 1 is full.</summary>
    public double FillMax { get; private set; }

    public long JournalBytesMax { get; private set; }

    public int PendingMax { get; private set; }

    /// <summary>When writers began to be slowed, and how many documents were written by then; null while they were not.</summary>
    public (TimeSpan At, long Written)? Slowed { get; private set; }

    public long Written => Interlocked.Read(ref _written);

    /// <summary>Longest time in which nobody at all got an answer.</summary>
    public TimeSpan LongestGap => Stopwatch.GetElapsedTime(0, _longestGap);

    public void NoteAnswer()
    {
        Interlocked.Increment(ref _written);
        lock (_gate)
        {
            long now = Stopwatch.GetTimestamp();
            _longestGap = Math.Max(_longestGap, now - _lastAnswer);
            _lastAnswer = now;
        }
    }

    public async Task WatchAsync(CancellationToken ended)
    {
        long started = Stopwatch.GetTimestamp();
        while (!ended.IsCancellationRequested)
        {
            JournalStatus status = store.Status;
            JournalBytesMax = Math.Max(JournalBytesMax, status.JournalBytes);
            PendingMax = Math.Max(PendingMax, status.PendingDocuments);
            double fill = Math.Max((double)status.JournalBytes / usableJournalBytes, (double)status.PendingDocuments / documentsMax);
            FillMax = Math.Max(FillMax, fill);
            if (fill >= 0.5)
            {
                Slowed ??= (Stopwatch.GetElapsedTime(started), Written);
            }

            await Task.Delay(Interval, TimeProvider.System, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
