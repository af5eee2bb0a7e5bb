namespace DocService.Storage.Engine.Filing;

/// <summary>How fast a counter rises: over the last one or two windows, so that there is a rate and what was long ago is forgotten.</summary>
/// <remarks>Thread: one.</remarks>
/// <param name="window">The least that is looked back on, once so much time has passed.</param>
/// <param name="count">Of the counter at time 0.</param>
internal sealed class RecentRate(TimeSpan window, long count)
{
    private (TimeSpan At, long Count) _before = (TimeSpan.Zero, count);
    private (TimeSpan At, long Count) _since = (TimeSpan.Zero, count);

    /// <summary>A second, as seen now. More than 0 time has passed.</summary>
    public double Look(TimeSpan now, long count)
    {
        double rate = (count - _before.Count) / (now - _before.At).TotalSeconds;
        if (now - _since.At >= window)
        {
            (_before, _since) = (_since, (now, count));
        }

        return rate;
    }
}
