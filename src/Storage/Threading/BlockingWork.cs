namespace DocService.Storage.Threading;

/// <summary>Blocking work, run on the thread pool for a caller that awaits its end.</summary>
internal sealed class BlockingWork : IThreadPoolWorkItem
{
    private readonly Action _work;
    private readonly TaskCompletionSource _ended = new();

    private BlockingWork(Action work) => _work = work;

    /// <returns>Ends with the work; fails with its exception.</returns>
    public static Task RunAsync(IThreads threads, Action work)
    {
        var queued = new BlockingWork(work);
        threads.Queue(queued);
        return queued._ended.Task;
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            _work();
        }
        catch (Exception exception)
        {
            _ended.SetException(exception);
            return;
        }

        _ended.SetResult();
    }
}
