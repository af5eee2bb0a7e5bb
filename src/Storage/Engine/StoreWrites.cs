using System.Diagnostics;
using DocService.Storage.Engine.Committing;
using DocService.Storage.Engine.Health;
using DocService.Storage.Engine.Requests;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Requests;
using DocService.Storage.Rules;

namespace DocService.Storage.Engine;

/// <summary>A write from its arguments to its result: what refuses it at once, its turn, its commit, and the level that it has reached.</summary>
/// <remarks>
/// Thread: any; writes wait for the journal's thread.
/// Invariant: an exception other than <see cref="OutcomeUnknownException"/> means that nothing of the request was done.
/// </remarks>
/// <param name="gate">Which of them are under way.</param>
/// <param name="engine">The store's; throws where its journal is damaged.</param>
/// <param name="health">Whether it takes writes.</param>
/// <param name="options">Its limits.</param>
/// <param name="best">The level that the volume can keep.</param>
/// <param name="clock">For all waiting.</param>
internal sealed class StoreWrites(OperationGate gate, Func<StoreEngine> engine, StoreHealth health, StoreOptions options, DurabilityLevel best, TimeProvider clock)
{
    /// <inheritdoc cref="IDocumentStore.CommitAsync(IReadOnlyList{DocumentOperation}, DurabilityLevel, CancellationToken)"/>
    public ValueTask<CommitResult> CommitAsync(IReadOnlyList<DocumentOperation> operations, DurabilityLevel level, CancellationToken cancellation) =>
        CommitAsync(operations, level, turn: null, cancellation);

    /// <inheritdoc cref="IDocumentStore.CommitAsync(IReadOnlyList{DocumentOperation}, DurabilityLevel, IdempotentRequest, CancellationToken)"/>
    public async ValueTask<CommitResult> CommitAsync(IReadOnlyList<DocumentOperation> operations, DurabilityLevel level, IdempotentRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ThrowIfLacking(level);
        Validate(operations, isRemembered: true);
        using OperationGate.Passage passage = gate.Enter();
        StoreEngine store = engine();
        (RequestTurn? turn, RememberedRequest? known) = await store.EnterAsync(request, cancellation).ConfigureAwait(false);
        if (known is not null)
        {
            bool isFiled = level == DurabilityLevel.Filed && await store.Filed.ReachAsync(known, options.BusyTimeout).ConfigureAwait(false);
            return Replayed(known, Lower(isFiled ? DurabilityLevel.Filed : DurabilityLevel.Durable, best));
        }

        try
        {
            return await CommitAsync(operations, level, turn, cancellation).ConfigureAwait(false);
        }
        finally
        {
            turn!.End();
        }
    }

    /// <inheritdoc cref="IDocumentStore.FindRequestAsync"/>
    public async ValueTask<FoundRequest?> FindRequestAsync(RequestKey key, CancellationToken cancellation)
    {
        using OperationGate.Passage passage = gate.Enter();
        StoreEngine store = engine();
        if (await store.FindAsync(key, cancellation).ConfigureAwait(false) is not { } found)
        {
            return null;
        }

        bool isFiled = await store.Filed.ReachAsync(found, TimeSpan.Zero).ConfigureAwait(false);
        return new FoundRequest(found, Lower(isFiled ? DurabilityLevel.Filed : DurabilityLevel.Durable, best));
    }

    private static void ThrowIfLacking(DurabilityLevel level)
    {
        if (level == DurabilityLevel.Replicated)
        {
            throw new LevelNotAvailableException("The engine on files does not have the level 'replicated'. It has: buffered, durable and filed.");
        }
    }

    private ValueTask<CommitResult> CommitAsync(IReadOnlyList<DocumentOperation> operations, DurabilityLevel level, RequestTurn? turn, CancellationToken cancellation) =>
        WriteTrace.IsOn ? TraceAsync(operations, level, turn, cancellation) : WriteAsync(operations, level, turn, cancellation);

    private async ValueTask<CommitResult> TraceAsync(IReadOnlyList<DocumentOperation> operations, DurabilityLevel level, RequestTurn? turn, CancellationToken cancellation)
    {
        using Activity? span = WriteTrace.Begin(); // here, so that it is the current one of this write alone
        try
        {
            CommitResult result = await WriteAsync(operations, level, turn, cancellation).ConfigureAwait(false);
            WriteTrace.End(span, result);
            return result;
        }
        catch (Exception exception)
        {
            WriteTrace.Fail(span, exception);
            throw;
        }
    }

