using DocService.Storage.Engine.Space;

namespace DocService.Storage.Engine.Filing;

/// <summary>
/// The one rule of filing's rhythm while commits flow: work for a round, then pause, so that filing gets its share of the
/// time. The share is the fourth power of the journal's fill, measured by half of its limit: the least share as long as the
/// journal is nearly empty, all of the time from half full on. A pure function, so that it can be shown on paper.
/// </summary>
internal static class FilingShare
{
    private const double Min = 0.02;

    /// <summary>A round ends after so much work, at the end of a chunk.</summary>
    public static readonly TimeSpan RoundMax = TimeSpan.FromSeconds(0.5);

    /// <summary>No pause is longer, whatever the share: documents are in their files within seconds, a hot one once for its many versions.</summary>
    public static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(10);

    /// <summary>Part of the time: more than 0, at most 1.</summary>
    public static double Of(double fill) => Math.Clamp(Math.Pow(fill / Backlog.SlowFrom, 4), Min, 1);

    /// <summary>How long to give way after so much work.</summary>
    public static TimeSpan PauseAfter(TimeSpan worked, double fill)
    {
        TimeSpan pause = worked * ((1 / Of(fill)) - 1);
        return pause < PauseMax ? pause : PauseMax;
    }
}
