namespace DocService.Storage.Engine;

/// <summary>What filing has to take of the time while commits flow, and how. A pure function, so that it can be shown on paper.</summary>
/// <param name="Share">Part of the time; more than 0, at most 1.</param>
/// <param name="Pace">How.</param>
internal readonly record struct FilingNeed(double Share, FilingPace Pace)
{
    /// <summary>Fill of the journal from which on filing takes all of the time; writers are slowed from here on too.</summary>
    public const double FullShareFill = 0.5;

    /// <summary>The least part.</summary>
    private const double ShareMin = 0.02;

    /// <summary>The backlog that is to be kept, in seconds' work: one that takes so long to file leaves no pause.</summary>
    private const double BacklogSeconds = 2;

    /// <summary>Parts of either pace beyond which arrivals are too many for it: then full pace, then a burst.</summary>
    private const double GentleMax = 0.8;
    private const double FullMax = 0.5;

    /// <param name="arrivals">Documents a second, measured while filing paused.</param>
    /// <param name="backlog">Documents not yet filed.</param>
    /// <param name="fill">Of the journal.</param>
    /// <param name="rates">Documents a second that filing can do.</param>
    public static FilingNeed Of(double arrivals, int backlog, double fill, FilingRates rates)
    {
        double byFill = Math.Pow(fill / FullShareFill, 4);
        double gently = backlog / rates.Gentle / BacklogSeconds;
        if (arrivals <= rates.Gentle * GentleMax && gently < 1)
        {
            return Bounded(Math.Max(gently, byFill), FilingPace.Gentle);
        }

        return arrivals <= rates.Full * FullMax
            ? Bounded(Math.Max(backlog / rates.Full / BacklogSeconds, byFill), FilingPace.Full)
            : Bounded(byFill, FilingPace.Gentle);
    }

    /// <summary>Where it takes most of the time, there is no gentleness left to be had.</summary>
    private static FilingNeed Bounded(double share, FilingPace pace) =>
        new(Math.Clamp(share, ShareMin, 1), share < 0.5 ? pace : FilingPace.Full);
}

/// <summary>Documents a second that are filed at either pace, without pauses.</summary>
internal readonly record struct FilingRates(double Gentle, double Full);
