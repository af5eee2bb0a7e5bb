namespace DocService.Storage.Engine.Committing;

/// <summary>One asynchronous writer lock per key, first come first served. A key that nobody holds or awaits costs nothing.</summary>
/// <remarks>
/// Owns: the entries of held keys. Thread: any; nothing blocks, and the holder's continuations never run on the thread that leaves.
/// Invariants: an entry exists exactly while its key is held; who leaves the queue by time-out or cancellation never holds the lock.
/// </remarks>
internal sealed class KeyLocks(TimeProvider clock)
{
    private const int StripeCount = 64; // far more than cores: two keys rarely meet in one

    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, StripeCount).Select(_ => new Stripe())];

    /// <summary>Keys that are held at present.</summary>
    public int Count => _stripes.Sum(stripe => stripe.Count);

    /// <summary>Returns holding the key's lock.</summary>
    /// <exception cref="TimeoutException">Not within the time.</exception>
    /// <exception cref="OperationCanceledException">Cancelled first.</exception>
    public async ValueTask<Lease> AcquireAsync(DocumentKey key, TimeSpan timeout, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Stripe stripe = StripeOf(key);
        TaskCompletionSource? turn = stripe.Enter(key);
        if (turn is not null)
        {
            try
            {
                await turn.Task.WaitAsync(timeout, clock, cancellation).ConfigureAwait(false);
            }
            catch
            {
                // The turn may have come in the same moment: then the lock is ours, and goes to the next.
                if (!turn.TrySetCanceled(CancellationToken.None))
                {
                    stripe.Leave(key);
                }

                throw;
            }
        }

        return new Lease(stripe, key);
    }

    private Stripe StripeOf(DocumentKey key) => _stripes[(key.GetHashCode() & int.MaxValue) % StripeCount];

    /// <summary>The right to write one key. Disposed exactly once.</summary>
    internal readonly struct Lease(Stripe stripe, DocumentKey key) : IDisposable
    {
        public void Dispose() => stripe.Leave(key);
    }

    internal sealed class Stripe
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<DocumentKey, Queue<TaskCompletionSource>?> _held = [];

        public int Count
        {
            get
            {
                lock (_gate)
                {
                    return _held.Count;
                }
            }
        }

        /// <summary>Takes the lock and returns null, or joins the queue and returns the turn to wait for.</summary>
        public TaskCompletionSource? Enter(DocumentKey key)
        {
            lock (_gate)
            {
                if (_held.TryAdd(key, null))
                {
                    return null;
                }

                Queue<TaskCompletionSource> queue = _held[key] ??= new Queue<TaskCompletionSource>();
                var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                queue.Enqueue(turn);
                return turn;
            }
        }

        /// <summary>Hands the lock to the first in the queue who still waits, or frees it.</summary>
        public void Leave(DocumentKey key)
        {
            lock (_gate)
            {
                Queue<TaskCompletionSource>? queue = _held[key];
                while (queue is not null && queue.TryDequeue(out TaskCompletionSource? next))
                {
                    if (next.TrySetResult())
                    {
                        return;
                    }
                }

                _held.Remove(key);
            }
        }
    }
}
