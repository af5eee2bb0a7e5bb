using DocService.Storage.Threading;

namespace DocService.Storage.Journal.Writing;

/// <summary>Completes commits on the thread pool: a whole group with a few work items, not one for each commit.</summary>
/// <remarks>
/// Thread: made and sent on the journal's, run on the pool's.
/// Invariants: the memory that sending needs is taken when this is made, before the group is written. A continuation may
/// block. So while one runs and others are left, a work item waits in the pool's queue, and the next free thread goes on
/// with the others.
/// </remarks>
internal sealed class Acknowledgements : IThreadPoolWorkItem
{
    private readonly IThreads _threads;
    private readonly Commit[] _commits;
    private int _next = -1;
    private int _queued; // work items that no thread has taken yet: 0 or 1, except for moments

    private Acknowledgements(IThreads threads, Commit[] commits)
    {
        _threads = threads;
        _commits = commits;
    }

    /// <summary>For the commits of the group that are answered as soon as they are appended, or for the others. Null if there are none.</summary>
    public static Acknowledgements? Of(IThreads threads, List<Commit> group, bool isBuffered)
    {
        int count = 0;
        foreach (Commit commit in group)
        {
            count += commit.IsBuffered == isBuffered ? 1 : 0;
        }

        if (count == 0)
        {
            return null;
        }

        var commits = new Commit[count];
        foreach (Commit commit in group)
        {
            if (commit.IsBuffered == isBuffered)
            {
                commits[--count] = commit;
            }
        }

        Array.Reverse(commits); // in the order of the group
        return new Acknowledgements(threads, commits);
    }

    /// <summary>Completes the commits on the pool. Returns at once.</summary>
    public void Send()
    {
        foreach (Commit commit in _commits)
        {
            commit.TryClaimAcknowledgement();
        }

        Queue();
    }

    /// <summary>Fails the commit on the pool, unless it is completed already.</summary>
    public static void SendFailure(IThreads threads, Commit commit, StoreException error)
    {
        commit.Fail(error);
        if (commit.TryClaimAcknowledgement())
        {
            threads.Queue(commit);
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
