using DocService.Storage.Engine.Space;
using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Engine.Filing;

/// <summary>When the filer works, and how hard: while commits flow it leaves disk and processors to them for as long as it can.</summary>
/// <remarks>Thread: the filer's, but for <see cref="Drain"/>: any.</remarks>
internal sealed class FilingRhythm(FilingQueue queue, Watermarks marks, Backlog backlog, DiskSpace space, TimeProvider clock)
{
    /// <summary>An idle store files a document after this; what arrives meanwhile shares its chunk.</summary>
    private static readonly TimeSpan LingerTime = TimeSpan.FromMilliseconds(20);

    /// <summary>Arrivals are counted over one or two of these: long enough for a rate, and a burst that has ended is soon forgotten.</summary>
    private static readonly TimeSpan ArrivalsTime = TimeSpan.FromSeconds(1);

    private volatile bool _isDraining;
    private double _rate = double.PositiveInfinity; // documents a second at full pace; no load is a burst before a chunk has told
    private double _arrivals; // when filing last gave way
    private long _begun;
    private long _roundThrough; // a round is all that had been published when it began
    private TimeSpan _worked; // in the round under way
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
        TimeSpan time = clock.GetElapsedTime(_begun);
        _worked += time;
        if (isTelling && time > TimeSpan.Zero)
        {
            // Full pace can do at least what a gentle chunk did: one that was slow for once is not believed for ever.
            double rate = documents / time.TotalSeconds;
            _rate = Pace == FilingPace.Gentle ? Math.Max(_rate, rate) : rate;
        }
    }

    /// <summary>
    /// After a chunk: goes on until its round is done, or after the first chunk in a burst, then pauses as long as commits
    /// flow and filing need not take all of the time (<see cref="FilingNeed"/>). It is all, at full pace, when the disk gets
    /// narrow, no commit comes, or somebody waits for <c>filed</c>.
    /// </summary>
    public void GiveWay()
    {
        // A long round is interrupted, to look whether what comes has become a burst.
        bool isRoundDone = marks.FiledThrough >= _roundThrough || _worked >= FilingNeed.PauseMax;
        bool isBurst = Pace == FilingPace.Gentle || FilingNeed.Of(_arrivals, queue.Count, backlog.Fill, _rate).IsBurst;
        if (isRoundDone || isBurst)
        {
            Pause();
        }
    }

    private void Pause()
    {
        Pace = FilingPace.Full;
        long started = clock.GetTimestamp();
        var arrivals = new RecentRate(ArrivalsTime, queue.Count);
        while (!IsJournalIdle() && !_isDraining && !queue.IsAwaited && space.HasRoomToSpare && backlog.Fill < FilingNeed.FullShareFill)
        {
            // Looked at once at least: what came beside filing says little of what would have come without.
            if (!queue.Pause(LingerTime))
            {
                return;
            }

            TimeSpan paused = clock.GetElapsedTime(started);
            int queued = queue.Count;
            _arrivals = arrivals.Look(paused, queued);
            FilingNeed need = FilingNeed.Of(_arrivals, queued, backlog.Fill, _rate);
            if (paused >= need.PauseAfter(_worked))
            {
                Pace = need.IsBurst ? FilingPace.Gentle : FilingPace.Full;
                break;
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
