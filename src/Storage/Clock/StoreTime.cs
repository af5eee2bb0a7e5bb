namespace DocService.Storage.Clock;

/// <summary>
/// The time by which documents end. It begins at the wall clock when the store opens, or where the store last knew it to be if that
/// clock cannot be right; from then on the monotonic clock alone moves it. So it never runs ahead, whatever is done to the wall
/// clock, and a clock that says 2036 for a minute ends no document.
/// </summary>
/// <remarks>
/// Owns: the moment at which it began. Thread: any; the sweep's alone has it begin again.
/// Invariant: <see cref="Now"/> differs between two readings by what the monotonic clock counted between them, or by more where
/// it has begun again in between: that goes forward only. Time that the machine is suspended is not counted on Linux. Documents
/// then end late by that much, never early.
/// </remarks>
public sealed class StoreTime
{
    /// <summary>A wall clock further than this from the store's time is in doubt. Clocks that are kept in step differ by less than a second.</summary>
    public static readonly TimeSpan DoubtAfter = TimeSpan.FromMinutes(1);

    /// <summary>A document stays on the disk for so long after its end, counted while the store runs: time for an operator to see a wrong clock.</summary>
    public static readonly TimeSpan SweepAfter = TimeSpan.FromHours(1);

    private readonly TimeProvider _clock;
    private Beginning _begun;
    private DateTimeOffset? _doubted; // what the wall clock said at a start that did not believe it

    /// <param name="clock">Both clocks: wall and monotonic.</param>
    public StoreTime(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
        _begun = BeginAt(clock.GetUtcNow().ToUniversalTime());
    }

    /// <summary>Where it began when the store opened, or when it began again. UTC.</summary>
    public DateTimeOffset OpenedAt => Volatile.Read(ref _begun).At;

    /// <summary>UTC.</summary>
    public DateTimeOffset Now => Volatile.Read(ref _begun).Now(_clock);

    /// <summary>How far the wall clock is ahead of <see cref="Now"/>; negative when it is behind.</summary>
    public TimeSpan WallAhead => _clock.GetUtcNow() - Now;

    /// <summary>The store's time cannot be known: the wall clock is off by more than <see cref="DoubtAfter"/>, or what was noted of the time is lost. Nothing is swept meanwhile.</summary>
    public bool IsInDoubt => IsNoteLost || WallAhead.Duration() > DoubtAfter;

    /// <summary>What was noted before this start; null: nothing.</summary>
    public KnownTime? Noted { get; private set; }

    /// <summary>What was noted before this start cannot be read.</summary>
    public bool IsNoteLost { get; private set; }

    /// <summary>The wall clock did not fit what was noted when the store opened, and has not since.</summary>
    public bool BeganInDoubt { get; private set; }

    /// <summary>Whether a document that ended then may be deleted: it has been over for <see cref="SweepAfter"/> of this run of the store, and the time is not in doubt.</summary>
    /// <param name="expires">Its end.</param>
    public bool MaySweep(DateTimeOffset expires)
    {
        DateTimeOffset openedAt = OpenedAt;
        return !IsInDoubt && Now - (expires > openedAt ? expires : openedAt) >= SweepAfter;
    }

    /// <summary>
    /// At a start that did not believe the wall clock: begins again at that clock once it may be right, because somebody has set it.
    /// Returns whether it has. It never goes back. Who sweeps calls it, one at a time.
    /// </summary>
    public bool TryBeginAgain()
    {
        DateTimeOffset wall = _clock.GetUtcNow().ToUniversalTime();
        DateTimeOffset now = Now;
        if (!BeganInDoubt || !new KnownTime(now, _doubted).Believes(wall))
        {
            return false;
        }

        (BeganInDoubt, _doubted) = (false, null);
        Volatile.Write(ref _begun, BeginAt(wall > now ? wall : now));
        return true;
    }

    /// <summary>What is to be noted now.</summary>
    /// <param name="before">What was noted before.</param>
    public KnownTime ToKnown(KnownTime? before)
    {
        DateTimeOffset now = Now;
        DateTimeOffset wall = _clock.GetUtcNow().ToUniversalTime();
        DateTimeOffset? doubted = before?.Doubted ?? _doubted;
        return new KnownTime(now, wall - now > DoubtAfter ? (doubted <= wall ? doubted : wall) : BeganInDoubt ? doubted : null);
    }

    /// <summary>Judges the wall clock by what was noted before. Only while the store opens, before anybody asks for the time.</summary>
    /// <param name="noted">Null: nothing was.</param>
    /// <param name="isConfirmed">An operator says that the wall clock is right.</param>
    internal void TakeUp(KnownTime? noted, bool isConfirmed)
    {
        Noted = noted;
        if (noted is null || isConfirmed)
        {
            return;
        }

        DateTimeOffset wall = OpenedAt; // BeginAt moves it
        if (!noted.Believes(wall))
        {
            BeganInDoubt = true;
            _doubted = wall <= noted.Known || noted.Doubted < wall ? noted.Doubted : wall;
            _begun = BeginAt(noted.Known);
        }
        else if (noted.Known > wall)
        {
            _begun = BeginAt(noted.Known); // it never goes back
        }
    }

    /// <summary>What was noted cannot be read. Only while the store opens.</summary>
    internal void TakeUpLost() => IsNoteLost = true;

    private Beginning BeginAt(DateTimeOffset moment) => new(moment, _clock.GetTimestamp());

    private sealed record Beginning(DateTimeOffset At, long Timestamp)
    {
        public DateTimeOffset Now(TimeProvider clock) => At + clock.GetElapsedTime(Timestamp);
    }
}
