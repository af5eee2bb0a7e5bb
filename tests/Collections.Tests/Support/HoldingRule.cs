using DocService.Storage.Rules;

namespace DocService.Collections.Tests.Support;

/// <summary>Holds the write of one document between its judgement and its commit, with all its locks, until the test lets it go.</summary>
internal sealed class HoldingRule(string id) : IWriteRule, IDisposable
{
    private readonly SemaphoreSlim _held = new(0);
    private readonly ManualResetEventSlim _goOn = new();

    public long DefinitionsVersion => 0;

    public bool IsDefinition(DocumentKey key) => false;

    public ValueTask<RuleViolation?> JudgeBodyAsync(PutOperation operation, CancellationToken cancellation) => default;

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
        if (draft.Operations.Any(one => one.Operation.Key.Id == id))
        {
            _held.Release();
            _goOn.Wait();
        }
    }

    /// <summary>The write has been judged by the rules before this one.</summary>
    public async Task UntilHeldAsync() => Assert.True(await _held.WaitAsync(TestStore.Patience), "it is held");

    public void LetGo() => _goOn.Set();

    public void Dispose()
    {
        _goOn.Set();
        _held.Dispose();
    }
}
