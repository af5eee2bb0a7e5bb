using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Versions;

/// <summary>How many threads may be in a read of the disk at once; others wait without a thread.</summary>
/// <remarks>
/// Owns: the free places, and the queue of those who wait. Thread: any; nothing blocks.
/// Invariants: first come first served. A waiter that has timed out or was cancelled never holds a place.
/// A read blocks its thread in a system call. A disk whose reads hang would otherwise take one thread of the pool after the other,
/// until none is left to answer that the process is alive. What the page cache answers ends too soon for anybody to wait here.
/// </remarks>
internal sealed class ReadGate(TimeSpan timeout, IThreads threads)
{
    /// <summary>The pool begins with one thread per processor and adds one or two a second. So when reads hang, it has more threads than this within seconds.</summary>
    internal static readonly int ReadsMax = Math.Max(8, 4 * Environment.ProcessorCount);

    private readonly Lock _gate = new();
    private readonly Queue<Turn> _waiting = new();
    private int _free = ReadsMax;

    /// <summary>A place among the readers, at once where one is free. Disposed exactly once.</summary>
    /// <exception cref="StoreBusyException">None of the other reads has ended in time.</exception>
    public ValueTask<Place> EnterAsync(CancellationToken cancellation)
    {
        Turn turn;
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return ValueTask.FromResult(new Place(this));
            }

            turn = new Turn(threads);
            _waiting.Enqueue(turn);
        }

        return WaitAsync(turn, cancellation);
    }

    /// <summary>A place, if one is free now.</summary>
    public bool TryEnter(out Place place)
    {
        lock (_gate)
        {
            bool isFree = _free > 0;
            _free -= isFree ? 1 : 0;
            place = new Place(this);
            return isFree;
        }
    }

    private async ValueTask<Place> WaitAsync(Turn turn, CancellationToken cancellation)
    {
        try
        {
            await turn.Given.WaitAsync(timeout, threads.Clock, cancellation).ConfigureAwait(false);
            return new Place(this);
        }
        catch (Exception exception)
        {
            GiveUp(turn);
            if (exception is TimeoutException)
            {
                throw new StoreBusyException($"{ReadsMax} other reads of the disk have not ended for {timeout.TotalSeconds} s.", exception);
            }

            throw;
        }
    }

    private void GiveUp(Turn turn)
    {
        if (!turn.TryGiveUp())
        {
            Leave(); // it came in the same moment, and goes to the next
            return;
        }

        lock (_gate)
        {
            // The oldest waiter is next, so one that has given up does not stay in the queue for long.
            while (_waiting.TryPeek(out Turn? oldest) && oldest.IsDecided)
            {
                _waiting.Dequeue();
            }
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            while (_waiting.TryDequeue(out Turn? next))
            {
                if (next.TryGive())
                {
                    return;
                }
            }

            _free++;
        }
    }

    internal readonly struct Place(ReadGate gate) : IDisposable
    {
        public void Dispose() => gate.Leave();
    }
}
