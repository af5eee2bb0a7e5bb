using System.Collections.Concurrent;

namespace DocService.Storage.Tests.Support.Scheduling;

/// <summary>A real thread that runs fibers for a scheduler, one after the other, and sleeps while it is the turn of none of them.</summary>
/// <remarks>
/// Owns: its thread, which serves one scheduler after the other: a search makes thousands of them.
/// Thread: its own; rented and returned by a scheduler.
/// Invariant: in the pool it has nobody's fiber and no turn.
/// On failure: one that does not come back in time is lost, and its thread ends when it does.
/// </remarks>
internal sealed class Carrier
{
    private static readonly ConcurrentBag<Carrier> Pool = [];

    [ThreadStatic]
    private static Carrier? _ofThisThread;

    private readonly object _gate = new(); // waited at without spinning: the other one runs for longer than a spin, and needs the core
    private readonly SemaphoreSlim _ended = new(0);
    private bool _hasTurn;
    private FiberTurns? _turns;
    private volatile bool _isLost;

    private Carrier() => new Thread(Work) { IsBackground = true, Name = "fiber" }.UnsafeStart();

    /// <summary>The one that runs the calling code; null outside of any scheduler.</summary>
    public static Carrier? Current => _ofThisThread;

    /// <summary>Whom it serves.</summary>
    public FiberTurns Turns => _turns!;

    /// <summary>Whose turn it is, or was last.</summary>
    public Fiber? Fiber { get; set; }

    public static Carrier Rent(FiberTurns turns)
    {
        Carrier carrier = Pool.TryTake(out Carrier? idle) ? idle : new Carrier();
        carrier._turns = turns;
        return carrier;
    }

    public void GiveTurn()
    {
        lock (_gate)
        {
            _hasTurn = true;
            Monitor.Pulse(_gate);
        }
    }

    public void AwaitTurn()
    {
        lock (_gate)
        {
            while (!_hasTurn)
            {
                Monitor.Wait(_gate);
            }

            _hasTurn = false;
        }
    }

    /// <summary>Once its scheduler has stopped and it has been given its last turn.</summary>
    public void Return(TimeSpan patience)
    {
        if (!_ended.Wait(patience))
        {
            _isLost = true;
            return;
        }

        (Fiber, _turns) = (null, null);
        Pool.Add(this);
    }

    private void Work()
    {
        _ofThisThread = this;
        while (!_isLost)
        {
            AwaitTurn();
            while (Turns.TryRunFiberOf(this))
            {
            }

            _ended.Release();
        }
    }
}
