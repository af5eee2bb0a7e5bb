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
    /// <summary>The lock that every write holds first, where there are rules. No document's id has this digest, because an id cannot begin so.</summary>
    public static readonly Sha256Digest Definitions = Sha256Digest.Of("\0definitions\0"u8);

    public bool IsEmpty => rules.Count == 0;

    /// <summary>The mode in which a write of these operations holds the definitions' lock.</summary>
    public LockMode DefinitionsMode(IReadOnlyList<DocumentOperation> operations)
    {
        foreach (DocumentOperation operation in operations)
        {
            if (operation is not CheckOperation && rules.Any(rule => rule.IsDefinition(operation.Key)))
            {
                return LockMode.Exclusive;
            }
        }

        return LockMode.Shared;
    }

    /// <summary>What is wrong with the bodies by the definitions in force at present.</summary>
    public async ValueTask<BodyJudgement> JudgeBodiesAsync(IReadOnlyList<DocumentOperation> operations, CancellationToken cancellation)
    {
        if (IsEmpty)
        {
            return default;
        }

        long[] versions = [.. rules.Select(rule => rule.DefinitionsVersion)]; // before judging: a later change shows
        Dictionary<int, RuleViolation>? violations = null;
        for (int index = 0; index < operations.Count; index++)
        {
            if (operations[index] is PutOperation put && await JudgeBodyAsync(put, cancellation).ConfigureAwait(false) is { } violation)
            {
                (violations ??= []).Add(index, violation);
            }
        }

        return new BodyJudgement(versions, violations);
    }

    /// <summary>What is wrong with one body by the definitions in force; null: nothing.</summary>
    public async ValueTask<RuleViolation?> JudgeBodyAsync(PutOperation put, CancellationToken cancellation)
    {
        foreach (IWriteRule rule in rules)
        {
            if (await rule.JudgeBodyAsync(put, cancellation).ConfigureAwait(false) is { } violation)
            {
                return violation;
            }
        }

        return null;
    }

    /// <summary>Under the definitions' lock: whether the judgement is by the definitions in force.</summary>
    public bool IsCurrent(in BodyJudgement judgement) =>
        judgement.Versions is not { } versions || rules.Select(rule => rule.DefinitionsVersion).SequenceEqual(versions);

    /// <summary>Under the definitions' lock: the digests of values to lock, each once, in the order of locking.</summary>
    public IEnumerable<Sha256Digest> Values(IReadOnlyList<DocumentOperation> operations)
    {
        var values = new SortedSet<Sha256Digest>();
        foreach (IWriteRule rule in rules)
        {
            rule.CollectValues(operations, values);
        }

        return values;
    }

    public void Judge(CommitDraft draft)
    {
        foreach (IWriteRule rule in rules)
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
