namespace DocService.Storage.Tests.Support.Scheduling;

/// <summary>The fibers of a <see cref="SeededScheduler"/>: those that could run, and those that wait at a gate or for a time.</summary>
/// <remarks>
/// Owns: both lists. Thread: the fiber that runs.
/// Invariant: whoever is not in <see cref="Ready"/> waits, and is woken by a pulse, by its deadline or by somebody's end.
/// </remarks>
internal sealed class FiberTable(VirtualClock clock)
{
    private readonly List<Fiber> _ready = [];
    private readonly List<Fiber> _waiting = []; // in the order in which they came

    /// <summary>Whose wake-ups are lost, where a test wants that found out.</summary>
    public Func<Fiber, bool>? LosesWakeUp { get; set; }

    /// <summary>Those that could run.</summary>
    public List<Fiber> Ready => _ready;

    public void Add(Fiber fiber) => _ready.Add(fiber);

    /// <summary>It has ended.</summary>
    public void Remove(Fiber fiber) => _ready.Remove(fiber);

    /// <summary>It waits at the gate from now on.</summary>
    public void Park(Fiber fiber, object gate, TimeSpan timeout)
    {
        (fiber.Gate, fiber.IsPulsed) = (gate, false);
        fiber.Deadline = timeout == Timeout.InfiniteTimeSpan ? null : clock.Now + timeout.Ticks;
        _ready.Remove(fiber);
        _waiting.Add(fiber);
    }

    /// <summary>The one that has waited there longest could run.</summary>
    public void Wake(object gate)
    {
        if (_waiting.Find(fiber => fiber.Gate == gate) is { } first)
        {
            WakeOne(first);
        }
    }

    /// <summary>All that wait there could run.</summary>
    public void WakeAll(object gate)
    {
        foreach (Fiber fiber in _waiting.FindAll(fiber => fiber.Gate == gate))
        {
            WakeOne(fiber);
        }
    }

    /// <summary>It is later: whose wait is over could run.</summary>
    public void Advance(long ticks)
    {
        clock.AdvanceTo(ticks);
        for (int index = 0; index < _waiting.Count;)
        {
            if (_waiting[index].Deadline <= clock.Now)
            {
                MakeReady(_waiting[index], isPulsed: false);
            }
            else
            {
                index++;
            }
        }
    }

    /// <summary>When the next wait or timer is over; null when none is.</summary>
    public long? NextDeadline()
    {
        long? next = clock.NextDue;
        foreach (Fiber fiber in _waiting)
        {
            next = fiber.Deadline < (next ?? long.MaxValue) ? fiber.Deadline : next;
        }

        return next;
    }

    /// <summary>Who waits, for messages.</summary>
    public override string ToString() => string.Join('\n', _ready.Concat(_waiting));

    private void WakeOne(Fiber fiber)
    {
        if (LosesWakeUp?.Invoke(fiber) is not true)
        {
            MakeReady(fiber, isPulsed: true);
        }
    }

    private void MakeReady(Fiber fiber, bool isPulsed)
    {
        _waiting.Remove(fiber);
        (fiber.Gate, fiber.Deadline, fiber.IsPulsed) = (null, null, isPulsed);
        _ready.Add(fiber);
    }
}
