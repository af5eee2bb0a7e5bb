using DocService.Storage.Engine.Space;

namespace DocService.Storage.Engine.Filing;

/// <summary>
/// The one rule of filing's rhythm while commits flow: pause, then work for a round. The pause is so long that a whole round
/// is the share of the time that the journal's fill asks for: the fourth power of the fill, measured by half of its limit.
/// So filing rests while the journal is nearly empty, and takes all of the time from half full on. A pure function, so that
/// it can be shown on paper.
/// </summary>
internal static class FilingShare
{
    /// <summary>A round ends after so much work, at the end of a chunk.</summary>
    public static readonly TimeSpan RoundMax = TimeSpan.FromSeconds(0.5);

    /// <summary>No pause is longer: documents are in their files within seconds, a hot one once for its many versions.</summary>
    public static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(10);

    /// <summary>How long to give way before a round.</summary>
    public static TimeSpan PauseAt(double fill)
    {
        double share = Math.Clamp(Math.Pow(fill / Backlog.SlowFrom, 4), 0, 1);
        double pauses = Math.Min((1 / share) - 1, PauseMax / RoundMax);
        return RoundMax * pauses;
    }
}
