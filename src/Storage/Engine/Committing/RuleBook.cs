using System.Diagnostics;
using DocService.Storage.Engine.Locks;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Rules;

namespace DocService.Storage.Engine.Committing;

/// <summary>The rules of a store, asked one after the other.</summary>
/// <remarks>Thread: any.</remarks>
/// <param name="rules">In the order in which they are asked.</param>
/// <param name="payloadBytesMax">What a commit may hold with all that rules add to it.</param>
internal sealed class RuleBook(IReadOnlyList<IWriteRule> rules, long payloadBytesMax)
{
    /// <summary>The lock that every write holds, where there are rules, from behind its documents' until it is published. No document's id has this digest, because an id cannot begin so.</summary>
    public static readonly Sha256Digest Definitions = Sha256Digest.Of("\0definitions\0"u8);

    /// <summary>Every writer may have to wait so long for the lock, for each that judges under it.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(5);

    // Every write asks them several times: an array is gone through without an enumerator.
    private readonly IWriteRule[] _rules = [.. rules];

    public bool IsEmpty => _rules.Length == 0;

    /// <summary>The mode in which a write of these operations holds the definitions' lock.</summary>
    public LockMode DefinitionsMode(IReadOnlyList<DocumentOperation> operations)
    {
        for (int index = 0; index < operations.Count; index++)
        {
            if (operations[index] is not CheckOperation && IsDefinition(operations[index].Key))
            {
                return LockMode.Exclusive;
            }
        }

        return LockMode.Shared;
    }

    private bool IsDefinition(DocumentKey key)
    {
        foreach (IWriteRule rule in _rules)
        {
            if (rule.IsDefinition(key))
            {
                return true;
            }
        }

        return false;
    }

    private long[] Versions => Array.ConvertAll(_rules, static rule => rule.DefinitionsVersion);

    /// <summary>What is wrong with the bodies by the definitions in force at present. It may take long, so the definitions' lock is not held.</summary>
    /// <param name="operations">Of the commit.</param>
    /// <param name="leases">Those of the documents; null: they are not held yet.</param>
    /// <param name="cancellation">The client's.</param>
    /// <exception cref="TimeoutException">It took as long as a write may wait.</exception>
    public async ValueTask<BodyJudgement> JudgeBodiesAsync(IReadOnlyList<DocumentOperation> operations, CommitLocks? leases, CancellationToken cancellation)
    {
        if (IsEmpty)
        {
            return default;
        }

        long[] versions = Versions; // before judging: a later change shows
        Dictionary<int, RuleViolation>? violations = null;
        for (int index = 0; index < operations.Count; index++)
        {
            if (operations[index] is not PutOperation put)
            {
                continue;
            }

            leases?.ThrowIfOver();
            if (await JudgeBodyAsync(put, cancellation).ConfigureAwait(false) is { } violation)
            {
                (violations ??= []).Add(index, violation);
            }
        }

        return new BodyJudgement(versions, violations);
    }

    /// <summary>Under the definitions' lock: the same, if that is done in a moment.</summary>
    public bool TryJudgeBodies(IReadOnlyList<DocumentOperation> operations, out BodyJudgement bodies)
    {
        bodies = default;
        Dictionary<int, RuleViolation>? violations = null;
        long started = Stopwatch.GetTimestamp();
        for (int index = 0; index < operations.Count; index++)
        {
            if (operations[index] is not PutOperation put)
            {
                continue;
            }

            if (Stopwatch.GetElapsedTime(started) > Moment || !TryJudgeBody(put, out RuleViolation? violation))
            {
                return false;
            }

            if (violation is not null)
            {
                (violations ??= []).Add(index, violation);
            }
        }

        bodies = new BodyJudgement(Versions, violations);
        return true;
    }

    private bool TryJudgeBody(PutOperation put, out RuleViolation? violation)
    {
        violation = null;
        foreach (IWriteRule rule in _rules)
        {
            if (!rule.TryJudgeBody(put, out violation))
            {
                return false;
            }

            if (violation is not null)
            {
                return true;
            }
        }

        return true;
    }

    /// <summary>What is wrong with one body by the definitions in force; null: nothing.</summary>
    private async ValueTask<RuleViolation?> JudgeBodyAsync(PutOperation put, CancellationToken cancellation)
    {
        foreach (IWriteRule rule in _rules)
        {
            if (await rule.JudgeBodyAsync(put, cancellation).ConfigureAwait(false) is { } violation)
            {
                return violation;
            }
        }

        return null;
    }

    /// <summary>Under the definitions' lock: whether the judgement is by the definitions in force.</summary>
    public bool IsCurrent(in BodyJudgement judgement)
    {
        bool isCurrent = true;
        for (int index = 0; index < judgement.Versions?.Length; index++)
        {
            isCurrent &= judgement.Versions[index] == _rules[index].DefinitionsVersion;
        }

        return isCurrent;
    }

    /// <summary>Under the definitions' lock: the digests of values to lock, each once, in the order of locking.</summary>
    public IReadOnlyList<Sha256Digest> Values(IReadOnlyList<DocumentOperation> operations)
    {
        var values = new List<Sha256Digest>();
        foreach (IWriteRule rule in _rules)
        {
            rule.CollectValues(operations, values);
        }

        return values.Count < 2 ? values : [.. values.Distinct().Order()];
    }

    public void Judge(CommitDraft draft)
    {
        foreach (IWriteRule rule in _rules)
        {
            rule.Judge(draft);
        }

        if (draft.Fields is null && draft.Added.Count == 0)
        {
            return;
        }

        if (draft.Fields?.Keys.FirstOrDefault(static kind => kind >= Fields.MustUnderstand && !PayloadParts.KnownFields.Contains(kind)) is { } unknown and not 0)
        {
            throw new InvalidOperationException($"A rule adds a field of kind 0x{unknown:x4}, which must be understood: no recovery would.");
        }

        long fieldBytes = draft.Fields is { } fields ? Measure(fields) : 0;
        if (fieldBytes + Measure(draft.Operations.Select(one => one.Operation).Concat(draft.Added)) > payloadBytesMax)
        {
            throw new InvalidOperationException("Rules have added more to a commit than a segment holds.");
        }
    }

    /// <summary>The fields as a record holds them, kinds ascending; empty where there are none.</summary>
    public static byte[] Encode(SortedDictionary<ushort, byte[]> fields)
    {
        byte[] encoded = new byte[Measure(fields)];
        int end = 0;
        foreach ((ushort kind, byte[] value) in fields)
        {
            end += Fields.Write(encoded.AsSpan(end), kind, value);
        }

        return encoded;
    }

    private static long Measure(SortedDictionary<ushort, byte[]> fields) => fields.Values.Sum(static value => (long)Fields.Measure(value.Length));

    private static long Measure(IEnumerable<DocumentOperation> operations) => operations.Sum(Commit.MeasureAtMost);
}
