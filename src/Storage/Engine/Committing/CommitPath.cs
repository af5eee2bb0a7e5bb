using DocService.Storage.Engine.Space;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Engine.Committing;

/// <summary>The way of a write from its operations to its commit: locks, judgement, encoding, queue.</summary>
/// <remarks>
/// Thread: the caller's up to the queue. The locks belong to the commit: they are held until it is published or has
/// failed, whether or not anybody waits for it still.
/// </remarks>
internal sealed class CommitPath(KeyLocks locks, DocumentLookup lookup, JournalWriter journal, Backlog backlog, StoreHealth health, TimeProvider clock)
{
    /// <summary>Locks, judges and queues. Where nothing is to be written, <see cref="JudgedWrite.Commit"/> is null.</summary>
    /// <exception cref="TimeoutException">A lock was not to be had in time.</exception>
    public async ValueTask<JudgedWrite> SubmitAsync(IReadOnlyList<DocumentOperation> operations, bool isBuffered, TimeSpan lockTimeout, CancellationToken cancellation)
    {
        var leases = new KeyLocks.Lease[operations.Count];
        long started = clock.GetTimestamp();
        int held = 0;
        bool isQueued = false;
        try
        {
            // In one order for everybody, so that two batches never wait for each other.
            DocumentKey[]? sorted = operations.Count > 1 ? Sorted(operations) : null;
            while (held < leases.Length)
            {
                DocumentKey key = sorted is null ? operations[0].Key : sorted[held];
                leases[held] = await locks.AcquireAsync(key, Left(lockTimeout, started), cancellation).ConfigureAwait(false);
                held++;
            }

            JudgedWrite write = Judge(operations, isBuffered);
            if (write.Commit is { } commit)
            {
                Queue(commit, leases);
                isQueued = true;
            }

            return write;
        }
        finally
        {
            if (!isQueued)
            {
                Release(leases.AsSpan(0, held));
            }
        }
    }

    /// <summary>The time is for all locks together.</summary>
    private TimeSpan Left(TimeSpan timeout, long started)
    {
        TimeSpan left = timeout - clock.GetElapsedTime(started);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static DocumentKey[] Sorted(IReadOnlyList<DocumentOperation> operations) =>
        [.. operations.Select(operation => operation.Key).Order(Comparer<DocumentKey>.Create((left, right) => string.CompareOrdinal(left.Id, right.Id)))];

    private static void Release(ReadOnlySpan<KeyLocks.Lease> leases)
    {
        foreach (KeyLocks.Lease lease in leases)
        {
            lease.Dispose();
        }
    }

    private JudgedWrite Judge(IReadOnlyList<DocumentOperation> operations, bool isBuffered)
    {
        var write = new JudgedWrite(operations.Count);
        int payloadBytes = 0;
        int writes = 0;
        DateTimeOffset now = clock.GetUtcNow();
        foreach (DocumentOperation operation in operations)
        {
            JudgedOperation judged = JudgedOperation.Of(operation, lookup.ReadCurrent(operation.Key), now);
            write.Operations.Add(judged);
            payloadBytes += judged.PayloadBytes;
            writes += judged.Writes ? 1 : 0;
        }

        if (!write.HasFailed && writes > 0)
        {
            write.Commit = Encode(write, payloadBytes, writes, isBuffered, now);
        }

        return write;
    }

    private static Commit Encode(JudgedWrite write, int payloadBytes, int writes, bool isBuffered, DateTimeOffset now)
    {
        var commit = new Commit(payloadBytes, writes) { IsBuffered = isBuffered };
        foreach (JudgedOperation judged in write.Operations)
        {
            if (judged.Info is { } info)
            {
                commit.AddPut(judged.Operation.Key, info, judged.Current.IsUnreadable, ((PutOperation)judged.Operation).Content.Body.Span);
            }
            else if (judged.Writes)
            {
                commit.AddDelete(judged.Operation.Key, now, judged.Current.IsUnreadable);
            }
        }

        commit.Close();
        return commit;
    }

    private void Queue(Commit commit, KeyLocks.Lease[] leases)
    {
        long cost = 0;
        foreach (OperationPlace place in commit.Places)
        {
            cost += Backlog.CostOf(place.Kind, place.Bytes);
        }

        // On the journal's thread: whoever waits for a lock goes on elsewhere.
        commit.Settled = isPublished =>
        {
            if (!isPublished)
            {
                backlog.Settle(cost); // a commit that never became a record owes the disk nothing
            }

            Release(leases);
        };
        backlog.Charge(cost);
        if (!journal.TryAdd(commit))
        {
            backlog.Settle(cost);
            commit.ReleasePayload();
            health.ThrowIfFenced();
            throw new StoreClosedException("The store is closing.");
        }
    }
}
