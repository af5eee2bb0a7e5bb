namespace DocService.Storage.Threading;

/// <summary>What a waiter awaits until another thread gives it its turn. The giving thread runs none of the waiter's code.</summary>
/// <remarks>
/// Thread: any. Invariant: it is given or given up, whichever comes first, once.
/// A <see cref="TaskCompletionSource"/> with asynchronous continuations would do the same past <see cref="IThreads"/>.
/// </remarks>
internal class Turn(IThreads threads) : IThreadPoolWorkItem
{
    private readonly TaskCompletionSource _given = new();
    private bool _isDecided;

    /// <summary>Ends on the thread pool once the turn is given; never when it is given up.</summary>
    public Task Given => _given.Task;

    /// <summary>Whether it has been given or given up.</summary>
    public bool IsDecided => Volatile.Read(ref _isDecided);

    /// <summary>False when it was given before, or the waiter has given up.</summary>
    public bool TryGive()
    {
        bool isFirst = !Interlocked.Exchange(ref _isDecided, true);
        if (isFirst)
        {
            threads.Queue(this);
        }

        return isFirst;
    }

    /// <summary>The waiter has left. False when it has been given the turn in the same moment, and must pass it on.</summary>
    public bool TryGiveUp() => !Interlocked.Exchange(ref _isDecided, true);

    void IThreadPoolWorkItem.Execute() => _given.SetResult();
}
