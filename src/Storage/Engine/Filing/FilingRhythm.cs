using DocService.Storage.Engine.Space;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Filing;

/// <summary>When the filer works: while commits flow it leaves disk and processors to them for most of the time (<see cref="FilingShare"/>).</summary>
/// <remarks>Thread: the filer's.</remarks>
internal sealed class FilingRhythm(FilingQueue queue, Watermarks marks, Backlog backlog, DiskSpace space, TimeProvider clock)
{
    private long _roundBegun;
    private long _roundThrough; // a round is all that had been published when it began
    private long _lastDurable;

    /// <summary>
    /// Before a chunk. Returns at once within a round. Before a round it pauses for as long as commits flow and the journal has
    /// room for them; not at all when there are no writes, a write waits for <c>filed</c>, or room on the disk gets short.
    /// </summary>
    public void Begin()
    {
        if (queue.TriedThrough < _roundThrough && clock.GetElapsedTime(_roundBegun) < FilingShare.RoundMax)
        {
            return;
        }

        long started = clock.GetTimestamp();
        while (!IsJournalIdle() && !queue.IsAwaited && space.HasRoomToSpare && clock.GetElapsedTime(started) < FilingShare.PauseAt(backlog.Fill))
        {
            if (!queue.Pause(Intervals.Moment, endsWhenAwaited: true))
            {
                break;
            }
        }

        _roundBegun = clock.GetTimestamp();
        _roundThrough = marks.DurableThrough;
    }

    /// <summary>Whether no commit was published since the last look, nor is about to be: a slow sync is no idleness.</summary>
    private bool IsJournalIdle()
    {
        long durable = marks.DurableThrough;
        bool isIdle = durable == _lastDurable && marks.AppendedThrough == durable;
        _lastDurable = durable;
        return isIdle;
    }
}
