namespace DocService.Storage.Rules;

/// <summary>
/// Judges writes beside their own conditions: the seam for schemas, unique values and what else a user of the engine defines.
/// The engine knows none of them.
/// </summary>
/// <remarks>
/// A write takes its locks in this order: its documents, then the definitions, then values; documents and values each by
/// digest. All of them are held until the commit is published or has failed. Every write shares the definitions, and one that
/// changes them waits for all others: so a rule does nothing under that lock that takes more than a moment.
/// Thread: any, several writes at once. An exception refuses the write; nothing of it is done.
/// </remarks>
public interface IWriteRule
{
    /// <summary>Changes whenever another definition comes into force: a body judged before that is judged again.</summary>
    long DefinitionsVersion { get; }

    /// <summary>Whether the document defines rules: a write of it holds the definitions alone, all others share them.</summary>
    bool IsDefinition(DocumentKey key);

    /// <summary>
    /// Judges one body, before the commit and without the definitions' lock: what a patch has made under the lock of its document,
    /// all else without any. Once more if the definitions have changed since. Null when nothing is wrong with it.
    /// </summary>
    ValueTask<RuleViolation?> JudgeBodyAsync(PutOperation operation, CancellationToken cancellation);

    /// <summary>
    /// Under the definitions' lock, which have changed since the body was judged: judges it again, if that takes about a millisecond
    /// at most. False: <see cref="JudgeBodyAsync"/> has to, without that lock.
    /// </summary>
    bool TryJudgeBody(PutOperation operation, out RuleViolation? violation)
    {
        violation = null;
        return false;
    }

    /// <summary>
    /// Under the definitions' lock: adds the digests of the values that the write would take, each in a digest space of the
    /// rule's own (a prefix that no document id has), so that two writers of one value never judge at the same time.
    /// </summary>
    void CollectValues(IReadOnlyList<DocumentOperation> operations, ICollection<Sha256Digest> values);

    /// <summary>
    /// Inside the commit, under all its locks and with its conditions fulfilled: judges the state that the whole commit would
    /// leave. It may add fields to the commit's record, and operations on hidden documents. Only this rule writes those, under
    /// the lock of a document or value that the commit holds; their own locks are taken last.
    /// </summary>
    void Judge(CommitDraft draft);
}
