using DocService.Storage.Engine.Locks;
using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;
using DocService.Storage.Requests;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Requests;

/// <summary>Whether the request with a key has been carried out, and what it did; asked under the lock of the key.</summary>
/// <remarks>
/// Owns: the counts of what it has answered, and what is known of lost keys beside what the files tell.
/// Thread: any. On failure: the request that asks is refused, with nothing done.
/// </remarks>
internal sealed class RequestLookup(RequestTable table, RequestFiles files, Turn loaded, TimeSpan patience, TimeProvider clock)
{
    private long _replayed;
    private long _reused;
    private string? _unfiledLoss;

    /// <summary>Requests that were answered with what an earlier one with the same key had done.</summary>
    public long Replayed => Interlocked.Read(ref _replayed);

    /// <summary>Requests that were refused because their key was another one's.</summary>
    public long Reused => Interlocked.Read(ref _reused);

    /// <summary>The files know of commits behind this one, and the journal ended here. From the start on; no number where it is not so.</summary>
    public long LostAfter { get; set; } = long.MaxValue;

    /// <summary>What is lost, as long as no file says it; null: nothing.</summary>
    public string? UnfiledLoss
    {
        get => Volatile.Read(ref _unfiledLoss);
        set => Volatile.Write(ref _unfiledLoss, value);
    }

    /// <summary>Why a key that is not found may have been there all the same; null when it has not.</summary>
    public string? Damage =>
        LostAfter < long.MaxValue ? $"they know commits above {LostAfter}, where the journal ends: an older journal was put beside them" : files.Damage ?? UnfiledLoss;

    /// <summary>Returns with the lock of the key, or with what an earlier request has done. End the turn.</summary>
    /// <exception cref="RequestInProgressException">Another one with this key has not ended in time.</exception>
    /// <exception cref="RequestKeyReusedException">The key is another request's.</exception>
    /// <exception cref="OutcomeUnknownException">Whether the earlier one was carried out shows after a restart.</exception>
    /// <exception cref="RequestsUnknownException">Remembered requests are damaged, and this key is not among those that are left.</exception>
    /// <exception cref="StoreBusyException">The files have not been read yet, or cannot be for want of descriptors or memory.</exception>
    public async ValueTask<(RequestTurn? Turn, RememberedRequest? Known)> EnterAsync(IdempotentRequest request, DigestLocks locks, ReadGate reads, CancellationToken cancellation)
    {
        DigestLocks.Lease lease = await LockAsync(request.Key, locks, LockMode.Exclusive, patience, cancellation).ConfigureAwait(false);
        RequestTurn? turn = null;
        bool isFree = false;
        try
        {
            turn = new RequestTurn(table, request, lease);
            KnownRequest? known = await FindAsync(request.Key, reads, cancellation).ConfigureAwait(false);
            isFree = known is null;
            if (known is null)
            {
                return (turn, null);
            }

            if (known.Fingerprint != request.Fingerprint)
            {
                Interlocked.Increment(ref _reused);
                throw new RequestKeyReusedException("The Idempotency-Key belongs to another request: its method, target, Content-Type, conditions or body differ. A new request needs a new key.");
            }

            Interlocked.Increment(ref _replayed);
            return (null, known.ToRemembered());
        }
        finally
        {
            if (turn is null)
            {
                lease.Dispose();
            }
            else if (!isFree)
            {
                turn.End();
            }
        }
    }

    /// <summary>What the request with that key has done; null: so far nothing.</summary>
    /// <exception cref="RequestInProgressException">It is under way.</exception>
    /// <exception cref="StoreException">As <see cref="EnterAsync"/>.</exception>
    public async ValueTask<RememberedRequest?> FindAsync(RequestKey key, DigestLocks locks, ReadGate reads, CancellationToken cancellation)
    {
        using DigestLocks.Lease lease = await LockAsync(key, locks, LockMode.Shared, TimeSpan.Zero, cancellation).ConfigureAwait(false);
        return (await FindAsync(key, reads, cancellation).ConfigureAwait(false))?.ToRemembered();
    }

    private static async ValueTask<DigestLocks.Lease> LockAsync(RequestKey key, DigestLocks locks, LockMode mode, TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            return await locks.AcquireAsync(key.Digest, mode, timeout, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new RequestInProgressException("Another request with this Idempotency-Key is under way. Nothing of this one was done.", exception);
        }
    }

    private async ValueTask<KnownRequest?> FindAsync(RequestKey key, ReadGate reads, CancellationToken cancellation)
    {
        // In this order: what is filed leaves the table after it is in a file.
        if (table.Find(key.Digest) is { } recent)
        {
            return !recent.IsUnknown ? recent
                : throw new OutcomeUnknownException("A sync failed while the request with this Idempotency-Key was under way: it may or may not survive. After a restart its key tells.");
        }

        if (!loaded.IsDecided)
        {
            await WaitUntilLoadedAsync(cancellation).ConfigureAwait(false);
        }

        KnownRequest? filed;
        using (await reads.EnterAsync(cancellation).ConfigureAwait(false))
        {
            filed = Find(key.Digest);
        }

        return (filed is null || filed.Sequence > LostAfter) && Damage is { } damage
            ? throw new RequestsUnknownException($"Whether a request with this Idempotency-Key was carried out cannot be known, because remembered requests are damaged: {damage}. Nothing of this one was done.")
            : filed;
    }

    private KnownRequest? Find(Sha256Digest key)
    {
        try
        {
            return files.Find(key);
        }
        catch (FileSystemException exception)
        {
            throw exception.IsOutOfHandles ? new StoreBusyException("There are no file descriptors left to look for the request.", exception)
                : new StorageFaultException($"The remembered requests cannot be read: {exception.Message}", exception);
        }
    }

    private async ValueTask WaitUntilLoadedAsync(CancellationToken cancellation)
    {
        try
        {
            await loaded.Given.WaitAsync(patience, clock, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new StoreBusyException("The remembered requests are still being read after the start.", exception);
        }
    }
}
