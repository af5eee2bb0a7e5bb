using DocService.Storage.Engine.Versions;
using DocService.Storage.Rules;

namespace DocService.Storage.Engine.Committing;

/// <summary>The operations of a write with puts in place of its patches.</summary>
/// <param name="Operations">In their order. A patch that cannot be carried out is still there: its document is missing, its conditions fail, or it is refused.</param>
/// <param name="Faults">Why patches are refused, by the operation's index; null where none is.</param>
internal readonly record struct PatchedWrite(IReadOnlyList<DocumentOperation> Operations, IReadOnlyDictionary<int, RuleViolation>? Faults)
{
    /// <summary>Whether there is a patch among them. Every write asks, so nothing is made for the answer.</summary>
    public static bool IsNeeded(IReadOnlyList<DocumentOperation> operations)
    {
        for (int index = 0; index < operations.Count; index++)
        {
            if (operations[index] is PatchOperation)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Under the locks of all the documents, which are exclusive for what is patched: so the version that is read here is
    /// the one that the commit replaces.
    /// </summary>
    /// <param name="operations">In their order.</param>
    /// <param name="documents">Where the documents are.</param>
    /// <param name="moment">As of which the whole write is judged.</param>
    /// <param name="reads">Who may read.</param>
    /// <param name="leases">The locks, and the time that is left.</param>
    /// <param name="cancellation">Honoured between two patches.</param>
    /// <exception cref="DocumentCorruptException">A document cannot be read, so it cannot be changed.</exception>
    /// <exception cref="TimeoutException">It took as long as a write may wait. Nothing has been done.</exception>
    /// <exception cref="StoreBusyException">Descriptors, memory or the budget have run out.</exception>
    public static async ValueTask<PatchedWrite> OfAsync(IReadOnlyList<DocumentOperation> operations, PresentDocuments documents, DateTimeOffset moment, ReadGate reads, CommitLocks leases, CancellationToken cancellation)
    {
        var patched = new DocumentOperation[operations.Count];
        Dictionary<int, RuleViolation>? violations = null;
        for (int index = 0; index < patched.Length; index++)
        {
            patched[index] = operations[index];
            if (operations[index] is not PatchOperation patch)
            {
                continue;
            }

            cancellation.ThrowIfCancellationRequested();
            leases.ThrowIfOver(); // many patches of large documents take long

            RuleViolation? violation = patch.Patch.Refusal;
            if (violation is null)
            {
                using StoredDocument? current = await ReadAsync(patch, documents, moment, reads, cancellation).ConfigureAwait(false);
                if (!patch.CanBegin(current?.Info))
                {
                    continue;
                }

                violation = patch.Patch.Apply(current, out DocumentContent content);
                patched[index] = violation is null ? new PutOperation(patch.Key, content, patch.Conditions) : patch;
            }

            if (violation is not null)
            {
                (violations ??= []).Add(index, violation);
            }
        }

        return new PatchedWrite(patched, violations);
    }

    /// <summary>The place is for the disk alone: a patch that takes long to apply keeps no reader waiting.</summary>
    private static async ValueTask<StoredDocument?> ReadAsync(PatchOperation patch, PresentDocuments documents, DateTimeOffset moment, ReadGate reads, CancellationToken cancellation)
    {
        using ReadGate.Place place = await reads.EnterAsync(cancellation).ConfigureAwait(false);
        return documents.ReadAt(moment, patch.Key, patch.Patch.Budget);
    }
}
