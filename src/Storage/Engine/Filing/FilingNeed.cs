namespace DocService.Storage.Engine.Filing;

/// <summary>What filing has to take of the time while commits flow, and how. A pure function, so that it can be shown on paper.</summary>
/// <param name="Share">Part of the time; more than 0, at most 1.</param>
/// <param name="IsBurst">Whether more comes than filing could keep up with: then the journal takes it, and filing goes gently, a chunk at a time.</param>
internal readonly record struct FilingNeed(double Share, bool IsBurst)
{
    /// <summary>Fill of the journal from which on filing takes all of the time; writers are slowed from here on too.</summary>
    public const double FullShareFill = 0.5;

    /// <summary>The least part.</summary>
    private const double ShareMin = 0.02;

    /// <summary>Where filing takes most of the time, there is no gentleness left to be had.</summary>
    private const double BurstShareMax = 0.5;

    /// <summary>Part of the full pace's rate from which on arrivals are a burst: filing would take more than half of the time.</summary>
    private const double BurstArrivals = 0.5;

    /// <summary>The backlog that leaves no pause, in seconds' work at full pace: but for a burst, that is how long a stop or a wait for <c>filed</c> takes.</summary>
    private const double BacklogSeconds = 2;

    /// <summary>Longest that filing gives way to commits: a gentle chunk takes some 0.3 s, so that a burst leaves it 3 % of the time.</summary>
    public static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(10);

    /// <param name="arrivals">Documents a second, measured while filing paused.</param>
    /// <param name="backlog">Documents not yet filed.</param>
    /// <param name="fill">Of the journal.</param>
    /// <param name="rate">Documents a second that are filed at full pace, without pauses.</param>
    public static FilingNeed Of(double arrivals, int backlog, double fill, double rate)
    {
        double share = Math.Clamp(Math.Pow(fill / FullShareFill, 4), ShareMin, 1);
        bool isBurst = share < BurstShareMax && arrivals > rate * BurstArrivals;
        return new FilingNeed(!isBurst && backlog >= rate * BacklogSeconds ? 1 : share, isBurst);
    }

    /// <summary>How long to give way after so much work.</summary>
    public TimeSpan PauseAfter(TimeSpan worked)
    {
        TimeSpan pause = worked * ((1 / Share) - 1);
        return pause < PauseMax ? pause : PauseMax;
    }
}
