using System.Diagnostics.CodeAnalysis;
using DocService.Storage.Threading;

namespace DocService.Storage.Threading;

/// <summary>
/// Dedicated threads for work that blocks on the disk. So a slow sync takes no pool thread from reads, and requests take no
/// thread from filing. They are started as needed.
/// </summary>
/// <remarks>Owns: the threads. Thread: any. On failure: a sweep's exception goes to the caller that waits for it.</remarks>
internal sealed class DiskThreads(int threadsMax, IThreads threads) : IDisposable
{
    private const int StackBytes = 256 * 1024; // shallow, non-recursive work

    private readonly object _gate = new();
    private readonly Queue<Action> _queue = new();
    private int _threads;
    private int _unfinished;
    private bool _isDisposed;

    /// <summary>
    /// Runs the action for every item, spread over so many threads, and returns when all are done. One worker would be no
    /// help: then it all runs on the caller's thread.
    /// </summary>
    /// <param name="items">Each is given to the action once, unless another has failed before.</param>
    /// <param name="workers">Threads at most.</param>
    /// <param name="action">What to do.</param>
    /// <exception cref="Exception">The action's first, once all threads have ended.</exception>
    /// <exception cref="OutOfMemoryException">Not the action's: then nothing was begun.</exception>
    public void ForEach<T>(IReadOnlyList<T> items, int workers, Action<T> action)
    {
        workers = Math.Min(workers, items.Count);
        var sweep = new Sweep(items.Count, workers, index => action(items[index]), threads);
        if (workers == 1)
        {
            sweep.Work();
        }
        else
        {
            Run(sweep.Work, workers);
        }

        sweep.Wait();
    }

    /// <summary>Ends the threads once the queue is empty. Nothing may be queued any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            threads.PulseAll(_gate);
        }
    }

    private void Run(Action work, int times)
    {
        for (int time = 0; time < times; time++)
        {
            if (!TryQueue(work))
            {
                work();
            }
        }
    }

    /// <summary>
    /// Every unfinished piece of work has a thread, up to the limit, so none waits behind a call that hangs. False when
    /// there is no thread at all, or no memory.
    /// </summary>
    private bool TryQueue(Action work)
    {
        lock (_gate)
        {
            if (_unfinished >= _threads && _threads < threadsMax)
            {
                try
                {
                    threads.Start($"docservice-file-{_threads}", Work, StackBytes);
                    _threads++;
                }
                catch (OutOfMemoryException)
                {
                    // The system has no thread left for us (pids limit): those that there are do the work.
                }
            }

            if (_threads == 0)
            {
                return false;
            }

            try
            {
                _queue.Enqueue(work);
            }
            catch (OutOfMemoryException)
            {
                return false; // others may be under way by now: the caller takes this part itself
            }

            _unfinished++;
            threads.Pulse(_gate);
            return true;
        }
    }

    private void Work()
    {
        while (TryTake(out Action? work))
        {
            work();
            lock (_gate)
            {
                _unfinished--;
            }
        }
    }

    private bool TryTake([NotNullWhen(true)] out Action? work)
    {
        lock (_gate)
        {
            while (!_queue.TryDequeue(out work) && !_isDisposed)
            {
                threads.Wait(_gate, Timeout.InfiniteTimeSpan);
            }

            return work is not null;
        }
    }
}
