namespace DocService.Queries;

/// <summary>
/// How long a search may take: until a moment, or until its client has gone. The loops of this project ask it
/// themselves, so that one huge document cannot outlast it.
/// Thread: one search's, as everything that is handed to it.
/// On failure: <see cref="SearchLimitException"/>, or <see cref="OperationCanceledException"/> by the token.
/// </summary>
public sealed class SearchLimit
{
    /// <summary>A step is some tens of nanoseconds of work; the clock is read once in so many.</summary>
    private const int StepsBetweenLooks = 4096;

    private readonly TimeProvider _time;
    private readonly long _end;
    private readonly CancellationToken _cancellation;
    private int _stepsLeft = StepsBetweenLooks;

    private SearchLimit(TimeProvider time, long end, CancellationToken cancellation)
    {
        _time = time;
        _end = end;
        _cancellation = cancellation;
    }

    /// <summary>No end: for tests and for work that is bounded otherwise. Each call gives its own: it counts steps.</summary>
    public static SearchLimit None => new(TimeProvider.System, long.MaxValue, CancellationToken.None);

    /// <param name="allowed">From now on.</param>
    /// <param name="time">Measures it.</param>
    /// <param name="cancellation">The client's.</param>
    public static SearchLimit After(TimeSpan allowed, TimeProvider time, CancellationToken cancellation) =>
        new(time, time.GetTimestamp() + (long)(allowed.TotalSeconds * time.TimestampFrequency), cancellation);

    /// <summary>Called once for each small piece of work.</summary>
    public void Step()
    {
        if (--_stepsLeft <= 0)
        {
            Look();
        }
    }

    /// <summary>Looks at the clock at once: called before a piece of work that is not small.</summary>
    public void Look()
    {
        _stepsLeft = StepsBetweenLooks;
        _cancellation.ThrowIfCancellationRequested();
        if (_end != long.MaxValue && _time.GetTimestamp() > _end)
        {
            throw new SearchLimitException();
        }
    }
}
