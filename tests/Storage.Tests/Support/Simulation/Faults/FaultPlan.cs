using System.Collections.Immutable;

namespace DocService.Storage.Tests.Support.Simulation.Faults;

/// <summary>The armed faults and gates of one file system.</summary>
/// <remarks>
/// Owns: both lists, and the count of calls that could have failed.
/// Thread: any; one lock for faults, and none for gates, because they block.
/// Invariants: of several faults that hit one call the first armed wins, and all of them count it.
/// On failure: cannot fail.
/// </remarks>
internal sealed class FaultPlan
{
    private readonly List<Fault> _faults = [];
    private readonly Lock _lock = new();
    private ImmutableArray<CallGate> _gates = [];
    private int _callsMade;

    /// <summary>Calls so far that could have failed.</summary>
    public int CallsMade => Volatile.Read(ref _callsMade);

    public void Arm(Fault fault)
    {
        lock (_lock)
        {
            _faults.Add(fault);
        }
    }

    public void Disarm()
    {
        lock (_lock)
        {
            _faults.ForEach(fault => fault.Disarmed = true);
            _faults.Clear();
        }
    }

    public void Add(CallGate gate) => _ = ImmutableInterlocked.Update(ref _gates, gates => gates.Add(gate));

    public void PassGates(SimulatedCall call)
    {
        foreach (CallGate gate in _gates)
        {
            gate.Pass(call);
        }
    }

    /// <summary>The fault that this call suffers; counts it.</summary>
    public Fault? Next(SimulatedCall call)
    {
        if (!call.CanFail)
        {
            return null;
        }

        Fault? hit = null;
        lock (_lock)
        {
            _callsMade++;
            foreach (Fault fault in _faults)
            {
                if (fault.Hits(call))
                {
                    hit ??= fault;
                }
            }
        }

        return hit;
    }
}
