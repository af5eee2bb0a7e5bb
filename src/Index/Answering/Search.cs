using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Queries.Planning;

namespace DocService.Index.Answering;

/// <summary>What a query reads of one snapshot.</summary>
public abstract class Search : SnapshotRead
{
    private protected Search(IndexReader reader, DocumentQuery query, QueryPlan plan)
    {
        Reader = reader;
        Query = query;
        Plan = plan;
    }

    /// <summary>Rows looked at so far.</summary>
    public abstract long Examined { get; }

    /// <summary>Documents that matched so far.</summary>
    public abstract long Matched { get; }

    /// <summary>Where it looks.</summary>
    public QueryPlan Plan { get; }

    /// <summary>Where candidates come from: an index, ids that are named, or all documents.</summary>
    public string Source => Query.Text is not null ? "words" : Plan.Index is not null ? "index" : Plan.AreIdsPoints ? "ids" : "documents";

    private protected IndexReader Reader { get; }

    private protected DocumentQuery Query { get; }

    /// <summary>All matches of the plan, where its order is the query's only those behind the position.</summary>
    private protected MatchingWalk Walk(SearchPosition? behind) => new(QueryPlanning.Open(Reader, Plan, Query, behind), Query.Filter, Reader.Moment);
}
