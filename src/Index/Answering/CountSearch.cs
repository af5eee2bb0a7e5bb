using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Queries;

namespace DocService.Index.Answering;

/// <summary>Counts all documents of a query.</summary>
public sealed class CountSearch : Search
{
    private readonly MatchingWalk _walk;

    public CountSearch(IndexReader reader, DocumentQuery query)
        : base(reader, query, QueryPlanning.Plan(reader, query)) => _walk = Walk(behind: null);

    public override long Examined => _walk.Examined;

    public override long Matched => _walk.Matched;

    internal override SearchState Advance(Allowance allowance, SearchLimit limit)
    {
        SearchState state = SearchState.Full;
        while (state == SearchState.Full)
        {
            state = _walk.Next(allowance, limit);
        }

        return state;
    }

    private protected override void Dispose(bool isDisposing) => _walk.Dispose();
}
