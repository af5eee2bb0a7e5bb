namespace DocService.Storage.Rules;

/// <summary>A commit before it is encoded, as rules see it.</summary>
/// <remarks>Thread: the write's. It is valid during <see cref="IWriteRule.Judge"/> alone.</remarks>
public sealed class CommitDraft
{
    // Most commits break no rule and concern none: what they do not need is not made.
    private List<DocumentOperation>? _added;
    private Dictionary<int, RuleViolation>? _violations;
    private SortedDictionary<ushort, byte[]>? _fields;
    private List<Action<long>>? _published;
    private Dictionary<int, DateTimeOffset?>? _ends;
    private Dictionary<int, ushort>? _kept;
    private readonly DateTimeOffset _judgedAt;

    /// <param name="operations">The client's.</param>
    /// <param name="now">As of when documents are there or have ended.</param>
    /// <param name="judgedAt">The store's time now: the write may have waited since.</param>
    internal CommitDraft(IReadOnlyList<DraftedOperation> operations, DateTimeOffset now, DateTimeOffset judgedAt)
    {
        Operations = operations;
        Now = now;
        _judgedAt = judgedAt;
    }

    /// <summary>The store's time as of which the whole commit is judged: what has ended by then is absent. UTC.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>The client's operations, in its order.</summary>
    public IReadOnlyList<DraftedOperation> Operations { get; }

    /// <summary>What rules have added so far.</summary>
    public IReadOnlyList<DocumentOperation> Added => _added ?? [];

    internal IReadOnlyList<Action<long>> Published => _published ?? [];

    /// <summary>By the operation's index; null where there are none.</summary>
    internal IReadOnlyDictionary<int, RuleViolation>? Violations => _violations;

    /// <summary>By the operation's index; null where there are none.</summary>
    internal IReadOnlyDictionary<int, DateTimeOffset?>? Ends => _ends;

    /// <summary>How many versions are kept, by the operation's index; null where there are none.</summary>
    internal IReadOnlyDictionary<int, ushort>? Kept => _kept;

    /// <summary>Fields of the record, by kind; null where there are none.</summary>
    internal SortedDictionary<ushort, byte[]>? Fields => _fields;

    /// <summary>Writes a hidden document in the same commit.</summary>
    /// <exception cref="ArgumentException">Not a hidden document, one that the commit writes already, or one with conditions.</exception>
    public void Add(DocumentOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        if (!operation.Key.IsHidden || operation is CheckOperation || operation.Conditions != Conditions.None)
        {
            throw new ArgumentException("A rule adds puts and deletes of hidden documents, without conditions.", nameof(operation));
        }

        _added ??= [];
        if (_added.Exists(other => other.Key == operation.Key) || Operations.Any(other => other.Operation.Key == operation.Key))
        {
            throw new ArgumentException("A commit names a document at most once.", nameof(operation));
        }

        _added.Add(operation);
    }

    /// <summary>
    /// Adds a field to the commit's record: what a follower is to know of the commit, as durable as the commit itself. A
    /// commit that writes no document has no record, and so no fields.
    /// </summary>
    /// <param name="kind">Which field. A kind that readers must understand is one that this program knows.</param>
    /// <param name="value">Its bytes; they are copied.</param>
    /// <exception cref="ArgumentException">The commit has a field of that kind already, or it is one of the store's own: 0 and 1.</exception>
    public void AddField(ushort kind, ReadOnlySpan<byte> value)
    {
        if (kind <= Journal.Format.RecordFields.Request)
        {
            throw new ArgumentException($"Fields of kind 0x{kind:x4} are the store's own.", nameof(kind));
        }

        if (!(_fields ??= []).TryAdd(kind, value.ToArray()))
        {
            throw new ArgumentException($"The commit has a field of kind 0x{kind:x4} already.", nameof(kind));
        }
    }

    /// <summary>
    /// Gives the document that a put leaves an end, counted from its <see cref="DocumentInfo.Modified"/> or by the store's time from when the
    /// commit is judged, whichever is later: a document never ends too early. A Modified that is more than
    /// <see cref="Clock.StoreTime.DoubtAfter"/> ahead of that is of a wrong clock, and the store's time counts. A sum behind the year 9999
    /// is no end. The last word of any rule on an operation counts; a put of which no rule says anything has no end, whatever the
    /// version before it had.
    /// </summary>
    /// <param name="index">Of the operation in <see cref="Operations"/>; a put, or a patch that has become one.</param>
    /// <param name="sinceModified">Not negative.</param>
    public void ExpireAfter(int index, TimeSpan sinceModified)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sinceModified, TimeSpan.Zero);
        SetEnd(index, DocumentEnd.After(sinceModified, ModifiedBy(index), _judgedAt));
    }

    /// <summary>The same with the moment itself. One that is past already is taken: the document is written, and absent at once.</summary>
    public void ExpireAt(int index, DateTimeOffset moment)
    {
        _ = ModifiedBy(index);
        SetEnd(index, moment);
    }

    /// <summary>The end that the document of this put has by what rules have said so far; null where it has none.</summary>
    /// <param name="index">Of the operation in <see cref="Operations"/>.</param>
    public DateTimeOffset? EndOf(int index) => _ends?.GetValueOrDefault(index);

    /// <summary>
    /// Keeps the version that a put makes: it stays readable (<see cref="IDocumentStore.OpenVersionAsync"/>) when the document has a later one,
    /// or is deleted, until it is dropped (<see cref="IDocumentStore.DropVersionsAsync"/>). The store itself drops nothing. The last word
    /// of any rule on an operation counts; a put of which no rule says anything is not kept.
    /// </summary>
    /// <param name="index">Of the operation in <see cref="Operations"/>; a put, or a patch that has become one.</param>
    /// <param name="versions">How many of the document's newest versions are to be kept, this one counted in (<see cref="DocumentInfo.Keep"/>): 1 and up; 0 keeps none.</param>
    public void KeepVersions(int index, ushort versions)
    {
        _ = ModifiedBy(index);
        (_kept ??= [])[index] = versions;
    }

    /// <summary>
    /// Has a rule told of the commit once it is published, before any of its locks is given back: whoever gets one of them
    /// next finds what the rule has noted. A commit that is never published, or writes nothing, is not told of.
    /// </summary>
    /// <param name="told">Gets the sequence, on the journal's thread. It must neither block, nor allocate, nor throw.</param>
    public void WhenPublished(Action<long> told)
    {
        ArgumentNullException.ThrowIfNull(told);
        (_published ??= []).Add(told);
    }

    private void SetEnd(int index, DateTimeOffset? end) => (_ends ??= [])[index] = end;

    /// <summary>When the put modifies its document.</summary>
    private DateTimeOffset ModifiedBy(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Operations.Count);
        return Operations[index].Modified ?? throw new ArgumentException("Only a document that is put can have an end, and be kept.", nameof(index));
    }

    /// <summary>Refuses the commit on account of this operation; others are judged all the same, so that the client learns of every fault.</summary>
    /// <param name="index">Of the operation in <see cref="Operations"/>.</param>
    /// <param name="violation">What is wrong with it; the first one told of an operation counts.</param>
    public void Refuse(int index, RuleViolation violation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Operations.Count);
        ArgumentNullException.ThrowIfNull(violation);
        (_violations ??= []).TryAdd(index, violation);
    }
}
