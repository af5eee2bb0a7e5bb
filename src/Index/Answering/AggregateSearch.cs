using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Queries;
using DocService.Queries.Aggregation;

namespace DocService.Index.Answering;

/// <summary>Computes over all documents of a query, group by group.</summary>
public sealed class AggregateSearch : Search
{
    private readonly MatchingWalk _walk;
    private readonly Aggregator _aggregator;

    public AggregateSearch(IndexReader reader, DocumentQuery query, AggregateSpec spec)
        : base(reader, query, QueryPlanning.Plan(reader, query))
    {
        _aggregator = new Aggregator(spec);
        _walk = Walk(behind: null);
    }

    public override long Examined => _walk.Examined;

    public override long Matched => _walk.Matched;

    /// <summary>There are more groups, or more is to be kept of them, than there may be: what was computed is not used.</summary>
    public bool IsTooMuch { get; private set; }

    /// <summary>In the order of their keys, when it is done.</summary>
    public IReadOnlyList<AggregateGroup> Groups() => _aggregator.Groups();

    internal override SearchState Advance(Allowance allowance, SearchLimit limit)
    {
        SearchState state;
        while ((state = _walk.Next(allowance, limit)) == SearchState.Full)
        {
            if (!_aggregator.TryAdd(_walk.Body, _walk.Facts, limit))
            {
                IsTooMuch = true;
                return SearchState.Done;
            }
        }

        return state;
    }

    private protected override void Dispose(bool isDisposing) => _walk.Dispose();
}
