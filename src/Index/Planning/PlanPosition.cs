using DocService.Index.Reading;
using DocService.Queries.Ordering;
using DocService.Queries.Paths;
using DocService.Queries.Planning;

namespace DocService.Index.Planning;

/// <summary>Where an index goes on behind a page: the same place whichever plan the page before was found by.</summary>
internal static class PlanPosition
{
    /// <summary>
    /// Whether the sort's key tells where the index stands. It does not where the sort names a field that is bound by
    /// equality: then its bytes stand among others.
    /// </summary>
    public static bool IsKnown(QueryPlan plan, SortOrder? sort) =>
        IsById(sort) || !sort!.Fields.Any(field => plan.Index!.Fields.Take(plan.EqualFields).Any(equal => equal.Path.Equals(field.Path)));

    public static EntryPosition Of(QueryPlan plan, SortOrder? sort, SearchPosition behind)
    {
        byte[] id = behind.Id.ToArray();
        if (IsById(sort))
        {
            return new EntryPosition(plan.Keys[0].From, id); // the one key of all its fields
        }

        byte[] key = behind.SortKey!.Value.ToArray();
        if (plan.Order == CandidateOrder.Backward)
        {
            for (int i = 0; i < key.Length; i++)
            {
                key[i] ^= 0xFF;
            }
        }

        return new EntryPosition([.. plan.Equal, .. key], id);
    }

    private static bool IsById(SortOrder? sort) => sort is null || sort.Fields[0] is { Path.Fact: DocumentFact.Id, IsDescending: false };
}
