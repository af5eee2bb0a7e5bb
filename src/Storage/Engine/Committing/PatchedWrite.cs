using DocService.Storage.Engine.Versions;
using DocService.Storage.Rules;

namespace DocService.Storage.Engine.Committing;

/// <summary>The operations of a write with puts in place of its patches.</summary>
/// <param name="Operations">In their order. A patch that cannot be carried out is still there: its document is missing, its conditions fail, or it is refused.</param>
/// <param name="Violations">Why patches are refused, by the operation's index; null where none is.</param>
internal readonly record struct PatchedWrite(IReadOnlyList<DocumentOperation> Operations, IReadOnlyDictionary<int, RuleViolation>? Violations)
{
    /// <summary>
    /// Under the locks of all the documents, which are exclusive for what is patched: so the version that is read here is
    /// the one that the commit replaces. It reads, so it takes a place among the readers.
    /// </summary>
    /// <exception cref="DocumentCorruptException">A document cannot be read, so it cannot be changed.</exception>
    /// <exception cref="StoreBusyException">Descriptors, memory or the budget have run out.</exception>
    public static PatchedWrite Of(IReadOnlyList<DocumentOperation> operations, DocumentLookup lookup, Func<PutOperation, RuleViolation?> judge)
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

            using StoredDocument? current = lookup.Read(patch.Key, patch.Patch.Budget);
            if (!patch.CanBegin(current?.Info))
            {
                continue;
            }

            RuleViolation? violation = patch.Patch.Apply(current, out DocumentContent content);
            if (violation is null)
            {
                content.Validate();
                var put = new PutOperation(patch.Key, content, patch.Conditions);
                violation = judge(put);
                patched[index] = put;
            }

            if (violation is not null)
            {
                (violations ??= []).Add(index, violation);
            }
        }

        return new PatchedWrite(patched, violations);
    }
}
