using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Filing;

/// <summary>What somebody has for the filer to do between two chunks: one errand at a time.</summary>
/// <remarks>Owns: the errand. Thread: one has it and waits, the filer does it; under the gate of <see cref="FilingQueue"/>, at which both wait.</remarks>
internal sealed class FilingErrand
{
    private Action? _errand;
    private bool _isBegun;
    private bool _isStopped;

    /// <summary>The caller holds the gate.</summary>
    public bool IsThere => _errand is not null;

    /// <summary>False: filing has ended, and it is not done.</summary>
    public bool Do(object gate, IThreads threads, Action errand)
    {
        lock (gate)
        {
            _errand = errand;
            threads.PulseAll(gate);
            while (IsThere && (!_isStopped || _isBegun))
            {
                threads.Wait(gate, Timeout.InfiniteTimeSpan);
            }

            bool isDone = !IsThere;
            _errand = null;
            return isDone;
        }
    }

    /// <summary>On the filer's thread. False: there is none.</summary>
    public bool TryDo(object gate, IThreads threads)
    {
        Action? errand;
        lock (gate)
        {
            errand = _isStopped ? null : _errand;
            _isBegun = errand is not null;
        }

        if (errand is null)
        {
            return false;
        }

        try
        {
            errand();
            return true;
        }
        finally
        {
            lock (gate)
            {
                _errand = null;
                _isBegun = false;
                threads.PulseAll(gate);
            }
        }
    }

    /// <summary>Filing ends: what is not begun is not done. The caller holds the gate, and wakes who waits there.</summary>
    public void Stop() => _isStopped = true;
}
