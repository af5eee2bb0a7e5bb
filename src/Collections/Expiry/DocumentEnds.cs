using DocService.Collections.Definitions;

namespace DocService.Collections.Expiry;

/// <summary>When documents end, by the rules of their collections.</summary>
internal static class DocumentEnds
{
    /// <summary>What the body says, of a collection that leaves it to its documents. Read once for each body and definition.</summary>
    public static (DateTimeOffset? End, InvalidExpiryViolation? Violation) Of(PutOperation operation, Collection collection)
    {
        PutNotes notes = PutNotes.Of(operation);
        if (notes.Ending is not { } known || known.Collection != collection)
        {
            InvalidExpiryViolation? violation = EndReader.Read(collection, operation.Content.Body.Span, out DateTimeOffset? end);
            notes.Ending = known = (collection, end, violation);
        }

        return (known.End, known.Violation);
    }

    /// <summary>Inside the commit. Every way of writing a document comes by here, so every document under a prefix gets its end.</summary>
    public static void Give(CommitDraft draft, CollectionSet collections)
    {
        for (int number = 0; number < draft.Operations.Count; number++)
        {
            if (draft.Operations[number] is not { Writes: true, Operation: PutOperation { Key.IsHidden: false } put }
                || collections.Find(put.Key.Id) is not { TimeToLive: { } rule } collection)
            {
                continue;
            }

            if (rule.Duration is { } duration)
            {
                draft.ExpireAfter(number, duration);
            }
            else if (Of(put, collection) is { Violation: { } violation })
            {
                draft.Refuse(number, violation); // its body was judged before, so this does not happen
            }
            else if (Of(put, collection).End is { } end)
            {
                draft.ExpireAt(number, end);
            }
        }
    }
}
