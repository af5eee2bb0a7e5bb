namespace DocService.Storage.Tests.Support.Simulation.Crashes;

/// <summary>A moment at which the power may go.</summary>
/// <remarks>
/// Owns: a snapshot of the volume.
/// Thread: any.
/// Invariants: what the log says behind <see cref="LogLength"/> had not taken effect.
/// On failure: cannot fail.
/// </remarks>
internal sealed class CrashPoint(int number, CallLog log, int logLength, Volume volume)
{
    private UnsyncedUnit[]? _units;

    /// <summary>Position among the points of its recorder, from 0.</summary>
    public int Number { get; } = number;

    /// <summary>Entries of the log that had taken effect.</summary>
    public int LogLength { get; } = logLength;

    /// <summary>The disk as processes saw it, with what of it is not durable.</summary>
    public Volume Volume { get; } = volume;

    /// <summary>What the workload had noted by then: the acknowledgements that the states must honour.</summary>
    public IReadOnlyList<object> Marks => log.Marks(LogLength);

    /// <summary>The calls and marks by then, for whoever looks for the cause.</summary>
    public IReadOnlyList<SimulatedCall> Calls => log.Take(LogLength);

    /// <summary>How many sectors, lengths and entry operations were not durable.</summary>
    public int UnsyncedUnits => Units.Length;

    private UnsyncedUnit[] Units => _units ??= UnsyncedUnit.Of(Volume);

    /// <summary>Nothing unsynced reached the disk.</summary>
    public CrashState Nothing() => new CrashStateSource(this, Units).Build(_ => false, "nothing reached the disk");

    /// <summary>Everything unsynced reached the disk.</summary>
    public CrashState Everything() => new CrashStateSource(this, Units).Build(_ => true, "everything reached the disk");

    /// <summary>The states in which the disk may be found, each once.</summary>
    /// <param name="seed">Chooses the subsets, the order and the random bytes.</param>
    /// <param name="budget">At most this many.</param>
    public IEnumerable<CrashState> States(int seed, int budget = int.MaxValue) => new CrashStateSource(this, Units).States(seed, budget);

    /// <summary>As <see cref="States(int, int)"/>, without those whose hash is in the set; adds the others to it.</summary>
    public IEnumerable<CrashState> States(int seed, int budget, HashSet<UInt128> seen) => new CrashStateSource(this, Units).States(seed, budget, seen);

    public override string ToString() => $"power cut at point {Number} (log {LogLength})";
}