    private async ValueTask<CommitResult> WriteAsync(IReadOnlyList<DocumentOperation> operations, DurabilityLevel level, RequestTurn? turn, CancellationToken cancellation)
    {
        ThrowIfLacking(level);
        long cost = Validate(operations, isRemembered: turn is not null);
        using OperationGate.Passage passage = gate.Enter();
        StoreEngine store = engine();
        BodyJudgement bodies = await store.Commits.JudgeBodiesAsync(operations, cancellation).ConfigureAwait(false);
        if (bodies.Violations is { } violations)
        {
            return Refused(operations, violations);
        }

        health.ThrowIfFenced();
        store.Space.ThrowIfNoRoom(cost);
        for (int index = 0; index < operations.Count; index++)
        {
            store.ThrowIfBlocked(operations[index].Key);
        }

        long started = clock.GetTimestamp();
        await store.Admission.EnterAsync(isDeletesOnly: cost == 0, cancellation).ConfigureAwait(false);
        TimeSpan left = options.BusyTimeout - clock.GetElapsedTime(started);
        JudgedWrite? write = null;
        try
        {
            write = await store.Commits.SubmitAsync(operations, bodies, level == DurabilityLevel.Buffered, turn, left, cancellation).ConfigureAwait(false);
            if (write.Commit is not { } commit)
            {
                long through = store.Journal.Marks.DurableThrough;
                return write.ToResult(through, DurableOrFiled(store, through));
            }

            await commit.Acknowledged.ConfigureAwait(false);
            if (commit.Times is { } times)
            {
                WriteTrace.TellJournal(times, isSynced: !commit.IsBuffered, clock);
            }

            using Activity? filing = level == DurabilityLevel.Filed ? WriteTrace.BeginFiling() : null;
            DurabilityLevel reached = commit.IsBuffered ? DurabilityLevel.Buffered : DurabilityLevel.Durable;
            if (level == DurabilityLevel.Filed && await store.Filed.ReachAsync(commit, options.BusyTimeout).ConfigureAwait(false))
            {
                reached = DurabilityLevel.Filed; // or it was not worth more waiting
            }

            return write.ToResult(commit.Sequence, Lower(reached, best));
        }
        catch (TimeoutException exception)
        {
            throw new StoreBusyException($"The write waited {options.BusyTimeout.TotalSeconds} s for its turn.", exception);
        }
        catch (OutOfMemoryException exception)
        {
            throw write?.Commit is null
                ? new StoreBusyException("There was no memory for the write. Nothing of it was done.", exception)
                : new OutcomeUnknownException("Memory ran out while the write was under way: it may or may not have happened.", exception);
        }
    }

    /// <summary>Checks the arguments; returns what the puts will take of the disk.</summary>
    private long Validate(IReadOnlyList<DocumentOperation> operations, bool isRemembered)
    {
        ArgumentNullException.ThrowIfNull(operations);
        ArgumentOutOfRangeException.ThrowIfZero(operations.Count);
        long cost = CommitSize.Measure(operations, isRemembered, StoreEngine.CommitBytesMax(options));
        if (operations.Count > 1 && operations.DistinctBy(operation => operation.Key).Count() != operations.Count)
        {
            throw new ArgumentException("A commit names a document at most once.", nameof(operations));
        }

        return cost;
    }

    /// <summary>A body that is refused for itself needs neither locks nor room. The other operations have not been judged.</summary>
    private static CommitResult Refused(IReadOnlyList<DocumentOperation> operations, IReadOnlyDictionary<int, RuleViolation> violations) => new()
    {
        IsCommitted = false,
        Sequence = 0,
        Level = default,
        Results = [.. operations.Select((_, index) => new WriteResult { Status = WriteStatus.Refused, Violation = violations.GetValueOrDefault(index) })],
    };

    /// <summary>What an earlier request with the same key has done, as its own result. Of the documents only their versions are known.</summary>
    private static CommitResult Replayed(RememberedRequest known, DurabilityLevel reached) => new()
    {
        IsCommitted = true,
        Sequence = known.Sequence,
        Level = reached,
        Results = [.. known.Results.Select(result => new WriteResult { Status = result.Status, Sequence = result.Writes ? known.Sequence : 0, Level = reached })],
        Replayed = known,
    };

    /// <summary>The level that a durable sequence has reached by now.</summary>
    private DurabilityLevel DurableOrFiled(StoreEngine store, long sequence) =>
        Lower(store.Journal.Marks.FiledThrough >= sequence ? DurabilityLevel.Filed : DurabilityLevel.Durable, best);

    private static DurabilityLevel Lower(DurabilityLevel left, DurabilityLevel right) => left < right ? left : right;
}
