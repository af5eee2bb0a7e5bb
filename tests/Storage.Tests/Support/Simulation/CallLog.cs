namespace DocService.Storage.Tests.Support.Simulation;

/// <summary>Every call of one file system and every mark of its workload, in the order in which they took effect.</summary>
/// <remarks>
/// Owns: the list.
/// Thread: any, behind its own lock.
/// Invariants: only grows; <see cref="SimulatedCall.Index"/> is the position.
/// On failure: cannot fail.
/// </remarks>
internal sealed class CallLog
{
    private readonly Lock _lock = new();
    private readonly List<SimulatedCall> _calls = [];
    private readonly List<SimulatedCall> _marks = [];
    private int _count;

    /// <summary>Off: only marks are kept, calls are counted. For thousands of disks of which nobody reads the log.</summary>
    public bool KeepsCalls { get; set; } = true;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    public int MarkCount
    {
        get
        {
            lock (_lock)
            {
                return _marks.Count;
            }
        }
    }

    public void Add(SimulatedCall call)
    {
        lock (_lock)
        {
            call.Index = _count++;
            if (KeepsCalls)
            {
                _calls.Add(call);
            }

            if (call.Kind == CallKind.Mark)
            {
                _marks.Add(call);
            }
        }
    }

    /// <summary>All calls so far that were kept, or the first of them.</summary>
    public IReadOnlyList<SimulatedCall> Take(int count = int.MaxValue)
    {
        lock (_lock)
        {
            return _calls.GetRange(0, Math.Min(count, _calls.Count));
        }
    }

    /// <summary>What the workload noted among the first <paramref name="count"/> entries.</summary>
    public IReadOnlyList<object> Marks(int count = int.MaxValue)
    {
        lock (_lock)
        {
            return [.. _marks.TakeWhile(mark => mark.Index < count).Select(mark => mark.Note!)];
        }
    }

    /// <summary>A log of its own that begins with the same entries: a process was killed, its history was not.</summary>
    public CallLog Copy()
    {
        var copy = new CallLog();
        lock (_lock)
        {
            copy._calls.AddRange(_calls);
            copy._marks.AddRange(_marks);
            copy._count = _count;
        }

        return copy;
    }
}
