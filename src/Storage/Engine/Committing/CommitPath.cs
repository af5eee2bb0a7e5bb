using System.Collections.ObjectModel;
using DocService.Storage.Clock;
using DocService.Storage.Engine.Health;
using DocService.Storage.Engine.Locks;
using DocService.Storage.Engine.Requests;
using DocService.Storage.Engine.Space;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Rules;

namespace DocService.Storage.Engine.Committing;

/// <summary>The way of a write from its operations to its commit: locks, judgement, encoding, queue.</summary>
/// <remarks>
/// Thread: the caller's up to the queue. The locks belong to the commit: they are held until it is published or has
/// failed, whether or not anybody waits for it still.
/// </remarks>
internal sealed class CommitPath(DigestLocks locks, RuleBook rules, PresentDocuments documents, ReadGate reads, JournalWriter journal, DiskSpace space, StoreHealth health, TimeProvider clock, StoreTime time)
{
    /// <summary>What a commit may hold.</summary>
    public required long BytesMax { get; init; }

    /// <summary>Refuses a version that is to be kept where its directory takes none, and the journal holds enough of those that wait for it.</summary>
    public required Action<DocumentKey> ThrowIfVersionsBlocked { get; init; }

    /// <summary>Before anything is reserved: what rules say of the bodies alone.</summary>
    public ValueTask<BodyJudgement> JudgeBodiesAsync(IReadOnlyList<DocumentOperation> operations, CancellationToken cancellation) => rules.JudgeBodiesAsync(operations, leases: null, cancellation);

    /// <summary>Locks, judges and queues; the time is for the locks and for room in the journal. Where nothing is to be written, <see cref="JudgedWrite.Commit"/> is null.</summary>
    /// <exception cref="TimeoutException">A lock was not to be had in time.</exception>
    public async ValueTask<JudgedWrite> SubmitAsync(IReadOnlyList<DocumentOperation> operations, BodyJudgement bodies, bool isBuffered, RequestTurn? request, TimeSpan timeout, CancellationToken cancellation)
    {
        var leases = new CommitLocks(locks, timeout, clock);
        bool isQueued = false;
        JudgedWrite? write = null;
        try
        {
            await leases.AcquireAsync(operations, cancellation).ConfigureAwait(false);
            DateTimeOffset moment = time.Now; // one for the whole write: what ends meanwhile does not end for a part of it
            IReadOnlyDictionary<int, RuleViolation>? faults = null;
            if (PatchedWrite.IsNeeded(operations))
            {
                (operations, faults) = await PatchAsync(operations, moment, request is not null, leases, cancellation).ConfigureAwait(false);
                bodies = await rules.JudgeBodiesAsync(operations, leases, cancellation).ConfigureAwait(false);
            }

            if (!rules.IsEmpty)
            {
                bodies = await HoldDefinitionsAsync(operations, bodies, leases, cancellation).ConfigureAwait(false);
                bool isRefused = bodies.Violations is not null || faults is not null; // what takes long is not done under this lock for nothing
                IReadOnlyList<Sha256Digest> values = isRefused ? [] : rules.Values(operations);
                for (int index = 0; index < values.Count; index++)
                {
                    await leases.AcquireAsync(values[index], LockMode.Exclusive, cancellation).ConfigureAwait(false);
                }
            }

            write = await JudgeAsync(operations, bodies.And(faults), moment, isBuffered, request, cancellation).ConfigureAwait(false);
            if (write.Commit is { } commit)
            {
                foreach (Sha256Digest added in write.Added)
                {
                    // Only a copy of its record (CarryForward) may hold it meanwhile, and a copy waits for no lock.
                    await leases.AcquireAsync(added, LockMode.Exclusive, cancellation).ConfigureAwait(false);
                }

                commit.Deadline = clock.GetTimestamp() + (long)(leases.Left.TotalSeconds * clock.TimestampFrequency);
                Queue(commit, leases, write.Published, request);
                isQueued = true;
            }

            return write;
        }
        finally
        {
            if (!isQueued)
            {
                write?.Commit?.ReleasePayload();
                leases.Release();
            }
        }
    }

    /// <summary>From here on a patch is a put. What the documents grow to is known only now, so it is measured again.</summary>
    private async ValueTask<PatchedWrite> PatchAsync(IReadOnlyList<DocumentOperation> operations, DateTimeOffset moment, bool isRemembered, CommitLocks leases, CancellationToken cancellation)
    {
        PatchedWrite patched = await PatchedWrite.OfAsync(operations, documents, moment, reads, leases, cancellation).ConfigureAwait(false);
        space.ThrowIfNoRoom(CommitSize.Measure(patched.Operations, isRemembered, BytesMax));
        return patched;
    }

