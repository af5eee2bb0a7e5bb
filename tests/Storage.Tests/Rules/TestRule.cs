using DocService.Storage.Rules;

namespace DocService.Storage.Tests.Rules;

/// <summary>A rule of which each test says what it does; by default nothing.</summary>
internal sealed class TestRule : IWriteRule
{
    public static readonly DocumentKey Definition = DocumentKey.CreateHidden("definitions/test");

    private long _version;

    public long DefinitionsVersion => Interlocked.Read(ref _version);

    public Func<PutOperation, RuleViolation?> Body { get; init; } = _ => null;

    /// <summary>In place of <see cref="Body"/>, where judging takes long.</summary>
    public Func<PutOperation, Task<RuleViolation?>>? LongBody { get; init; }

    /// <summary>Under the definitions' lock; null: nothing is judged there.</summary>
    public Func<PutOperation, RuleViolation?>? QuickBody { get; init; }

    public Func<DocumentOperation, IEnumerable<Sha256Digest>> Values { get; init; } = _ => [];

    public Action<CommitDraft> Commit { get; init; } = _ => { };

    public void ChangeDefinitions() => Interlocked.Increment(ref _version);

    public bool IsDefinition(DocumentKey key) => key == Definition;

    public ValueTask<RuleViolation?> JudgeBodyAsync(PutOperation operation, CancellationToken cancellation) =>
        LongBody is { } judge ? new ValueTask<RuleViolation?>(judge(operation)) : ValueTask.FromResult(Body(operation));

    public bool TryJudgeBody(PutOperation operation, out RuleViolation? violation)
    {
        violation = QuickBody?.Invoke(operation);
        return QuickBody is not null;
    }

    public void CollectValues(IReadOnlyList<DocumentOperation> operations, ICollection<Sha256Digest> values)
    {
        foreach (Sha256Digest value in operations.SelectMany(Values))
        {
            values.Add(value);
        }
    }

    public void Judge(CommitDraft draft) => Commit(draft);
}
