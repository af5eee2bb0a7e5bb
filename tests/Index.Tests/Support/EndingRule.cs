using DocService.Storage.Model;
using DocService.Storage.Rules;

namespace DocService.Index.Tests.Support;

/// <summary>Gives every document an end that is far away, each another one: counted by its id's digest.</summary>
internal sealed class EndingRule : IWriteRule
{
    private static readonly DateTimeOffset Far = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public long DefinitionsVersion => 1;

    public static DateTimeOffset EndOf(string id) => Far.AddSeconds(Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes(id)).GetHashCode() & 0xFFFF);

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
            if (draft.Operations[index].Operation is PutOperation { Key.IsHidden: false } put)
            {
                draft.ExpireAt(index, EndOf(put.Key.Id));
            }
        }
    }
}
