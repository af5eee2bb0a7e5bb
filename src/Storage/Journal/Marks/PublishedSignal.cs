using DocService.Storage.Threading;

namespace DocService.Storage.Journal.Marks;

/// <summary>Wakes those who follow the log when more of it is published.</summary>
/// <remarks>Thread: the journal's tells, anyone waits. No continuation runs on the journal's thread. While nobody waits, it costs one read.</remarks>
internal sealed class PublishedSignal(Watermarks marks, IThreads threads)
{
    private readonly Lock _gate = new();
    private Turn? _next;
    private bool _isStopped;

    /// <summary>Completes when more than this is published, or the journal has stopped.</summary>
    public Task WaitAsync(long after, CancellationToken cancellation)
    {
        Task next;
        lock (_gate)
        {
            // The waiter is known before the watermark is read: a publication meanwhile either is seen here, or sees the waiter.
            _next ??= new Turn(threads);
            Interlocked.MemoryBarrier();
            if (_isStopped || marks.DurableThrough > after)
            {
                return Task.CompletedTask;
            }

            next = _next.Given;
        }

        return next.WaitAsync(cancellation);
    }

    /// <summary>After the watermark has moved.</summary>
    public void Tell()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _next) is null)
        {
            return;
        }

        lock (_gate)
        {
            _next?.TryGive();
            _next = null;
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            _next?.TryGive();
            _next = null;
        }
    }
}
