using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Support.Scheduling;

/// <summary>
/// Runs a store, its clients and its timers as fibers of which exactly one runs at a time. At each start, wait, wake-up
/// and call of the file system it chooses by a seed who goes on, and time is its own: so the seed is the replay.
/// </summary>
/// <remarks>
/// Owns: the fibers and whose turn it is, the virtual clock.
/// Thread: the fiber that runs; <see cref="Run{T}"/> and <see cref="Dispose"/> are the test's.
/// On failure: what leaves a fiber, a run in which nobody gets on, and a thread that blocks past the scheduler leave <see cref="Run{T}"/>.
/// </remarks>
internal sealed class SeededScheduler : IThreads, IDisposable
{
    /// <summary>Calls of one process: who makes more turns in a circle. A search's run makes some thousands.</summary>
    private const int CallsMax = 100_000;

    /// <summary>What timeouts may run out early by in one run, all together: threads are slow, but no client meets its long timeout for it.</summary>
    private static readonly long JumpsMax = TimeSpan.FromSeconds(5).Ticks;

    private readonly SchedulePolicy _policy;
    private readonly VirtualClock _clock;
    private readonly FiberTable _fibers;
    private readonly FiberTurns _turns;
    private int _poolItems;
    private int _calls;
    private long _jumped;

    public SeededScheduler(SchedulePolicy policy)
    {
        _policy = policy;
        _clock = new VirtualClock(callback => Add("timer", callback));
        _fibers = new FiberTable(_clock);
        _turns = new FiberTurns(policy, _clock, _fibers);
    }

    public TimeProvider Clock => _clock;

    /// <summary>The same, for a test that moves it while no write is under way.</summary>
    public VirtualClock Clocks => _clock;

    /// <summary>Whose wake-ups are lost, where a test wants that found out.</summary>
    public Func<Fiber, bool>? LosesWakeUp
    {
        get => _fibers.LosesWakeUp;
        init => _fibers.LosesWakeUp = value;
    }

    /// <summary>The mend that the store does without, where a test wants that found out.</summary>
    public Mend? LeftOut { get; init; }

    /// <summary>What a sync takes more than usual.</summary>
    public Func<SimulatedCall, TimeSpan>? SlowBy { get; set; }

    /// <summary>How often there was a choice between several.</summary>
    public int Choices => _turns.Choices;

    /// <summary>Virtual time since the start.</summary>
    public TimeSpan Elapsed => new(_clock.Now);

    /// <summary>Makes every call of this disk a moment at which others may get their turn; syncs also while they run.</summary>
    public void Attach(SimulatedFileSystem disk)
    {
        disk.BeforeCall = call => Pass(call.IsSync ? TimeSpan.Zero : _policy.CostOf(isSync: false));
        disk.DuringSync = call =>
        {
            Pass(_policy.CostOf(isSync: true));
            if (SlowBy?.Invoke(call) is { } slow && slow > TimeSpan.Zero)
            {
                Park(_turns.Me(), call, slow); // others go on meanwhile, their syncs too
            }
        };
    }

    /// <summary>Once no fiber is left: the disk's calls are calls and no more.</summary>
    public static void Detach(SimulatedFileSystem disk)
    {
        disk.BeforeCall = null;
        disk.DuringSync = null;
    }

    /// <summary>The fiber that runs the calling code; null on a thread of no scheduler.</summary>
    public static Fiber? Current => Carrier.Current?.Fiber;

    /// <summary>Whose fiber it is.</summary>
    public static SeededScheduler? CurrentScheduler => Current?.Scheduler;

    /// <summary>The process is killed: at its next call the test has the turn, and nobody else ever again.</summary>
    public void End() => _turns.End();

