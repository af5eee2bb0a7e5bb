using System.Runtime.InteropServices;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Locks;

/// <summary>
/// One asynchronous lock for each digest, shared or exclusive, first come first served. A digest stands for a document, or
/// for a value that a rule protects. A digest that nobody holds or awaits costs nothing.
/// </summary>
/// <remarks>
/// Owns: the entries of held digests. Thread: any; nothing blocks, and a waiter's continuation never runs on the thread that leaves.
/// Invariants: an entry exists exactly while its digest is held. A waiter that has timed out or was cancelled never holds the lock.
/// A shared request waits behind an exclusive one that came before it: writers are not starved.
/// </remarks>
internal sealed class DigestLocks(IThreads threads)
{
    /// <summary>A power of two, far more than cores: two digests rarely meet in one. Other tables by digest have as many.</summary>
    public const int StripeCount = 64;

    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, StripeCount).Select(_ => new Stripe(threads))];

    /// <summary>Digests that are held at present.</summary>
    public int Count => _stripes.Sum(stripe => stripe.Count);

    /// <summary>Returns holding the digest's lock.</summary>
    /// <exception cref="TimeoutException">Not within the time.</exception>
    /// <exception cref="OperationCanceledException">Cancelled first.</exception>
    public async ValueTask<Lease> AcquireAsync(Sha256Digest digest, LockMode mode, TimeSpan timeout, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Stripe stripe = _stripes[(digest.GetHashCode() & int.MaxValue) % StripeCount];
        Place? turn = stripe.Enter(digest, mode);
        if (turn is not null)
        {
            try
            {
                await turn.Given.WaitAsync(timeout, threads.Clock, cancellation).ConfigureAwait(false);
            }
            catch
            {
                // The turn may have come in the same moment. Then this waiter holds the lock and passes it on.
                if (turn.TryGiveUp())
                {
                    stripe.GiveUp(digest);
                }
                else
                {
                    stripe.Leave(digest, mode);
                }

                throw;
            }
        }

        return new Lease(stripe, digest, mode);
    }

    /// <summary>The lock, held. Disposed exactly once.</summary>
    internal readonly struct Lease(Stripe stripe, Sha256Digest digest, LockMode mode) : IDisposable
    {
        public void Dispose() => stripe.Leave(digest, mode);
    }

    /// <summary>The place in the queue of a waiter for the lock in this mode.</summary>
    internal sealed class Place(LockMode mode, IThreads threads) : Turn(threads)
    {
        public LockMode Mode { get; } = mode;
    }

    /// <summary>Holders and queue of one digest.</summary>
    private struct Entry
    {
        /// <summary>Holders in shared mode; <see cref="Exclusive"/> for one in exclusive mode; 0 for an entry just made.</summary>
        public int Holders;

        public Queue<Place>? Queue;

        public const int Exclusive = -1;
    }

    internal sealed class Stripe(IThreads threads)
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<Sha256Digest, Entry> _entries = [];

        public int Count
        {
            get
            {
                lock (_gate)
                {
                    return _entries.Count;
                }
            }
        }

        /// <summary>Takes the lock and returns null, or joins the queue and returns the turn to wait for.</summary>
        public Place? Enter(Sha256Digest digest, LockMode mode)
        {
            lock (_gate)
            {
                ref Entry entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, digest, out _);
                if (entry.Queue is null && MayHold(entry, mode))
                {
                    Hold(ref entry, mode);
                    return null;
                }

                var turn = new Place(mode, threads);
                Queue<Place> queue = entry.Queue ?? new Queue<Place>();
                queue.Enqueue(turn);
                entry.Queue = queue; // last: without memory for a place in it, no queue may be left behind empty
                return turn;
            }
        }

        /// <summary>Gives the lock back; the next in the queue hold it when this returns.</summary>
        public void Leave(Sha256Digest digest, LockMode mode)
        {
            lock (_gate)
            {
                ref Entry entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, digest);
                entry.Holders = mode == LockMode.Exclusive ? 0 : entry.Holders - 1;
                LetIn_NeedsLock(digest, ref entry);
            }
        }

        /// <summary>A waiter has given up, so those behind it need not wait for it.</summary>
        public void GiveUp(Sha256Digest digest)
        {
            lock (_gate)
            {
                ref Entry entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, digest);
                if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref entry))
                {
                    LetIn_NeedsLock(digest, ref entry);
                }
            }
        }

        private static bool MayHold(in Entry entry, LockMode mode) =>
            entry.Holders == 0 || (mode == LockMode.Shared && entry.Holders != Entry.Exclusive);

        private static void Hold(ref Entry entry, LockMode mode) =>
            entry.Holders = mode == LockMode.Exclusive ? Entry.Exclusive : entry.Holders + 1;

        private void LetIn_NeedsLock(Sha256Digest digest, ref Entry entry)
        {
            while (entry.Queue is { } queue)
            {
                Place next = queue.Peek();
                bool isGivenUp = next.IsDecided;
                if (!isGivenUp && !MayHold(entry, next.Mode))
                {
                    return;
                }

                if (!isGivenUp && next.TryGive())
                {
                    Hold(ref entry, next.Mode);
                }

                queue.Dequeue();
                if (queue.Count == 0)
                {
                    entry.Queue = null;
                }
            }

            if (entry.Holders == 0)
            {
                _entries.Remove(digest);
            }
        }
    }
}
