namespace DocService.Storage.Journal;

/// <summary>Completes commits on the thread pool, a group's with a few work items instead of one for each.</summary>
/// <remarks>
/// Thread: sent from the journal's, run on the pool's. The work items take from one list, so one whose continuation
/// blocks keeps nobody else waiting as long as another is free.
/// </remarks>
internal sealed class Acknowledgements : IThreadPoolWorkItem
{
    /// <summary>Work items at most: more than can run at once, as some may block.</summary>
    private static readonly int WorkItemsMax = 2 * Environment.ProcessorCount;

    private readonly Commit[] _commits;
    private int _next = -1;

    private Acknowledgements(Commit[] commits) => _commits = commits;

    /// <summary>Whoever awaits one of the commits will be told; returns at once.</summary>
    public static void Send(Commit[] commits)
    {
        var acknowledgements = new Acknowledgements(commits);
        for (int workItem = Math.Min(commits.Length, WorkItemsMax); workItem > 0; workItem--)
        {
            ThreadPool.UnsafeQueueUserWorkItem(acknowledgements, preferLocal: false);
        }
    }

    public void Execute()
    {
        int index;
        while ((index = Interlocked.Increment(ref _next)) < _commits.Length)
        {
            _commits[index].Acknowledge();
        }
    }
}
