using DocService.Collections.Definitions;

namespace DocService.Collections.Unique;

/// <summary>What <see cref="CollectionRules"/> says of unique values.</summary>
/// <remarks>Owns: the values that are published and not in the index yet. Thread: any; judged under the locks of <see cref="UniqueJudge"/>.</remarks>
internal sealed class UniqueRule
{
    private readonly UniqueJudge? _judge;

    /// <param name="entries">Where the entries of indexes are; null where there is no index.</param>
    public UniqueRule(IUniqueEntries? entries) => _judge = entries is null ? null : new UniqueJudge(entries, Overlay);

    public UniqueOverlay Overlay { get; } = new();

    /// <summary>Whether indexes can be kept at all.</summary>
    public bool HasIndex => _judge is not null;

    /// <summary>Adds what the operations take, to be locked before it is judged.</summary>
    public static void Collect(IReadOnlyList<DocumentOperation> operations, CollectionSet collections, ICollection<Sha256Digest> values)
    {
        foreach (DocumentOperation operation in operations)
        {
            foreach (Sha256Digest value in operation is PutOperation put ? ClaimsOf(put, collections)?.Values ?? [] : [])
            {
                values.Add(value);
            }
        }
    }

    /// <summary>Whether a document has more values than an index takes; null: it has not.</summary>
    public static TooManyKeysViolation? JudgeKeys(PutOperation operation, CollectionSet collections) =>
        ClaimsOf(operation, collections) is { Overflow: { } index } claims ? new TooManyKeysViolation(claims.CollectionName, index.Name) : null;

    /// <summary>Refuses the writes whose values are not free, or cannot be judged; tells the overlay of the others once they are published.</summary>
    public void Judge(CommitDraft draft, CollectionSet collections)
    {
        var claims = new UniqueClaims?[draft.Operations.Count];
        for (int number = 0; number < draft.Operations.Count; number++)
        {
            DraftedOperation one = draft.Operations[number];
            if (!one.Writes || one.Operation.Key.IsHidden || collections.Find(one.Operation.Key.Id) is not { } collection)
            {
                continue;
            }

            if (collection.IsUnreadable && one.Operation is PutOperation)
            {
                draft.Refuse(number, new IndexUnavailableViolation(IsFailed: true, $"The definition of collection '{collection.Name}' cannot be read, so its rules are not known."));
            }

            if (collection.Unique.Count == 0)
            {
                continue;
            }

            DateTimeOffset? end = draft.EndOf(number);
            UniqueClaims? of = one.Operation is PutOperation put && !(end <= draft.Now) ? ClaimsOf(put, collections) : null; // absent at once: it holds nothing
            claims[number] = of is { Claims.Count: > 0 } ? of : null;
            var entry = new OverlayEntry(one.Operation.Key, collection.Unique, of?.Values ?? [], end);
            draft.WhenPublished(sequence => Overlay.Publish(entry, sequence));
        }

        IndexUnavailableViolation? unavailable = _judge is null
            ? new IndexUnavailableViolation(IsFailed: true, "There is no index, so unique values cannot be judged.")
            : _judge.Judge(draft, claims);
        for (int number = 0; unavailable is not null && number < claims.Length; number++)
        {
            if (claims[number] is not null)
            {
                draft.Refuse(number, unavailable);
            }
        }
    }

    /// <summary>Read once for each definition in force, because a write is asked for them three times.</summary>
    private static UniqueClaims? ClaimsOf(PutOperation put, CollectionSet collections)
    {
        if (put.Key.IsHidden || collections.Find(put.Key.Id) is not { Unique.Count: > 0 } collection)
        {
            return null;
        }

        PutNotes notes = PutNotes.Of(put);
        return notes.Claims is { } claims && claims.IsOf(collection) ? claims : notes.Claims = UniqueClaims.Of(collection, put.Content.Body);
    }
}
