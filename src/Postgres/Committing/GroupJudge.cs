using DocService.Storage.Clock;
using DocService.Storage.Engine.Committing;
using DocService.Storage.Requests;
using DocService.Storage.Rules;

namespace DocService.Postgres.Committing;

/// <summary>Judges the writes of a group one after the other, each on what the ones before have left, and gives sequences to those that write.</summary>
/// <remarks>Thread: one. Invariant: a write that fails has changed nothing here, so the others go on.</remarks>
internal sealed class GroupJudge(KnownDocuments documents, KnownRequests requests, StoreTime time, TimeProvider clock)
{
    /// <summary>The last sequence that was given.</summary>
    public required long Sequence { get; set; }

    /// <summary>The level that the group's commit reaches.</summary>
    public required DurabilityLevel Level { get; init; }

    /// <summary>The result that the write has once the group is committed; or why it alone fails.</summary>
    /// <remarks>An exception means that nothing of the group may be written: a write was noted in part.</remarks>
    public (CommitResult? Result, Exception? Failure) Judge(QueuedWrite write)
    {
        long before = Sequence;
        try
        {
            return (write.Request is { } request && requests.Find(request) is { } known ? Replayed(known) : JudgeNew(write), null);
        }
        catch (OutOfMemoryException exception) when (Sequence == before)
        {
            return (null, new StoreBusyException("There was no memory for the write. Nothing of it was done.", exception));
        }
        catch (Exception exception) when (Sequence == before) // a fault of one write's patch, for example: it alone is told of it
        {
            return (null, exception);
        }
    }

    private CommitResult JudgeNew(QueuedWrite write)
    {
        var judged = new JudgedWrite(write.Operations.Count);
        DateTimeOffset now = clock.GetUtcNow();
        Dictionary<int, RuleViolation>? violations = null;
        for (int index = 0; index < write.Operations.Count; index++)
        {
            DocumentOperation operation = write.Operations[index];
            if (operation is PatchOperation patch)
            {
                operation = Apply(patch, out RuleViolation? violation);
                if (violation is not null)
                {
                    (violations ??= []).Add(index, violation);
                }
            }

            judged.Operations.Add(JudgedOperation.Of(operation, documents[operation.Key], now, time));
        }

        judged.Violations = violations;
        bool writes = !judged.HasFailed && (write.Request is not null || judged.Operations.Exists(static one => one.Writes));
        if (!writes)
        {
            return judged.ToResult(Sequence, Level);
        }

        Sequence = checked(Sequence + 1); // from here on the write is noted, and none of it may be left out
        if (write.Request is { } request)
        {
            requests.Add(request, new RememberedRequest(Sequence, judged.ToRemembered()));
        }

        CommitResult result = judged.ToResult(Sequence, Level); // before the documents are as it leaves them
        foreach (JudgedOperation one in judged.Operations.Where(static one => one.Writes))
        {
            documents.Write(one.Operation.Key, one.Info is { } info ? info with { Version = Sequence } : null, one.Operation is PutOperation put ? put.Content.Body : default);
        }

        return result;
    }

    /// <summary>From here on a patch is a put, if its document is there, its conditions hold, and it can be applied.</summary>
    private DocumentOperation Apply(PatchOperation patch, out RuleViolation? violation)
    {
        violation = patch.Patch.Refusal;
        if (violation is not null)
        {
            return patch;
        }

        using StoredDocument? current = documents.ReadWhole(patch.Key);
        if (!patch.CanBegin(current?.Info))
        {
            return patch;
        }

        violation = patch.Patch.Apply(current, out DocumentContent content);
        if (violation is not null)
        {
            return patch;
        }

        content.Validate();
        return new PutOperation(patch.Key, content, patch.Conditions);
    }

    private CommitResult Replayed(RememberedRequest known) => new()
    {
        IsCommitted = true,
        Sequence = known.Sequence,
        Level = Level,
        Results = [.. known.Results.Select(result => new WriteResult { Status = result.Status, Sequence = result.Writes ? known.Sequence : 0, Level = Level })],
        Replayed = known,
    };
}
