using System.Text;
using DocService.Index.Declared;
using DocService.Index.Reading;
using DocService.Queries.Keys;
using DocService.Queries.Planning;

namespace DocService.Index.Planning;

/// <summary>From a query to the candidates of its plan: the place where entries of declared indexes come in.</summary>
internal static class QueryPlanning
{
    public static QueryPlan Plan(IndexReader reader, DocumentQuery query)
    {
        var scope = new IdScope
        {
            Prefix = Encoding.UTF8.GetBytes(query.Prefix),
            After = Encoding.UTF8.GetBytes(query.After),
            To = Encoding.UTF8.GetBytes(query.To),
            IsReversed = query.IsReversed,
        };
        if (query.Text is not null)
        {
            return Planner.Plan(query.Filter, scope, query.Sort, indexes: []) with { Order = CandidateOrder.None };
        }

        QueryPlan plan = Planner.Plan(query.Filter, scope, query.Sort, Choices(reader, query));
        return plan.Index is not null && plan.Order != CandidateOrder.None && !PlanPosition.IsKnown(plan, query.Sort)
            ? plan with { Order = CandidateOrder.None }
            : plan;
    }

    /// <param name="reader">Where.</param>
    /// <param name="plan">Of the query.</param>
    /// <param name="query">What is asked.</param>
    /// <param name="behind">Only those behind it, where the candidates come in the query's order; null: all.</param>
    public static Candidates Open(IndexReader reader, QueryPlan plan, DocumentQuery query, SearchPosition? behind)
    {
        if (query.Text is { } text)
        {
            DeclaredState? words = reader.GetDeclared(text.Index);
            return words is { IsBuilt: true } ? new TextCandidates(reader, words, text, plan.Ids) : throw NotReady(reader, text.Index, words);
        }

        if (plan.Index is not null)
        {
            DeclaredIndex index = query.Indexes.First(one => one.Keys == plan.Index);
            return new EntryCandidates(reader, reader.GetDeclared(index)!, plan, query, behind);
        }

        KeyRange rest = behind is null ? KeyRange.All : Behind(behind, query.IsReversed);
        return new IdCandidates(reader, plan.Ids.Select(range => range.Intersect(rest)), plan.AreIdsPoints, query.IsReversed);
    }

    private static IndexNotReadyException NotReady(IndexReader reader, DeclaredIndex index, DeclaredState? state) => new(new IndexStatus
    {
        Stage = IndexStage.Building,
        Position = reader.AsOf,
        DurablePosition = reader.AsOf,
        Lag = default,
        Done = state?.Done ?? 0,
        Total = state is null ? 0 : reader.EstimateTotal(index, state),
        Unreadable = 0,
        Reason = null,
    });

    /// <summary>Folders are made of ids alone, in their order: no index helps.</summary>
    private static List<IndexChoice> Choices(IndexReader reader, DocumentQuery query)
    {
        var choices = new List<IndexChoice>();
        foreach (DeclaredIndex index in query.Delimiter.Length > 0 ? [] : query.Indexes)
        {
            if (index.Keys is { } keys && reader.GetDeclared(index) is { IsBuilt: true } state)
            {
                choices.Add(new IndexChoice(keys, state.Traits));
            }
        }

        return choices;
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
