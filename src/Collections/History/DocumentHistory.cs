using DocService.Collections.Definitions;

namespace DocService.Collections.History;

/// <summary>How many versions of documents are kept, by the rules of their collections.</summary>
internal static class DocumentHistory
{
    /// <summary>Inside the commit. Every way of writing a document comes by here, so every version under a prefix is kept as the rule in force says.</summary>
    public static void Give(CommitDraft draft, CollectionSet collections)
    {
        for (int number = 0; number < draft.Operations.Count; number++)
        {
            if (draft.Operations[number] is { Writes: true, Operation: PutOperation { Key.IsHidden: false } put }
                && collections.Find(put.Key.Id) is { History: > 0 and var versions })
            {
                draft.KeepVersions(number, (ushort)versions);
            }
        }
    }
}
