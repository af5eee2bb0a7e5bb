using System.Text;
using DocService.Index.Reading;
using DocService.Queries.Keys;
using DocService.Queries.Planning;

namespace DocService.Index.Finding;

/// <summary>From a query to the candidates of its plan: the place where entries of declared indexes come in.</summary>
internal static class QueryPlanning
{
    public static QueryPlan Plan(DocumentQuery query)
    {
        var scope = new IdScope
        {
            Prefix = Encoding.UTF8.GetBytes(query.Prefix),
            After = Encoding.UTF8.GetBytes(query.After),
            To = Encoding.UTF8.GetBytes(query.To),
            IsReversed = query.IsReversed,
        };
        return Planner.Plan(query.Filter, scope, query.Sort, indexes: []); // none are declared so far
    }

    /// <param name="reader">Where.</param>
    /// <param name="plan">Of the query.</param>
    /// <param name="query">What is asked.</param>
    /// <param name="behind">Only those behind it, where the candidates come in the query's order; null: all.</param>
    public static Candidates Open(IndexReader reader, QueryPlan plan, DocumentQuery query, SearchPosition? behind)
    {
        KeyRange rest = behind is null ? KeyRange.All : Behind(behind, query.IsReversed);
        return new IdCandidates(reader, plan.Ids.Select(range => range.Intersect(rest)), plan.AreIdsPoints, query.IsReversed);
    }

    private static KeyRange Behind(SearchPosition position, bool isReversed)
    {
        byte[] id = position.Id.ToArray();
        if (isReversed)
        {
            return new KeyRange([], id);
        }

        return new KeyRange(position.IsFolder ? KeyBytes.Behind(id) : [.. id, 0], []);
    }
}
