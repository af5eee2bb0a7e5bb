namespace DocService.Storage.Clock;

/// <summary>
/// The time by which documents end. It begins at the wall clock when the store opens; from then on the monotonic clock alone
/// moves it. So it never goes back and never runs ahead, whatever is done to the wall clock, and a clock that says 2036 for
/// a minute ends no document.
/// </summary>
/// <remarks>
/// Owns: the moment at which the store opened. Thread: any; nothing of it changes.
/// Invariant: <see cref="Now"/> differs between two readings by what the monotonic clock counted between them. Time that the
/// machine is suspended is not counted on Linux. Documents then end late by that much, never early.
/// A start takes the wall clock for right: whoever restarts the server confirms it.
/// </remarks>
public sealed class StoreTime
{
    /// <summary>A wall clock further than this from the store's time is in doubt. Clocks that are kept in step differ by less than a second.</summary>
    public static readonly TimeSpan DoubtAfter = TimeSpan.FromMinutes(1);

    /// <summary>A document stays on the disk for so long after its end, counted while the store runs: time for an operator to see a wrong clock.</summary>
    public static readonly TimeSpan SweepAfter = TimeSpan.FromHours(1);

    private readonly TimeProvider _clock;
    private readonly long _openedTimestamp;

    /// <param name="clock">Both clocks: wall and monotonic.</param>
    public StoreTime(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
        OpenedAt = clock.GetUtcNow().ToUniversalTime();
        _openedTimestamp = clock.GetTimestamp();
    }

    /// <summary>What the wall clock said when the store opened. UTC.</summary>
    public DateTimeOffset OpenedAt { get; }

    /// <summary>UTC.</summary>
    public DateTimeOffset Now => OpenedAt + _clock.GetElapsedTime(_openedTimestamp);

    /// <summary>How far the wall clock is ahead of <see cref="Now"/>; negative when it is behind.</summary>
    public TimeSpan WallAhead => _clock.GetUtcNow() - Now;

    /// <summary>The wall clock has been moved by more than <see cref="DoubtAfter"/> since the store opened. Nothing is swept until it is back, or the server has been restarted.</summary>
    public bool IsInDoubt => WallAhead.Duration() > DoubtAfter;

    /// <summary>Whether a document that ended then may be deleted: it has been over for <see cref="SweepAfter"/> of this run of the store, and the wall clock is not in doubt.</summary>
    /// <param name="expires">Its end.</param>
    public bool MaySweep(DateTimeOffset expires) => !IsInDoubt && Now - (expires > OpenedAt ? expires : OpenedAt) >= SweepAfter;
}
