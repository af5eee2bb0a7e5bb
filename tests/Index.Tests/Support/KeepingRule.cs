using DocService.Storage.Model;
using DocService.Storage.Rules;

namespace DocService.Index.Tests.Support;

/// <summary>Keeps so many versions of every document; all of them end at that moment, where there is one.</summary>
internal sealed class KeepingRule(ushort versions, DateTimeOffset? end = null) : IWriteRule
{
    public long DefinitionsVersion => 1;

    public bool IsDefinition(DocumentKey key) => false;

    public ValueTask<RuleViolation?> JudgeBodyAsync(PutOperation operation, CancellationToken cancellation) => ValueTask.FromResult<RuleViolation?>(null);

    public bool TryJudgeBody(PutOperation operation, out RuleViolation? violation)
    {
        violation = null;
        return true;
    }

    public void CollectValues(IReadOnlyList<DocumentOperation> operations, ICollection<Sha256Digest> values)
    {
    }

    public void Judge(CommitDraft draft)
    {
        for (int index = 0; index < draft.Operations.Count; index++)
        {
            if (draft.Operations[index].Operation is PutOperation { Key.IsHidden: false })
            {
                draft.KeepVersions(index, versions);
                if (end is { } moment)
                {
                    draft.ExpireAt(index, moment);
                }
            }
        }
    }
}
