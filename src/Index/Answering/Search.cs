using DocService.Index.Finding;
using DocService.Index.Reading;
using DocService.Queries;
using DocService.Queries.Planning;

namespace DocService.Index.Answering;

/// <summary>Work on one snapshot that can pause, so that a long one does not hold up others.</summary>
/// <remarks>
/// Owns: what it reads with; dispose it before its reader. Thread: one at a time, any.
/// On failure: <see cref="SearchLimitException"/>, <see cref="OperationCanceledException"/>, and those of the reader.
/// </remarks>
public abstract class Search : IDisposable
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

    /// <summary>It has taken longer than a request may by itself.</summary>
    internal bool IsLong { get; set; }

    private protected IndexReader Reader { get; }

    private protected DocumentQuery Query { get; }

    public void Dispose()
    {
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Goes on until the allowance is spent, the sink is full, or all is done.</summary>
    internal abstract SearchState Advance(Allowance allowance, SearchLimit limit);

    /// <summary>All matches of the plan, where its order is the query's only those behind the position.</summary>
    private protected MatchingWalk Walk(SearchPosition? behind) => new(QueryPlanning.Open(Reader, Plan, Query, behind), Query.Filter);

    private protected abstract void Dispose(bool isDisposing);
}