    /// <summary>
    /// Returns holding the definitions, by which the bodies are judged. All writers share this lock, so nothing that takes long is
    /// done under it: where the definitions have changed, such bodies are judged again without it.
    /// </summary>
    /// <exception cref="TimeoutException">The definitions change faster than the bodies are judged.</exception>
    private async ValueTask<BodyJudgement> HoldDefinitionsAsync(IReadOnlyList<DocumentOperation> operations, BodyJudgement bodies, CommitLocks leases, CancellationToken cancellation)
    {
        LockMode mode = rules.DefinitionsMode(operations);
        while (true)
        {
            await leases.AcquireAsync(RuleBook.Definitions, mode, cancellation).ConfigureAwait(false);
            if (rules.IsCurrent(bodies) || rules.TryJudgeBodies(operations, out bodies))
            {
                return bodies;
            }

            leases.ReleaseLast();
            bodies = await rules.JudgeBodiesAsync(operations, leases, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Judging may read a file's header, so it is one of the reads that a disk can hold up.</summary>
    private async ValueTask<JudgedWrite> JudgeAsync(IReadOnlyList<DocumentOperation> operations, BodyJudgement bodies, DateTimeOffset moment, bool isBuffered, RequestTurn? request, CancellationToken cancellation)
    {
        using ReadGate.Place place = await reads.EnterAsync(cancellation).ConfigureAwait(false);
        return Judge(operations, bodies, moment, isBuffered, request);
    }

    private JudgedWrite Judge(IReadOnlyList<DocumentOperation> operations, BodyJudgement bodies, DateTimeOffset moment, bool isBuffered, RequestTurn? request)
    {
        var write = new JudgedWrite(operations.Count) { Violations = bodies.Violations };
        DateTimeOffset judgedAt = time.Now; // before the wall clock is read: where both are in step, lives count from that
        DateTimeOffset now = clock.GetUtcNow();
        for (int index = 0; index < operations.Count; index++) // a list behind an interface is gone through without an enumerator
        {
            write.Operations.Add(JudgedOperation.Of(operations[index], documents.ReadCurrent(moment, operations[index].Key), now, time));
        }

        if (!rules.IsEmpty && !write.HasFailed)
        {
            JudgeByRules(write, moment, judgedAt, now);
        }

        if (!write.HasFailed)
        {
            write.Commit = CommitEncoding.Encode(write, isBuffered, request, now);
        }

        return write;
    }

    private void JudgeByRules(JudgedWrite write, DateTimeOffset moment, DateTimeOffset judgedAt, DateTimeOffset now)
    {
        var drafted = new DraftedOperation[write.Operations.Count];
        for (int index = 0; index < drafted.Length; index++)
        {
            JudgedOperation judged = write.Operations[index];
            drafted[index] = new DraftedOperation(judged.Operation, judged.Current.Exists, judged.Current.Info, judged.Writes, judged.Info?.Modified);
        }

        var draft = new CommitDraft(drafted, moment, judgedAt);
        rules.Judge(draft);
        write.Violations = draft.Violations;
        write.Fields = draft.Fields is { } fields ? RuleBook.Encode(fields) : [];
        write.Published = draft.Published;
        foreach ((int index, DateTimeOffset? end) in draft.Ends ?? ReadOnlyDictionary<int, DateTimeOffset?>.Empty)
        {
            write.Operations[index] = write.Operations[index].Until(end);
        }

        foreach ((int index, ushort versions) in draft.Kept ?? ReadOnlyDictionary<int, ushort>.Empty)
        {
            if (versions > 0)
            {
                ThrowIfVersionsBlocked(write.Operations[index].Operation.Key);
            }

            write.Operations[index] = write.Operations[index].Keeping(versions);
        }

        foreach (DocumentOperation added in draft.Added)
        {
            write.Operations.Add(JudgedOperation.Of(added, documents.ReadCurrent(moment, added.Key), now, time));
        }
    }

    private void Queue(Commit commit, CommitLocks leases, IReadOnlyList<Action<long>> published, RequestTurn? request)
    {
        health.ThrowIfFenced(); // again: since the first time the write may have waited long
        long cost = 0;
        foreach (OperationPlace place in commit.Places)
        {
            cost += (place.IsKept ? 2 : 1) * DiskSpace.CostOf(place.Kind, place.Bytes); // a kept version that is superseded has a file of its own
        }

        // On the journal's thread; a write that waits for one of the locks goes on on another.
        commit.Settled = isPublished =>
        {
            if (!isPublished)
            {
                space.Discharge(cost); // a commit that never became a record owes the disk nothing
            }

            for (int index = 0; isPublished && index < published.Count; index++)
            {
                published[index](commit.Sequence); // before the locks: whoever gets them next must find it
            }

            if (isPublished)
            {
                request?.Publish(commit.Sequence);
            }
            else
            {
                request?.Fail(commit.IsUnknown);
            }

            leases.Release();
            request?.Release();
        };
        space.Charge(cost);
        commit.Times = WriteTrace.IsOn ? new CommitTimes(clock.GetTimestamp()) : null;
        bool isTaken = false;
        bool isExpected = false;
        try
        {
            request?.BeginQueueing();
            isExpected = true;
            isTaken = journal.TryAdd(commit);
        }
        finally
        {
            if (!isTaken)
            {
                space.Discharge(cost); // closed, or no memory for its place in the queue
                if (isExpected)
                {
                    request?.EndQueueing();
                }

                commit.ReleasePayload();
            }
        }

        if (!isTaken)
        {
            health.ThrowIfFenced();
            throw new StoreClosedException("The store is closing.");
        }
    }
}
