using DocService.Storage.Engine.Locks;

namespace DocService.Storage.Engine.Committing;

/// <summary>The locks of one write, taken in the order that all writes keep, so that two of them never wait for each other.</summary>
/// <remarks>
/// Owns: the leases. Thread: one at a time; <see cref="Release"/> on the journal's thread once the commit is queued.
/// The time is for everything that the write waits for, locks first.
/// </remarks>
internal sealed class CommitLocks(DigestLocks locks, TimeSpan timeout, TimeProvider clock)
{
    private readonly long _started = clock.GetTimestamp();
    private DigestLocks.Lease[] _leases = [];
    private int _held;

    /// <summary>What is left of the time; zero when it is over.</summary>
    public TimeSpan Left => timeout - clock.GetElapsedTime(_started) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>Exclusive for what is written, shared for what is only checked, by digest.</summary>
    public async ValueTask AcquireAsync(IReadOnlyList<DocumentOperation> operations, CancellationToken cancellation)
    {
        Reserve(operations.Count + 1); // and the definitions' behind them
        if (operations.Count == 1)
        {
            await AcquireAsync(operations[0].Key.Digest, ModeOf(operations[0]), cancellation).ConfigureAwait(false);
            return;
        }

        foreach (DocumentOperation operation in operations.OrderBy(operation => operation.Key.Digest))
        {
            await AcquireAsync(operation.Key.Digest, ModeOf(operation), cancellation).ConfigureAwait(false);
        }
    }

    public async ValueTask AcquireAsync(Sha256Digest digest, LockMode mode, CancellationToken cancellation)
    {
        Reserve(1); // before the lock is held: nothing may fail between having it and noting it
        _leases[_held] = await locks.AcquireAsync(digest, mode, Left, cancellation).ConfigureAwait(false);
        _held++;
    }

    /// <summary>Gives back the lock that was taken last.</summary>
    public void ReleaseLast()
    {
        _held--;
        _leases[_held].Dispose();
    }

    /// <exception cref="TimeoutException">The time is over: nobody waits for these locks longer than for others.</exception>
    public void ThrowIfOver()
    {
        if (Left == TimeSpan.Zero)
        {
            throw new TimeoutException();
        }
    }

    /// <summary>Gives all of them back. Once.</summary>
    public void Release()
    {
        for (int index = 0; index < _held; index++)
        {
            _leases[index].Dispose();
        }

        _held = 0;
    }

    private static LockMode ModeOf(DocumentOperation operation) => operation is CheckOperation ? LockMode.Shared : LockMode.Exclusive;

    private void Reserve(int more)
    {
        if (_leases.Length < _held + more)
        {
            Array.Resize(ref _leases, _held + more);
        }
    }
}
