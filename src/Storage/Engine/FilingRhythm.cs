using DocService.Storage.Journal;

namespace DocService.Storage.Engine;

/// <summary>When the filer works, and how hard: beside flowing commits it takes no more of disk and processors than it must.</summary>
/// <remarks>Thread: the filer's, but for <see cref="Drain"/>: any.</remarks>
internal sealed class FilingRhythm(FilingQueue queue, Watermarks marks, Backlog backlog, StoreHealth health, TimeProvider clock)
{
    /// <summary>An idle store files a document after this; what arrives meanwhile shares its chunk.</summary>
    private static readonly TimeSpan LingerTime = TimeSpan.FromMilliseconds(20);

    /// <summary>Longest that filing gives way to commits between two chunks: a gentle one takes some 0.3 s, so that a burst leaves it 3 % of the time.</summary>
    private static readonly TimeSpan GiveWayMax = TimeSpan.FromSeconds(10);

    /// <summary>Arrivals are counted over one or two of these: long enough for a rate, and a burst that has ended is soon forgotten.</summary>
    private static readonly TimeSpan ArrivalsTime = TimeSpan.FromSeconds(1);

    private volatile bool _isDraining;
    private FilingRates _rates = new(Gentle: 1_500, Full: 4_000); // guesses until the first chunks that tell
    private long _begun;
    private TimeSpan _worked;
    private long _lastDurable;

    /// <summary>Of the chunk under way, or the next one.</summary>
    public FilingPace Pace { get; private set; } = FilingPace.Full;

    /// <summary>How long to wait for company once the first document is there.</summary>
    public TimeSpan Linger => _isDraining || backlog.Fill >= FilingNeed.FullShareFill ? TimeSpan.Zero : LingerTime;

    /// <summary>No more lingering, and no giving way: what is there is filed at once.</summary>
    public void Drain() => _isDraining = true;

    /// <summary>Before a chunk. Whoever has come to wait since the last one is not kept waiting.</summary>
    public void Begin()
    {
        Pace = _isDraining ? FilingPace.Draining : queue.IsAwaited ? FilingPace.Full : Pace;
        _begun = clock.GetTimestamp();
    }

    /// <summary>After a chunk.</summary>
    /// <param name="documents">How many it had.</param>
    /// <param name="isTelling">Whether its time says what filing can do: it was large enough, and nothing had to be tried again.</param>
    public void End(int documents, bool isTelling)
    {
        _worked = clock.GetElapsedTime(_begun);
        if (isTelling && _worked > TimeSpan.Zero)
        {
            double rate = documents / _worked.TotalSeconds;
            _rates = Pace == FilingPace.Gentle ? _rates with { Gentle = rate } : _rates with { Full = rate };
        }
    }

    /// <summary>
    /// After a chunk: pauses as long as commits flow and filing need not take all of the time. What it must take is said by
    /// <see cref="FilingNeed"/>; it is all, at full pace, when the disk gets narrow, no commit comes, or somebody waits for <c>filed</c>.
    /// </summary>
    public void GiveWay()
    {
        Pace = FilingPace.Full;
        long started = clock.GetTimestamp();
        var arrivals = new RecentRate(ArrivalsTime, queue.Count);
        while (!IsJournalIdle() && !_isDraining && !queue.IsAwaited && health.State == StoreState.Ready && backlog.HasRoomToSpare && backlog.Fill < FilingNeed.FullShareFill)
        {
            // Looked at once at least: what came beside filing says little of what would have come without.
            if (!queue.Pause(LingerTime))
            {
                return;
            }

            TimeSpan paused = clock.GetElapsedTime(started);
            int queued = queue.Count;
            FilingNeed need = FilingNeed.Of(arrivals.Look(paused, queued), queued, backlog.Fill, _rates);
            TimeSpan pause = _worked * ((1 / need.Share) - 1);
            if (paused >= (pause < GiveWayMax ? pause : GiveWayMax))
            {
                Pace = need.Pace;
                return;
            }
        }
    }

    /// <summary>Whether no commit was published since the last look.</summary>
    private bool IsJournalIdle()
    {
        long durable = marks.DurableThrough;
        bool isIdle = durable == _lastDurable;
        _lastDurable = durable;
        return isIdle;
    }
}
