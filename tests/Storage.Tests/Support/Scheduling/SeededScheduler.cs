using System.Runtime.ExceptionServices;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Support.Scheduling;

/// <summary>
/// Runs a store, its clients and its timers as fibers of which exactly one runs at a time. At each start, wait, wake-up
/// and call of the file system it chooses by a seed who goes on, and time is its own: so the seed is the replay.
/// </summary>
/// <remarks>
/// Owns: the fibers, the virtual clock, the real threads that carry the fibers.
/// Thread: the fiber that runs; <see cref="Run{T}"/> and <see cref="Dispose"/> are the test's.
/// Invariants: whoever is not in <see cref="_ready"/> waits, and is woken by a pulse, by its deadline or by somebody's end.
/// On failure: what leaves a fiber, a run in which nobody gets on, and a thread that blocks past the scheduler leave <see cref="Run{T}"/>.
/// </remarks>
internal sealed class SeededScheduler : IThreads, IDisposable
{
    /// <summary>Longer than every timeout of a store: whoever has no answer by then never gets one.</summary>
    private static readonly TimeSpan PatienceOfClients = TimeSpan.FromMinutes(10);

    /// <summary>Calls of one process: who makes more turns in a circle. A search's run makes some thousands.</summary>
    private const int CallsMax = 100_000;

    /// <summary>Of real time: a fiber that blocks past the scheduler would never come back.</summary>
    private static readonly TimeSpan PatienceOfTheTest = TimeSpan.FromMinutes(3);

    /// <summary>What timeouts may run out early by in one run, all together: threads are slow, but no client meets its long timeout for it.</summary>
    private static readonly long JumpsMax = TimeSpan.FromSeconds(5).Ticks;

    private readonly SchedulePolicy _policy;
    private readonly VirtualClock _clock;
    private readonly List<Fiber> _ready = [];
    private readonly List<Fiber> _waiting = []; // in the order in which they came
    private readonly List<Carrier> _carriers = [];
    private readonly Stack<Carrier> _idle = new();
    private readonly SemaphoreSlim _handedOver = new(0);
    private int _poolItems;
    private int _calls;
    private long _jumped;
    private bool _isOver;
    private Exception? _failure;
    private volatile bool _isStopping;

    public SeededScheduler(SchedulePolicy policy)
    {
        _policy = policy;
        _clock = new VirtualClock(callback => Add("timer", callback));
    }

    public TimeProvider Clock => _clock;

    /// <summary>The same, for a test that moves it while no write is under way.</summary>
    public VirtualClock Clocks => _clock;

    /// <summary>Whose wake-ups are lost, where a test wants that found out.</summary>
    public Func<Fiber, bool>? LosesWakeUp { get; init; }

    /// <summary>The mend that the store does without, where a test wants that found out.</summary>
    public Mend? LeftOut { get; init; }

    /// <summary>What a sync takes more than usual.</summary>
    public Func<SimulatedCall, TimeSpan>? SlowBy { get; set; }

    /// <summary>How often there was a choice between several.</summary>
    public int Choices { get; private set; }

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
                Park(Me(), call, slow); // others go on meanwhile, their syncs too
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
    public static SeededScheduler? CurrentScheduler => Carrier.Current?.Scheduler;

    /// <summary>The process is killed: at its next call the test has the turn, and nobody else ever again.</summary>
    public void End() => _isOver = true;

