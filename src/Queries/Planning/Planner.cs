using DocService.Queries.Filters;
using DocService.Queries.Indexes;
using DocService.Queries.Ordering;
using DocService.Queries.Paths;

namespace DocService.Queries.Planning;

/// <summary>
/// Chooses where to look, by rule (queries.md 4): ids that are named; else equality on the longest beginning of an
/// index's fields, then one range or several values, then an order that the index gives; else all documents.
/// </summary>
public static class Planner
{
    /// <param name="filter">Of the query.</param>
    /// <param name="scope">Its ids.</param>
    /// <param name="sort">Null for the order of ids.</param>
    /// <param name="indexes">Those that may be used.</param>
    public static QueryPlan Plan(Filter filter, IdScope scope, SortOrder? sort, IReadOnlyList<IndexChoice> indexes)
    {
        Dictionary<DocumentPath, PathBounds> bounds = PathBounds.Of(filter);
        PathBounds? ofId = bounds.FirstOrDefault(bound => bound.Key.Fact == DocumentFact.Id).Value;
        var byId = new QueryPlan
        {
            Keys = [],
            Ids = IdRanges.Of(scope, ofId, out bool arePoints),
            AreIdsPoints = arePoints,
            Order = IsById(sort) ? CandidateOrder.Forward : CandidateOrder.None,
        };
        if (arePoints)
        {
            return byId;
        }

        QueryPlan? best = null;
        foreach (IndexChoice index in indexes)
        {
            if (index.Definition.Where is null || index.Definition.Where.IsPartOf(filter))
            {
                QueryPlan plan = Plan(index, bounds, sort, byId);
                best = (plan.IsNarrowed || plan.Order != CandidateOrder.None) && (best is null || Rank(plan).CompareTo(Rank(best)) > 0) ? plan : best;
            }
        }

        return best ?? byId;
    }

    /// <summary>The higher the better; where all is alike, the name that comes first.</summary>
    private static (int, bool, bool, int, RankedName) Rank(QueryPlan plan) =>
        (plan.EqualFields, plan.HasRange, plan.Order != CandidateOrder.None, -plan.Index!.Fields.Count, new RankedName(plan.Index.Name));

    private readonly record struct RankedName(string Name) : IComparable<RankedName>
    {
        public int CompareTo(RankedName other) => string.CompareOrdinal(other.Name, Name);
    }

    private static QueryPlan Plan(IndexChoice choice, Dictionary<DocumentPath, PathBounds> bounds, SortOrder? sort, QueryPlan byId)
    {
        IReadOnlyList<IndexField> fields = choice.Definition.Fields;
        FieldBound? Bound(int field) =>
            FieldBound.Of(choice.Definition, field, bounds.GetValueOrDefault(fields[field].Path), choice.Traits.MetArray[field]);

        int equalFields = 0;
        byte[] equal = [];
        FieldBound? next = Bound(0);
        while (next?.Equal is { } value)
        {
            equal = [.. equal, .. value];
            next = ++equalFields < fields.Count ? Bound(equalFields) : null;
        }

        bool isWhole = equalFields == fields.Count;
        CandidateOrder order = OrderOf(choice, equalFields, sort);
        IReadOnlyList<KeyRange> keys = KeyRanges.Of(equal, isWhole, next, equalFields == fields.Count - 1);
        if (order != CandidateOrder.None && equalFields == 0 && next is null)
        {
            keys = [KeyRange.All];
        }
        else if (choice.Traits.HasOverflow)
        {
            keys = [KeyRanges.Overflow, .. keys];
            order = CandidateOrder.None;
        }

        return byId with
        {
            Index = choice.Definition,
            Keys = keys,
            Order = order,
            Equal = equal,
            EqualFields = equalFields,
            HasRange = next is not null,
        };
    }

    private static bool IsById(SortOrder? sort) => sort is null || (sort.Fields[0] is { Path.Fact: DocumentFact.Id, IsDescending: false });

    /// <summary>
    /// An order is taken only from an index that shows it whole: no array has been met, no key was cut, no case is folded,
    /// and behind the fields that are equal all its fields are the sort's, so that documents alike in the sort have one
    /// key and come by id.
    /// </summary>
    private static CandidateOrder OrderOf(IndexChoice choice, int equalFields, SortOrder? sort)
    {
        IndexTraits traits = choice.Traits;
        IReadOnlyList<IndexField> fields = choice.Definition.Fields;
        if (choice.Definition.IsFolded || traits.HasCutKeys || traits.HasOverflow || traits.MetArray.Any(met => met))
        {
            return CandidateOrder.None;
        }

        if (IsById(sort))
        {
            return equalFields == fields.Count ? CandidateOrder.Forward : CandidateOrder.None;
        }

        SortField[] wanted = [.. sort!.Fields.Where(field => !fields.Take(equalFields).Any(equal => equal.Path.Equals(field.Path)))];
        IndexField[] given = [.. fields.Skip(equalFields)];
        if (!wanted.Select(field => field.Path).SequenceEqual(given.Select(field => field.Path)))
        {
            return CandidateOrder.None;
        }

        bool[] turned = [.. wanted.Zip(given, (one, other) => one.IsDescending != other.IsDescending).Distinct()];
        return turned.Length > 1 ? CandidateOrder.None : turned.Contains(true) ? CandidateOrder.Backward : CandidateOrder.Forward;
    }
}
