using DocService.Storage.Rules;

namespace DocService.Collections.Tests.Support;

/// <summary>Holds the write of one document once, between the judgement of its body and its locks, until the test lets it go.</summary>
internal sealed class BodyHoldingRule(string id) : IWriteRule
{
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long DefinitionsVersion => 0;

    public bool IsDefinition(DocumentKey key) => false;

    public async ValueTask<RuleViolation?> JudgeBodyAsync(PutOperation operation, CancellationToken cancellation)
    {
        if (operation.Key.Id == id && _held.TrySetResult())
        {
            await _goOn.Task;
        }

        return null;
    }

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
    }

    /// <summary>The body has been judged by the rules before this one.</summary>
    public Task UntilHeldAsync() => _held.Task.WaitAsync(TestStore.Patience);

    public void LetGo() => _goOn.SetResult();
}