    /// <summary>Runs fibers until the main one has ended, or <see cref="End"/>. What then still waits stays as it is until <see cref="Dispose"/>.</summary>
    /// <exception cref="HangException">Nobody got on.</exception>
    public T Run<T>(Func<Task<T>> main)
    {
        Task<T>? task = null;
        Add("main", () => WatchAsync(task = main()));
        Resume(Choose(null)!);
        if (!_handedOver.Wait(PatienceOfTheTest))
        {
            throw new HangException($"A thread of the store blocks past the scheduler:\n{Describe()}");
        }

        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }

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
        Fiber me = Me();
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
        if (!_isStopping && _waiting.Find(fiber => fiber.Gate == gate) is { } first)
        {
            Wake(first);
        }
    }

    public void PulseAll(object gate)
    {
        foreach (Fiber fiber in _isStopping ? [] : _waiting.FindAll(fiber => fiber.Gate == gate))
        {
            Wake(fiber);
        }
    }

    /// <summary>Waits at something that is no gate of the store's, until a pulse.</summary>
    public void ParkAt(object place) => Park(Me(), place, Timeout.InfiniteTimeSpan);

    public void Join(Fiber other)
    {
        if (!other.IsEnded)
        {
            Park(Me(), other, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>A call of the file system, which takes so long: others may go on before it has its effect.</summary>
    public void Pass(TimeSpan cost)
    {
        Fiber me = Me();
        if (++_calls > CallsMax)
        {
            Fail($"{CallsMax} calls of the file system, and no end");
        }

        Advance(_clock.Now + cost.Ticks);
        if (_policy.JumpsAhead() && NextDeadline() is { } next && _jumped + next - _clock.Now <= JumpsMax)
        {
            _jumped += next - _clock.Now;
            Advance(next);
        }

        Switch(me);
    }

    /// <summary>Ends whatever still runs, as a kill would, and the real threads with it.</summary>
    public void Dispose()
    {
        _isStopping = true;
        foreach (Carrier carrier in _carriers)
        {
            carrier.GiveTurn();
        }

        foreach (Carrier carrier in _carriers)
        {
            carrier.Return(TimeSpan.FromMinutes(1)); // one that blocks past the scheduler has been reported
        }

        _handedOver.Dispose();
    }

    /// <summary>Runs the fiber that has its turn on this carrier to its end; false when the carrier is needed no more.</summary>
    public bool TryRunFiberOf(Carrier carrier)
    {
        if (_isStopping)
        {
            return false;
        }

        Fiber fiber = carrier.Fiber!;
        try
        {
            fiber.Work();
        }
        catch (SchedulerStoppedException)
        {
            return false;
        }
        catch (Exception exception)
        {
            _failure ??= exception;
            _isOver = true;
        }

        if (_isStopping)
        {
            return false;
        }

        fiber.IsEnded = true;
        _ready.Remove(fiber);
        PulseAll(fiber);
        if (Choose(fiber) is not { } next)
        {
            return AwaitTurn(carrier);
        }

        if (next.Carrier is null)
        {
            next.Carrier = carrier;
            carrier.Fiber = next;
            return true;
        }

        _idle.Push(carrier);
        Resume(next);
        return AwaitTurn(carrier);
    }

    private bool AwaitTurn(Carrier carrier)
    {
        carrier.AwaitTurn();
        return !_isStopping;
    }

    private async void WatchAsync(Task task)
    {
        await Task.WhenAny(task).ConfigureAwait(false);
        _isOver = true; // this fiber goes on to its next call, where the test gets the turn
    }

    private Fiber Add(string name, Action work)
    {
        if (_isStopping)
        {
            return new Fiber(this, name, work, 0);
        }

        var fiber = new Fiber(this, name, work, _policy.NewPriority());
        _ready.Add(fiber);
        return fiber;
    }

    private Fiber Me()
    {
        if (_isStopping)
        {
            throw new SchedulerStoppedException();
        }

        return Carrier.Current is { } carrier && carrier.Scheduler == this
            ? carrier.Fiber!
            : throw new InvalidOperationException("This thread is none of the scheduler's: something went past IThreads.");
    }

    /// <summary>True when it was pulsed, false when the time ran out.</summary>
    private bool Park(Fiber me, object gate, TimeSpan timeout)
    {
        (me.Gate, me.IsPulsed) = (gate, false);
        me.Deadline = timeout == Timeout.InfiniteTimeSpan ? null : _clock.Now + timeout.Ticks;
        _ready.Remove(me);
        _waiting.Add(me);
        Switch(me);
        return me.IsPulsed;
    }

    private void Wake(Fiber fiber)
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

    /// <summary>Gives the turn to whoever is chosen, and returns when this one has it again.</summary>
    private void Switch(Fiber me)
    {
        Fiber? next = Choose(me);
        if (next == me)
        {
            return;
        }

        Carrier carrier = me.Carrier!;
        if (next is not null)
        {
            Resume(next);
        }

        carrier.AwaitTurn();
        if (_isStopping)
        {
            throw new SchedulerStoppedException();
        }
    }

    private void Resume(Fiber fiber)
    {
        if (fiber.Carrier is null)
        {
            if (!_idle.TryPop(out Carrier? carrier))
            {
                _carriers.Add(carrier = Carrier.Rent(this));
            }

            fiber.Carrier = carrier;
            carrier.Fiber = fiber;
        }

        fiber.Carrier.GiveTurn();
    }

    /// <summary>Who goes on; null when the test has the turn now, because all is over.</summary>
    private Fiber? Choose(Fiber? current)
    {
        while (!_isOver && (_ready.Count == 0 || _clock.Now > PatienceOfClients.Ticks))
        {
            if (_ready.Count == 0 && NextDeadline() is { } next && next <= PatienceOfClients.Ticks)
            {
                Advance(next);
                continue;
            }

            Fail($"After {PatienceOfClients} clients still wait");
        }

        if (_isOver)
        {
            _handedOver.Release();
            return null;
        }

        Choices += _ready.Count > 1 ? 1 : 0;
        return _policy.Choose(_ready, current);
    }

    private void Fail(string reason)
    {
        _failure ??= new HangException($"{reason}:\n{Describe()}");
        _isOver = true;
    }

    private void Advance(long ticks)
    {
        _clock.AdvanceTo(ticks);
        for (int index = 0; index < _waiting.Count;)
        {
            if (_waiting[index].Deadline <= _clock.Now)
            {
                MakeReady(_waiting[index], isPulsed: false);
            }
            else
            {
                index++;
            }
        }
    }

    private long? NextDeadline()
    {
        long? next = _clock.NextDue;
        foreach (Fiber fiber in _waiting)
        {
            next = fiber.Deadline < (next ?? long.MaxValue) ? fiber.Deadline : next;
        }

        return next;
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
    public string Describe() => string.Join('\n', _ready.Concat(_waiting));
}
