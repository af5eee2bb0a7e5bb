using System.Runtime.ExceptionServices;
using DocService.Storage.Threading;

namespace DocService.Storage.Threading;

/// <summary>One action for every item of a list, under way on several disk threads.</summary>
/// <remarks>
/// Thread: <see cref="Work"/> on the disk threads, the other members on the caller's.
/// On failure: no further item is begun. The waiting caller gets the first exception once all threads have ended.
/// </remarks>
internal sealed class Sweep(int items, int workers, Action<int> action, IThreads threads)
{
    private readonly object _gate = new();
    private int _working = workers;
    private int _next = -1;
    private volatile Exception? _failure;

    /// <summary>To be run so many times as there are workers. Never throws.</summary>
    public void Work()
    {
        int index;
        while (_failure is null && (index = Interlocked.Increment(ref _next)) < items)
        {
            try
            {
                action(index);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref _failure, exception, null);
            }
        }

        lock (_gate)
        {
            if (--_working == 0)
            {
                threads.PulseAll(_gate);
            }
        }
    }

    /// <summary>Returns when every item is done.</summary>
    /// <exception cref="Exception">The action's, once no thread works on it any more; some items are not done.</exception>
    public void Wait()
    {
        lock (_gate)
        {
            while (_working > 0)
            {
                threads.Wait(_gate, Timeout.InfiniteTimeSpan);
            }
        }

        if (_failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }
}
