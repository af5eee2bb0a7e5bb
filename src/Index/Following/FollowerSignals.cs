namespace DocService.Index.Following;

/// <summary>What others tell the follower's thread, and what wakes it.</summary>
/// <remarks>
/// Owns: an event that stays set until the thread has waited once, so that no signal is lost.
/// Thread: any; <see cref="Wait"/> and <see cref="Forget"/> the follower's. Invariant: the first failure counts.
/// </remarks>
internal sealed class FollowerSignals : IDisposable
{
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly CancellationTokenSource _stopping = new();
    private Failure? _failure;
    private long _hurriedThrough;

    public CancellationToken Stopping => _stopping.Token;

    public bool IsStopping => _stopping.IsCancellationRequested;

    /// <summary>Why the index must be made anew; null while it need not.</summary>
    public Failure? Failure => Volatile.Read(ref _failure);

    public bool MustLeave => IsStopping || Failure is not null;

    /// <summary>A segment waits until commits through this one are durable here.</summary>
    public long HurriedThrough => Interlocked.Read(ref _hurriedThrough);

    public void Wake() => _wake.Set();

    public void Fail(Failure failure)
    {
        Interlocked.CompareExchange(ref _failure, failure, null);
        Wake();
    }

    /// <summary>The index begins anew.</summary>
    public void Forget()
    {
        Interlocked.Exchange(ref _hurriedThrough, 0);
        Interlocked.Exchange(ref _failure, null);
    }

    public void Hurry(long through)
    {
        Interlocked.Exchange(ref _hurriedThrough, through); // what is awaited only grows
        Wake();
    }

    public void Stop()
    {
        _stopping.Cancel();
        Wake();
    }

    /// <summary>Until the next signal, at most so long.</summary>
    public void Wait(TimeSpan longest)
    {
        if (longest > TimeSpan.Zero)
        {
            _wake.WaitOne(longest);
        }
    }

    public void Dispose()
    {
        _wake.Dispose();
        _stopping.Dispose();
    }
}
