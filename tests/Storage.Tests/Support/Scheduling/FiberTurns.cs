using System.Runtime.ExceptionServices;

namespace DocService.Storage.Tests.Support.Scheduling;

/// <summary>Which fiber of a <see cref="SeededScheduler"/> runs: exactly one, on the real thread that carries it.</summary>
/// <remarks>
/// Owns: the turn, the real threads. Thread: the fiber that runs; <see cref="Run"/> and <see cref="Dispose"/> are the test's.
/// On failure: what leaves a fiber, a run in which nobody gets on, and a thread that blocks past the scheduler leave <see cref="Run"/>.
/// </remarks>
internal sealed class FiberTurns : IDisposable
{
    /// <summary>Longer than every timeout of a store: whoever has no answer by then never gets one.</summary>
    private static readonly TimeSpan PatienceOfClients = TimeSpan.FromMinutes(10);

    /// <summary>Of real time: a fiber that blocks past the scheduler would never come back.</summary>
    private static readonly TimeSpan PatienceOfTheTest = TimeSpan.FromMinutes(3);

    private readonly SchedulePolicy _policy;
    private readonly VirtualClock _clock;
    private readonly FiberTable _fibers;
    private readonly List<Carrier> _carriers = [];
    private readonly Stack<Carrier> _idle = new();
    private readonly SemaphoreSlim _handedOver = new(0);
    private bool _isOver;
    private Exception? _failure;
    private volatile bool _isStopping;

    public FiberTurns(SchedulePolicy policy, VirtualClock clock, FiberTable fibers)
    {
        _policy = policy;
        _clock = clock;
        _fibers = fibers;
    }

    /// <summary>How often there was a choice between several.</summary>
    public int Choices { get; private set; }

    /// <summary>No fiber gets its turn any more.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>The test has the turn at the next switch, and nobody else ever again.</summary>
    public void End() => _isOver = true;

    /// <summary>Gives the turn to a fiber; returns when the test has it again.</summary>
    public void Run()
    {
        Resume(Choose(null)!);
        if (!_handedOver.Wait(PatienceOfTheTest))
        {
            throw new HangException($"A thread of the store blocks past the scheduler:\n{_fibers}");
        }

        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
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
        if (IsStopping)
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

        if (IsStopping)
        {
            return false;
        }

        fiber.IsEnded = true;
        _fibers.Remove(fiber);
        _fibers.WakeAll(fiber);
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
        return !IsStopping;
    }

    /// <summary>The fiber that runs the calling code.</summary>
    public Fiber Me()
    {
        if (IsStopping)
        {
            throw new SchedulerStoppedException();
        }

        return Carrier.Current is { } carrier && carrier.Turns == this
            ? carrier.Fiber!
            : throw new InvalidOperationException("This thread is none of the scheduler's: something went past IThreads.");
    }

    /// <summary>Gives the turn to whoever is chosen, and returns when this one has it again.</summary>
    public void Switch(Fiber me)
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
        if (IsStopping)
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
        while (!_isOver && (_fibers.Ready.Count == 0 || _clock.Now > PatienceOfClients.Ticks))
        {
            if (_fibers.Ready.Count == 0 && _fibers.NextDeadline() is { } next && next <= PatienceOfClients.Ticks)
            {
                _fibers.Advance(next);
                continue;
            }

            Fail($"After {PatienceOfClients} clients still wait");
        }

        if (_isOver)
        {
            _handedOver.Release();
            return null;
        }

        Choices += _fibers.Ready.Count > 1 ? 1 : 0;
        return _policy.Choose(_fibers.Ready, current);
    }

    /// <summary>The run is over, and this is why.</summary>
    public void Fail(string reason)
    {
        _failure ??= new HangException($"{reason}:\n{_fibers}");
        _isOver = true;
    }
}
