using DocService.Storage.Threading;

namespace DocService.Storage.Journal.Writing;

/// <summary>Completes commits on the thread pool, a group's with a few work items instead of one for each.</summary>
/// <remarks>
/// Thread: sent from the journal's, run on the pool's.
/// Invariant: while a continuation runs, which may block, and others are left, a work item waits in the pool's queue for
/// a free thread to go on with them.
/// </remarks>
internal sealed class Acknowledgements : IThreadPoolWorkItem
{
    private readonly IThreads _threads;
    private readonly Commit[] _commits;
    private int _next = -1;
    private int _queued; // work items that no thread has taken up yet: 0 or 1, but for moments

    private Acknowledgements(IThreads threads, Commit[] commits)
    {
        _threads = threads;
        _commits = commits;
    }

    /// <summary>Whoever awaits one of the commits, and has not been told before, will be told; returns at once.</summary>
    public static void Send(IThreads threads, List<Commit> commits, Predicate<Commit> which)
    {
        List<Commit> chosen = commits.FindAll(commit => which(commit) && commit.TryClaimAcknowledgement());
        if (chosen.Count > 0)
        {
            new Acknowledgements(threads, [.. chosen]).Queue();
        }
    }

    public void Execute()
    {
        Interlocked.Decrement(ref _queued);
        int index;
        while ((index = Interlocked.Increment(ref _next)) < _commits.Length)
        {
            if (index + 1 < _commits.Length && Volatile.Read(ref _queued) == 0)
            {
                Queue();
            }

            _commits[index].Acknowledge();
        }
    }

    private void Queue()
    {
        Interlocked.Increment(ref _queued);
        _threads.Queue(this);
    }
}
