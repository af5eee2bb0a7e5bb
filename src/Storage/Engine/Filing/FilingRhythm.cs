using DocService.Storage.Engine.Space;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Engine.Filing;

/// <summary>When the filer works: while commits flow it leaves disk and processors to them for most of the time (<see cref="FilingShare"/>).</summary>
/// <remarks>Thread: the filer's.</remarks>
internal sealed class FilingRhythm(FilingQueue queue, Watermarks marks, Backlog backlog, DiskSpace space, TimeProvider clock)
{
    /// <summary>While it pauses, it looks this often whether it still has to.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    private long _begun;
    private long _roundThrough; // a round is all that had been published when it began
    private TimeSpan _worked; // in the round under way
    private long _lastDurable;

    /// <summary>Before a chunk.</summary>
    public void Begin() => _begun = clock.GetTimestamp();

    /// <summary>
    /// After a chunk. Returns at once while the round is not done. After it pauses for as long as commits flow and filing has
    /// had its share; not at all when nobody writes, somebody waits for <c>filed</c>, or the disk gets narrow.
    /// </summary>
    public void GiveWay()
    {
        _worked += clock.GetElapsedTime(_begun);
        if (queue.TriedThrough < _roundThrough && _worked < FilingShare.RoundMax)
        {
            return;
        }

        long started = clock.GetTimestamp();
        while (!IsJournalIdle() && !queue.IsAwaited && space.HasRoomToSpare
            && clock.GetElapsedTime(started) < FilingShare.PauseAfter(_worked, backlog.Fill))
        {
            if (!queue.Pause(LookInterval, endsWhenAwaited: true))
            {
                return;
            }
        }

        _roundThrough = marks.DurableThrough;
        _worked = TimeSpan.Zero;
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