    /// <summary>Runs fibers until the main one has ended, or <see cref="End"/>. What then still waits stays as it is until <see cref="Dispose"/>.</summary>
    /// <exception cref="HangException">Nobody got on.</exception>
    public T Run<T>(Func<Task<T>> main)
    {
        Task<T>? task = null;
        Add("main", () => WatchAsync(task = main()));
        _turns.Run();
        return task is { IsCompleted: true } ? task.GetAwaiter().GetResult() : default!;
    }

    public void Run(Func<Task> main) => Run(async () =>
    {
        await main().ConfigureAwait(false);
        return 0;
    });

    public bool LeavesOut(Mend mend) => mend == LeftOut;

    public IThread Start(string name, Action work, int stackBytes = 0) => Add(name, work);

    /// <summary>A client, or several: it runs beside whoever starts it.</summary>
    public Task StartAsync(string name, Func<Task> work)
    {
        var ended = new TaskCompletionSource();
        Add(name, () => _ = RunAsync());
        return ended.Task;

        async Task RunAsync()
        {
            try
            {
                await work().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                ended.SetException(exception);
                return;
            }

            ended.SetResult();
        }
    }

    public void Queue(IThreadPoolWorkItem item) => Add($"pool-{_poolItems++}", item.Execute);

    public bool Wait(object gate, TimeSpan timeout)
    {
        Fiber me = _turns.Me();
        Monitor.Exit(gate);
        try
        {
            return Park(me, gate, timeout);
        }
        finally
        {
            Enter(gate);
        }
    }

    public void Pulse(object gate)
    {
        if (!_turns.IsStopping)
        {
            _fibers.Wake(gate);
        }
    }

    public void PulseAll(object gate)
    {
        if (!_turns.IsStopping)
        {
            _fibers.WakeAll(gate);
        }
    }

    /// <summary>Waits at something that is no gate of the store's, until a pulse.</summary>
    public void ParkAt(object place) => Park(_turns.Me(), place, Timeout.InfiniteTimeSpan);

    public void Join(Fiber other)
    {
        if (!other.IsEnded)
        {
            Park(_turns.Me(), other, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>A call of the file system, which takes so long: others may go on before it has its effect.</summary>
    public void Pass(TimeSpan cost)
    {
        Fiber me = _turns.Me();
        if (++_calls > CallsMax)
        {
            _turns.Fail($"{CallsMax} calls of the file system, and no end");
        }

        _fibers.Advance(_clock.Now + cost.Ticks);
        if (_policy.JumpsAhead() && _fibers.NextDeadline() is { } next && _jumped + next - _clock.Now <= JumpsMax)
        {
            _jumped += next - _clock.Now;
            _fibers.Advance(next);
        }

        _turns.Switch(me);
    }

    /// <summary>Ends whatever still runs, as a kill would, and the real threads with it.</summary>
    public void Dispose() => _turns.Dispose();

    private async void WatchAsync(Task task)
    {
        await Task.WhenAny(task).ConfigureAwait(false);
        _turns.End(); // this fiber goes on to its next call, where the test gets the turn
    }

    private Fiber Add(string name, Action work)
    {
        if (_turns.IsStopping)
        {
            return new Fiber(this, name, work, 0);
        }

        var fiber = new Fiber(this, name, work, _policy.NewPriority());
        _fibers.Add(fiber);
        return fiber;
    }

    /// <summary>True when it was pulsed, false when the time ran out.</summary>
    private bool Park(Fiber me, object gate, TimeSpan timeout)
    {
        _fibers.Park(me, gate, timeout);
        _turns.Switch(me);
        return me.IsPulsed;
    }

    /// <summary>No fiber holds a gate while another has the turn, so the gate is free; or somebody breaks the rule.</summary>
    private static void Enter(object gate)
    {
        if (!Monitor.TryEnter(gate, TimeSpan.FromMinutes(1)))
        {
            throw new InvalidOperationException($"{gate.GetType().Name} was held by a thread during a call or another wait.");
        }
    }

    /// <summary>Who waits, for messages.</summary>
    public string Describe() => _fibers.ToString();
}
