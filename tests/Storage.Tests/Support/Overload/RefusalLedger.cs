using DocService.Storage.Tests.Support.Scheduling;

namespace DocService.Storage.Tests.Support.Overload;

/// <summary>Judges every refusal, and the state told after each answer: which is legal while what stands in the way.</summary>
/// <remarks>
/// Owns: when the obstacle stood, and the first violation. Thread: the fiber that runs.
/// The rules: <c>busy</c> is legal while anything is in the way, or was a moment ago; out of space and <c>read-only</c> only
/// where room is truly missing; nothing else is; and each write is told within the time it was promised.
/// </remarks>
internal sealed class RefusalLedger(SeededScheduler scheduler, Obstacle obstacle, TimeSpan busyTimeout)
{
    /// <summary>How long a store may go on believing in an obstacle that is gone: it looks again at least once a second.</summary>
    private static readonly TimeSpan Belief = TimeSpan.FromSeconds(3);

    /// <summary>What the work itself may take beside the waits.</summary>
    private static readonly TimeSpan Work = TimeSpan.FromSeconds(1);

    private TimeSpan? _begun;
    private TimeSpan? _ended;

    public string? Violation { get; private set; }

    /// <summary>Refusals that were legal.</summary>
    public int Refusals { get; private set; }

    /// <summary>Whether the obstacle is one of room.</summary>
    private bool IsOfRoom => obstacle is Obstacle.Quota or Obstacle.FullDisk;

    public void NoteObstacle() => _begun = scheduler.Elapsed;

    public void NoteObstacleGone() => _ended = scheduler.Elapsed;

    /// <summary>A write was answered.</summary>
    /// <param name="asked">When it was asked for.</param>
    /// <param name="error">Null when it succeeded.</param>
    /// <param name="state">What the store says of itself right after.</param>
    public void Note(TimeSpan asked, StoreException? error, StoreState state)
    {
        TimeSpan took = scheduler.Elapsed - asked;
        Refusals += error is null ? 0 : 1;

        // One wait for admission, one for lock and room together.
        Demand(took <= (2 * busyTimeout) + Work, $"a write was told after {took}, and BusyTimeout is {busyTimeout}");
        bool stood = Stood(asked);
        switch (error)
        {
            case null:
                break;
            case OutOfSpaceException:
                Demand(stood && IsOfRoom, $"out of space, and there is room: {error.Message}");
                break;
            case StoreBusyException:
                Demand(stood, $"busy, and nothing is in the way: {error.Message}");
                break;
            default:
                Demand(false, $"{error.GetType().Name} where nothing is broken: {error.Message}");
                break;
        }

        Demand(state == StoreState.Ready || (state == StoreState.ReadOnly && IsOfRoom && Stood(scheduler.Elapsed)), $"the state is {state}");
    }

    /// <summary>Whether the obstacle may have had its effect on something that began then.</summary>
    private bool Stood(TimeSpan since) => obstacle != Obstacle.None && _begun is not null && (_ended is not { } ended || ended + Belief >= since);

    private void Demand(bool holds, string otherwise) =>
        Violation ??= holds ? null : $"with {obstacle} at {scheduler.Elapsed}: {otherwise}";
}
