using System.Collections.Concurrent;

namespace DocService.Storage.Engine;

/// <summary>
/// Dedicated threads for work that blocks on the disk, so that a slow sync never takes a thread-pool thread from
/// somebody's read. Started as they are needed.
/// </summary>
/// <remarks>
/// Owns: the threads; each has a slot number of its own for as long as it runs a job.
/// Thread: <see cref="RunAsync"/> from any; jobs on the threads; continuations of callers never run there.
/// On failure: a job's exception goes to its caller alone.
/// </remarks>
internal sealed class DiskThreads(int threadsMax, TimeProvider clock) : IDisposable
{
    private const int StackBytes = 256 * 1024; // shallow, non-recursive work

    private readonly BlockingCollection<Job> _queue = [];
    private readonly Lock _gate = new();
    private int _threads;
    private int _unfinished;

    /// <summary>Runs the function on one of the threads, with its slot number.</summary>
    /// <exception cref="TimeoutException">No thread was free in time; the function has not run and never will.</exception>
    public async Task<T> RunAsync<T>(Func<int, T> function, TimeSpan startTimeout)
    {
        var job = new Job<T>(function);
        StartThreadIfNeeded();
        _queue.Add(job);
        try
        {
            return await job.Result.WaitAsync(startTimeout, clock).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!job.TryAbandon())
        {
            // What has started is waited for, however long the disk takes: its outcome is never guessed.
            return await job.Result.ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Runs the action for every item, spread over so many threads, and returns when all are done. With one worker it
    /// runs on the caller's thread. Once all workers have ended a failure is thrown, the gravest of several.
    /// </summary>
    /// <param name="items">Each is given to the action once, unless another has failed before.</param>
    /// <param name="workers">Threads at most.</param>
    /// <param name="action">What to do.</param>
    /// <param name="isGrave">Failures that must not hide behind others.</param>
    public void ForEach<T>(IReadOnlyList<T> items, int workers, Action<T> action, Predicate<Exception> isGrave)
    {
        workers = Math.Min(workers, items.Count);
        if (workers <= 1)
        {
            foreach (T item in items)
            {
                action(item);
            }

            return;
        }

        int next = -1;
        bool hasFailed = false;
        var running = new Task<int>[workers];
        for (int worker = 0; worker < workers; worker++)
        {
            running[worker] = RunAsync(
                slot =>
                {
                    int index;
                    while (!Volatile.Read(ref hasFailed) && (index = Interlocked.Increment(ref next)) < items.Count)
                    {
                        try
                        {
                            action(items[index]);
                        }
                        catch
                        {
                            Volatile.Write(ref hasFailed, true);
                            throw;
                        }
                    }

                    return slot;
                },
                Timeout.InfiniteTimeSpan);
        }

        Task all = Task.WhenAll(running);
        ((IAsyncResult)all).AsyncWaitHandle.WaitOne();
        Task<int>? failed = Array.Find(running, task => task.Exception is { InnerException: { } failure } && isGrave(failure)) ?? Array.Find(running, task => task.IsFaulted);
        failed?.GetAwaiter().GetResult();
    }

    /// <summary>Ends the threads once the queue is empty. Nothing may be queued any more.</summary>
    public void Dispose() => _queue.CompleteAdding();

    /// <summary>Every unfinished job has a thread, up to the limit: none waits behind a job that hangs while a thread could be had.</summary>
    private void StartThreadIfNeeded()
    {
        lock (_gate)
        {
            _unfinished++;
            if (_unfinished <= _threads || _threads == threadsMax)
            {
                return;
            }

            int slot = _threads;
            try
            {
                new Thread(() => Work(slot), StackBytes) { IsBackground = true, Name = $"docservice-file-{slot}" }.Start();
                _threads++;
            }
            catch (OutOfMemoryException) when (_threads > 0)
            {
                // The system has no thread left for us (pids limit): those that there are do the work.
            }
        }
    }

    private void Work(int slot)
    {
        foreach (Job job in _queue.GetConsumingEnumerable())
        {
            job.Run(slot);
            lock (_gate)
            {
                _unfinished--;
            }
        }
    }

    private abstract class Job
    {
        private int _isClaimed;

        /// <summary>True when the job had not started and now never will.</summary>
        public bool TryAbandon() => Interlocked.Exchange(ref _isClaimed, 1) == 0;

        public void Run(int slot)
        {
            if (Interlocked.Exchange(ref _isClaimed, 1) == 0)
            {
                Execute(slot);
            }
        }

        protected abstract void Execute(int slot);
    }

    private sealed class Job<T>(Func<int, T> function) : Job
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Result => _result.Task;

        protected override void Execute(int slot)
        {
            try
            {
                _result.SetResult(function(slot));
            }
            catch (Exception exception)
            {
                _result.SetException(exception);
            }
        }
    }
}
