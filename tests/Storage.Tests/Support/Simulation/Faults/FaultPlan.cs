using System.Collections.Immutable;

namespace DocService.Storage.Tests.Support.Simulation.Faults;

/// <summary>The armed faults and gates of one file system.</summary>
/// <remarks>
/// Owns: both lists, and the count of calls that could have failed.
/// Thread: faults under the file system's lock; gates from any thread and without it, because they block.
/// Invariants: of several faults that hit one call the first armed wins, and all of them count it.
/// On failure: cannot fail.
/// </remarks>
internal sealed class FaultPlan
{
    private readonly List<Fault> _faults = [];
    private ImmutableArray<CallGate> _gates = [];

    /// <summary>Calls so far that could have failed.</summary>
    public int CallsMade { get; private set; }

    /// <summary>Whether there is a fault or a gate that a call could meet.</summary>
    public bool AreArmed => _faults.Count > 0 || _gates.Length > 0;

    public void Arm(Fault fault) => _faults.Add(fault);

    public void Disarm()
    {
        _faults.ForEach(fault => fault.Disarmed = true);
        _faults.Clear();
    }

    public void Add(CallGate gate) => _ = ImmutableInterlocked.Update(ref _gates, gates => gates.Add(gate));

    public void PassGates(SimulatedCall call)
    {
        foreach (CallGate gate in _gates)
        {
            gate.Pass(call);
        }
    }

    /// <summary>Counts a call that meets none.</summary>
    public void CountHarmless() => CallsMade++;

    /// <summary>The fault that this call suffers; counts it.</summary>
    public Fault? Next(SimulatedCall call)
    {
        if (!call.CanFail)
        {
            return null;
        }

        CallsMade++;
        Fault? hit = null;
        foreach (Fault fault in _faults)
        {
            if (fault.Hits(call))
            {
                hit ??= fault;
            }
        }

        return hit;
    }
}
