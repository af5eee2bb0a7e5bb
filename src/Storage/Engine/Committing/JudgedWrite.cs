using DocService.Storage.Clock;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Requests;
using DocService.Storage.Rules;

namespace DocService.Storage.Engine.Committing;

/// <summary>One operation, and the document as it is before it.</summary>
internal readonly record struct JudgedOperation(DocumentOperation Operation, CurrentDocument Current, bool Holds, DocumentInfo? Info)
{
    /// <summary>Of a sweep: whether the version that it names is the newest, and long enough over.</summary>
    private bool IsDue { get; init; }

    /// <summary>Whether it adds to the commit.</summary>
    public bool Writes => Holds && (Info is not null || IsDue || (Operation is DeleteOperation && Current.Exists));

    /// <summary>Room that it takes in the commit.</summary>
    public int PayloadBytes =>
        !Writes ? 0
        : Info is { } info ? Commit.MeasurePut(Operation.Key, info, ((PutOperation)Operation).Content.Body.Length)
        : Commit.MeasureDelete(Operation.Key);

    /// <param name="operation">What is asked for.</param>
    /// <param name="current">The document, as of the moment of the whole write.</param>
    /// <param name="now">By the wall clock: for the document's dates.</param>
    /// <param name="time">Says what may be swept.</param>
    /// <exception cref="DocumentCorruptException">The conditions take the version of an unreadable document.</exception>
    public static JudgedOperation Of(DocumentOperation operation, CurrentDocument current, DateTimeOffset now, StoreTime time)
    {
        if (operation is PatchOperation)
        {
            return new JudgedOperation(operation, current, Holds: false, Info: null); // what can be carried out is a put by now
        }

        if (operation is SweepOperation sweep)
        {
            // Under the document's lock: nobody writes a newer version before this is published.
            bool isDue = current.Ended is { Expires: { } end } ended && ended.Version == sweep.Version && time.MaySweep(end);
            return new JudgedOperation(operation, current, Holds: true, Info: null) { IsDue = isDue };
        }

        bool isIgnored = operation is DeleteOperation { IgnoresConditionsWhenAbsent: true } && !current.Exists;
        bool holds = isIgnored || current.Fulfils(operation.Conditions);
        DocumentInfo? info = holds && operation is PutOperation put ? Describe(put.Content, current.Info, now) : null;
        return new JudgedOperation(operation, current, holds, info);
    }

    /// <summary>What the operation did, once the commit has its sequence.</summary>
    public WriteResult ToResult(long sequence, DurabilityLevel level) => new()
    {
        Status = Status,
        Sequence = Writes ? sequence : 0,
        Level = level,
        Document = !Holds ? Current.Info : Info is { } info ? info with { Version = sequence } : null,
    };

    /// <summary>The same with an end.</summary>
    public JudgedOperation Until(DateTimeOffset? expires) => this with { Info = Info! with { Expires = expires } };

    /// <summary>The same with its version kept.</summary>
    public JudgedOperation Keeping(ushort versions) => this with { Info = Info! with { Keep = versions } };

    public WriteStatus Status =>
        Operation is PatchOperation { Patch.CreatesDocument: false } && !Current.Exists ? WriteStatus.NotFound
        : !Holds ? WriteStatus.ConditionFailed
        : Operation is CheckOperation ? WriteStatus.Checked
        : Operation is SweepOperation ? (IsDue ? WriteStatus.Deleted : WriteStatus.NotFound)
        : Operation is DeleteOperation ? (Current.Exists ? WriteStatus.Deleted : WriteStatus.NotFound)
        : Current.Exists ? WriteStatus.Replaced : WriteStatus.Created;

    private static DocumentInfo Describe(DocumentContent content, DocumentInfo? current, DateTimeOffset now)
    {
        // The clock may jump back; a document's dates do not.
        DateTimeOffset modified = current is not null && current.Modified > now ? current.Modified : now;
        return new DocumentInfo
        {
            Version = 0,
            ContentType = content.ContentType,
            Created = current?.Created ?? modified,
            Modified = modified,
            Length = content.Body.Length,
            Sha256 = content.Sha256,
        };
    }
}

/// <summary>A write after it has been judged under its locks.</summary>
/// <param name="requested">Operations of the client; those that rules add follow them.</param>
internal sealed class JudgedWrite(int requested)
{
    /// <summary>
    /// Hidden documents that never exist. A request that writes nothing is remembered all the same, by a commit that deletes
    /// one of them: it changes nothing, and goes every commit's way. There are few, so that what remembers deletions stays small.
    /// </summary>
    private static readonly DocumentKey[] Nothing = [.. Enumerable.Range(0, 256).Select(static number => DocumentKey.CreateHidden($"request/{number:x2}"))];

    private int _nothing = -1; // which of them it deletes

    public List<JudgedOperation> Operations { get; } = new(requested);

    /// <summary>The hidden documents that rules write in the same commit, or that stands for nothing, in the order of locking.</summary>
    public IEnumerable<Sha256Digest> Added =>
        Deleted is { } nothing ? [nothing.Digest]
        : Operations.Count == requested ? [] : Operations.Skip(requested).Select(static added => added.Operation.Key.Digest).Order();

    /// <summary>The hidden document that the commit of a request deletes where it writes nothing else.</summary>
    public DocumentKey? Deleted => _nothing < 0 ? null : Nothing[_nothing];

    /// <summary>On its way, or null where nothing is to be written.</summary>
    public Commit? Commit { get; set; }

    /// <summary>What rules refuse, by the operation's index; null where they refuse nothing.</summary>
    public IReadOnlyDictionary<int, RuleViolation>? Violations { get; set; }

    /// <summary>What rules add to the record, encoded.</summary>
    public byte[] Fields { get; set; } = [];

    /// <summary>Whom to tell when the commit is published.</summary>
    public IReadOnlyList<Action<long>> Published { get; set; } = [];

    public bool HasFailed
    {
        get
        {
            if (Violations is not null)
            {
                return true;
            }

            foreach (JudgedOperation operation in Operations)
            {
                if (!operation.Holds)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Has the commit, which writes nothing, delete a document that never exists.</summary>
    public DocumentKey DeleteNothing(Sha256Digest request)
    {
        _nothing = request.First;
        return Nothing[_nothing];
    }

    /// <summary>What the client's operations will have done, where none has failed.</summary>
    public RememberedResult[] ToRemembered()
    {
        var results = new RememberedResult[requested];
        for (int index = 0; index < results.Length; index++)
        {
            results[index] = new RememberedResult(Operations[index].Operation.Key, Operations[index].Status);
        }

        return results;
    }

    public CommitResult ToResult(long sequence, DurabilityLevel level)
    {
        var results = new WriteResult[requested];
        for (int index = 0; index < results.Length; index++)
        {
            results[index] = Violations is not null && Violations.TryGetValue(index, out RuleViolation? violation)
                ? new WriteResult { Status = WriteStatus.Refused, Violation = violation }
                : Operations[index].ToResult(sequence, level);
        }

        return new CommitResult { IsCommitted = !HasFailed, Sequence = sequence, Level = level, Results = results };
    }
}
