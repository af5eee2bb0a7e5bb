namespace DocService.Storage.Tests.Support.Simulation;

/// <summary>Memory that can run out.</summary>
/// <remarks>Owns: how much is left. Thread: any; one lock.</remarks>
internal sealed class SimulatedMemory
{
    private readonly Lock _gate = new();

    /// <summary>Demands of memory to be met before those that are not; null: all are.</summary>
    public int? Left { get; set; }

    /// <summary>Demands of memory that were refused.</summary>
    public int Refused { get; private set; }

    /// <summary>From <see cref="Left"/> demands on there is none, until that is set anew. No call of the log: files are not concerned.</summary>
    public void Expect()
    {
        lock (_gate)
        {
            if (Left is { } left)
            {
                Left = Math.Max(0, left - 1);
                if (left == 0)
                {
                    Refused++;
                    throw new InsufficientMemoryException("The simulated memory is used up.");
                }
            }
        }
    }
}
