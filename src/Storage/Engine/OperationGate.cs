using DocService.Storage.Threading;

namespace DocService.Storage.Engine;

/// <summary>Counts operations under way, so that closing can refuse new ones and wait for the rest.</summary>
internal sealed class OperationGate(IThreads threads)
{
    private readonly Lock _gate = new();
    private readonly Turn _idle = new(threads);
    private int _underWay;
    private bool _isClosed;

    /// <exception cref="StoreClosedException">Closing has begun.</exception>
    public Passage Enter()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                throw new StoreClosedException("The store is closing.");
            }

            _underWay++;
            return new Passage(this);
        }
    }

    /// <summary>Refuses new operations from now on. The task ends when the running ones have ended. It may be called again.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            if (_underWay == 0)
            {
                _idle.TryGive();
            }

            return _idle.Given;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            _underWay--;
            if (_isClosed && _underWay == 0)
            {
                _idle.TryGive();
            }
        }
    }

    /// <summary>One operation under way. Disposed exactly once.</summary>
    internal readonly struct Passage(OperationGate gate) : IDisposable
    {
        public void Dispose() => gate.Leave();
    }
}
