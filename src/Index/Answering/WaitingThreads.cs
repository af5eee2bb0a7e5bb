using System.Collections.Concurrent;

namespace DocService.Index.Answering;

/// <summary>Threads of their own for searches whose rows come over a network: those of the pool, of which there are few, are not to wait for it.</summary>
/// <remarks>Owns: the threads, which begin with the first work and end when disposed. Thread: any.</remarks>
internal sealed class WaitingThreads : TaskScheduler, IDisposable
{
    private readonly BlockingCollection<Task> _queued = [];
    private readonly Lazy<Thread[]> _threads;

    public WaitingThreads(int threads)
    {
        MaximumConcurrencyLevel = threads;
        _threads = new Lazy<Thread[]>(Start);
    }

    public override int MaximumConcurrencyLevel { get; }

    /// <summary>What has begun is ended first.</summary>
    public void Dispose()
    {
        _queued.CompleteAdding();
        if (_threads.IsValueCreated)
        {
            Array.ForEach(_threads.Value, static thread => thread.Join());
        }

        _queued.Dispose();
    }

    protected override void QueueTask(Task task)
    {
        _ = _threads.Value;
        _queued.Add(task);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => _queued.ToArray();

    private Thread[] Start()
    {
        var threads = new Thread[MaximumConcurrencyLevel];
        for (int number = 0; number < threads.Length; number++)
        {
            threads[number] = new Thread(Run) { IsBackground = true, Name = "search" };
            threads[number].Start();
        }

        return threads;
    }

    private void Run()
    {
        foreach (Task task in _queued.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }
}
