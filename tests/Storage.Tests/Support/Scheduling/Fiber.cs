using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Support.Scheduling;

/// <summary>One thing that a <see cref="SeededScheduler"/> gives its turn: a thread of the store, work of its thread pool, a timer's callback, a client.</summary>
/// <remarks>Thread: whichever fiber runs changes it; there is one at a time.</remarks>
internal sealed class Fiber(SeededScheduler scheduler, string name, Action work, int priority) : IThread
{
    public SeededScheduler Scheduler { get; } = scheduler;

    /// <summary>As the store named it; tests choose by it.</summary>
    public string Name { get; } = name;

    public Action Work { get; } = work;

    /// <summary>Of several that could run, where the policy goes by priorities.</summary>
    public int Priority { get; set; } = priority;

    /// <summary>What it waits at; null when it could run.</summary>
    public object? Gate { get; set; }

    /// <summary>When its wait ends by itself, in ticks of the virtual clock; null for never.</summary>
    public long? Deadline { get; set; }

    /// <summary>How its last wait ended.</summary>
    public bool IsPulsed { get; set; }

    public bool IsEnded { get; set; }

    /// <summary>The real thread that carries it; null before its first turn.</summary>
    public Carrier? Carrier { get; set; }

    public void Join() => Scheduler.Join(this);

    public override string ToString() => Gate is null ? $"{Name} could run" : $"{Name} waits at {Gate.GetType().Name}";
}
