using DocService.Storage.Engine.Locks;
using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Requests;

namespace DocService.Storage.Engine.Requests;

/// <summary>A request that has the lock of its key: the only one with this key that is judged now.</summary>
/// <remarks>
/// Owns: the lock, which belongs to the commit once that is queued and to the request until then.
/// Thread: the request's up to the queue, then the journal's. Invariant: the lock is given back once.
/// </remarks>
internal sealed class RequestTurn(RequestTable table, IdempotentRequest request, DigestLocks.Lease lease)
{
    private KnownRequest? _known;
    private bool _isQueued;

    public Sha256Digest Key => request.Key.Digest;

    /// <summary>The field of the commit's record, with what the operations will have done.</summary>
    public byte[] Encode(IReadOnlyList<RememberedResult> results)
    {
        _known = new KnownRequest(request.Key.Digest, request.Fingerprint, results);
        return RequestField.Encode(_known);
    }

    /// <summary>The commit goes into the journal's queue: from now on it decides.</summary>
    public void BeginQueueing()
    {
        table.Expect(_known!);
        _isQueued = true;
    }

    /// <summary>The queue has not taken it: nothing was done.</summary>
    public void EndQueueing()
    {
        _isQueued = false;
        table.Withdraw(_known!);
    }

    /// <summary>The commit is published: before any of its locks is given back. On the journal's thread.</summary>
    public void Publish(long sequence) => table.Publish(_known!, sequence);

    /// <summary>It never will be.</summary>
    /// <param name="isUnknown">Whether it may survive all the same.</param>
    public void Fail(bool isUnknown)
    {
        if (isUnknown)
        {
            table.LeaveUnknown(_known!);
        }
        else
        {
            table.Withdraw(_known!);
        }
    }

    /// <summary>The last thing that its commit does.</summary>
    public void Release() => lease.Dispose();

    /// <summary>The request ends. Where its commit is queued, that one keeps the lock.</summary>
    public void End()
    {
        if (!_isQueued)
        {
            lease.Dispose();
        }
    }
}
