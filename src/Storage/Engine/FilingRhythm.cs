using System.Diagnostics;
using DocService.Storage.Journal;

namespace DocService.Storage.Engine;

/// <summary>When the filer works, and how hard: beside flowing commits it takes no more of disk and processors than it must.</summary>
/// <remarks>Thread: the filer's, but for <see cref="IsDraining"/>, which any may set.</remarks>
internal sealed class FilingRhythm(FilingQueue queue, Watermarks marks, Backlog backlog, StoreHealth health)
{
    /// <summary>The least part of the time that filing takes while commits flow.</summary>
    private const double ShareMin = 0.02;

    /// <summary>Parts of the time that filing may have to take at either pace before the next comes in: full pace, a burst.</summary>
    private const double GentleMax = 0.8;
    private const double FullMax = 0.5;

    /// <summary>Filing takes all of its time, and lingers no more, from here on.</summary>
    private const double FullShareFill = 0.5;

    /// <summary>An idle store files a document after this; what arrives meanwhile shares its chunk.</summary>
    private static readonly TimeSpan LingerTime = TimeSpan.FromMilliseconds(20);

    /// <summary>A backlog that takes so long to file leaves filing no pause.</summary>
    private static readonly TimeSpan BacklogTime = TimeSpan.FromSeconds(2);

    /// <summary>Longest that filing gives way to commits between two chunks.</summary>
    private static readonly TimeSpan GiveWayMax = TimeSpan.FromSeconds(2);

    /// <summary>Documents in a chunk from which on its time says what filing can do.</summary>
    private const int TellingDocuments = 128;

    private volatile bool _isDraining;
    private double _gentleRate = 1_500; // documents a second; guesses until the first chunk that tells
    private double _fullRate = 4_000;
    private double _arrivalsPerSecond; // documents, as measured in a pause: beside filing, writers are slower, and it says little of what they would do
    private long _lastDurable;

    /// <summary>Of the chunk under way, or the next one.</summary>
    public FilingPace Pace { get; private set; } = FilingPace.Full;

    /// <summary>No more lingering, and no giving way: what is there is filed at once.</summary>
    public bool IsDraining
    {
        set => _isDraining = value;
    }

    /// <summary>How long to wait for company once the first document is there.</summary>
    public TimeSpan Linger => _isDraining || backlog.Fill >= FullShareFill ? TimeSpan.Zero : LingerTime;

    /// <summary>Before a chunk: whoever has come to wait since the last one is not kept waiting.</summary>
    public void Begin()
    {
        if (_isDraining || queue.IsAwaited)
        {
            Pace = FilingPace.Full;
        }
    }

    /// <summary>
    /// After a chunk. While commits flow, filing takes no more of the time than it must, or a hot document is filed for
    /// each of its versions, and every commit's sync waits for the filer's. What it must: at the gentlest pace that can do it,
    /// the part that keeps the backlog within <see cref="BacklogTime"/>; in a burst, which is
    /// faster than that, a part that grows steeply with the journal's fill. All of it, at full pace, when the disk gets
    /// narrow, the journal is idle, or somebody waits for <c>filed</c>.
    /// </summary>
    public void GiveWay(TimeSpan worked, int documents)
    {
        Learn(documents / worked.TotalSeconds, documents);
        Pace = FilingPace.Full;
        long started = Stopwatch.GetTimestamp();
        int before = queue.Count;
        while (!IsJournalIdle() && !_isDraining && !queue.IsAwaited && health.State == StoreState.Ready && backlog.HasRoomToSpare)
        {
            (double share, FilingPace pace) = Need();
            TimeSpan pause = worked * ((1 / Math.Clamp(share, ShareMin, 1)) - 1);
            if (Stopwatch.GetElapsedTime(started) >= (pause < GiveWayMax ? pause : GiveWayMax))
            {
                Pace = pace;
                return;
            }

            if (!queue.Pause(LingerTime))
            {
                return;
            }

            _arrivalsPerSecond = (queue.Count - before) / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
    }

    /// <summary>The part of the time that filing has to take, and how.</summary>
    private (double Share, FilingPace Pace) Need()
    {
        if (_arrivalsPerSecond <= _gentleRate * GentleMax)
        {
            return (queue.Count / _gentleRate / BacklogTime.TotalSeconds, FilingPace.Gentle);
        }

        if (_arrivalsPerSecond <= _fullRate * FullMax)
        {
            return (queue.Count / _fullRate / BacklogTime.TotalSeconds, FilingPace.Full);
        }

        double share = Math.Pow(backlog.Fill / FullShareFill, 4);
        return (share, share < 0.5 ? FilingPace.Gentle : FilingPace.Full);
    }

    private void Learn(double documentsPerSecond, int documents)
    {
        if (documents < TellingDocuments)
        {
            return;
        }

        if (Pace == FilingPace.Gentle)
        {
            _gentleRate = documentsPerSecond;
        }
        else
        {
            _fullRate = documentsPerSecond;
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
