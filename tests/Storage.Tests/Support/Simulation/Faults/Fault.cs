using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation.Faults;

/// <summary>An armed failure of one call, or of one and all that follow.</summary>
/// <remarks>
/// Owns: how many calls have matched since it was armed.
/// Thread: under the file system's lock; the counters may be read by any once the workload is over.
/// Invariants: without <see cref="Forever"/> it fires at most once.
/// On failure: is the failure.
/// </remarks>
internal sealed class Fault
{
    /// <summary>The matching call that fails, from 1, counted since this was armed.</summary>
    public required int Call { get; init; }

    public required Errno Error { get; init; }

    public FaultKind Kind { get; init; }

    /// <summary>All matching calls from that one on fail.</summary>
    public bool Forever { get; init; }

    /// <summary>Which calls count; all that can fail when null.</summary>
    public Func<SimulatedCall, bool>? Where { get; init; }

    public int Matched { get; private set; }

    /// <summary>False after a run: it had fewer calls than <see cref="Call"/>, and a loop over them may end.</summary>
    public bool Fired { get; private set; }

    public bool Disarmed { get; set; }

    /// <exception cref="InvalidOperationException">The kind is for syncs, and the call is none.</exception>
    public bool ReportsSuccess(SimulatedCall call)
    {
        bool success = Kind is FaultKind.Dropped or FaultKind.Hidden;
        return !success || call.IsSync ? success : throw new InvalidOperationException($"{Kind} is for syncs, not for {call}.");
    }

    public bool Hits(SimulatedCall call)
    {
        if (Disarmed || (Where is not null && !Where(call)))
        {
            return false;
        }

        Matched++;
        bool hit = Forever ? Matched >= Call : Matched == Call;
        Fired |= hit;
        return hit;
    }
}
