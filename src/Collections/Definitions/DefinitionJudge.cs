namespace DocService.Collections.Definitions;

/// <summary>Judges a commit of definitions by all others.</summary>
/// <remarks>Thread: the write's, which holds the definitions alone.</remarks>
internal sealed class DefinitionJudge(CollectionSet collections, string? unreadable)
{
    /// <param name="draft">Gets the refusals, and the list of collections.</param>
    /// <param name="change">Called with the new set when the commit is published.</param>
    public void Judge(CommitDraft draft, Action<CollectionSet> change)
    {
        CollectionSet changed = collections;
        for (int number = 0; number < draft.Operations.Count; number++)
        {
            DraftedOperation one = draft.Operations[number];
            if (!one.Writes || CollectionName.Of(one.Operation.Key) is not { } name)
            {
                continue;
            }

            if (unreadable is not null)
            {
                draft.Refuse(number, new DefinitionViolation(DefinitionViolationKind.Unreadable, unreadable));
                continue;
            }

            Collection? collection = one.Operation is PutOperation put ? PutNotes.Of(put).Definition : null; // read when its body was judged
            if (collection is not null && Judge(changed, collection) is { } violation)
            {
                draft.Refuse(number, violation);
                continue;
            }

            changed = collection is null ? changed.Without(name) : changed.With(collection);
        }

        byte[] list = Catalogue.Write(changed);
        draft.Add(new PutOperation(Catalogue.Key, new DocumentContent(list, "application/json", Sha256Digest.Of(list)), Conditions.None));
        _ = changed.Declared; // made now: publishing must not allocate
        draft.WhenPublished(_ => change(changed));
    }

    private static DefinitionViolation? Judge(CollectionSet others, Collection collection)
    {
        if (others.Get(collection.Name) is { } before && before.Prefix != collection.Prefix)
        {
            return new DefinitionViolation(DefinitionViolationKind.PrefixFixed, $"The prefix of collection '{collection.Name}' is '{before.Prefix}' and never changes.");
        }

        return others.FindOverlap(collection.Name, collection.Prefix) is { } other
            ? new DefinitionViolation(DefinitionViolationKind.PrefixOverlap, $"Collection '{other.Name}' has the prefix '{other.Prefix}', and prefixes of two collections never nest.")
            : null;
    }
}
