using DocService.Index.Finding;
using System.Text;
using DocService.Index.Reading;
using DocService.Queries;

namespace DocService.Index.Answering;

/// <summary>Finds documents whose candidates come in the order that is asked for, and hands each on as it is met.</summary>
internal sealed class ListSearch : DocumentSearch
{
    private readonly MatchingWalk _walk;
    private readonly byte[] _delimiter;
    private readonly int _prefixLength;

    public ListSearch(IndexReader reader, DocumentQuery query, SearchRequest request, IResultSink sink)
        : base(reader, query, request, sink)
    {
        _delimiter = Encoding.UTF8.GetBytes(query.Delimiter);
        _prefixLength = Encoding.UTF8.GetByteCount(query.Prefix);
        _walk = new MatchingWalk(QueryPlanning.Open(reader, Plan, query, request.Behind), query.Filter);
    }

    public override long Examined => _walk.Examined;

    public override long Matched => _walk.Matched;

    public override bool MayHaveMore() => _walk.MayHaveCandidate();

    private protected override SearchState Find(Allowance allowance, SearchLimit limit)
    {
        SearchState state = _walk.Next(allowance, limit);
        if (state == SearchState.Full && !TryFold())
        {
            Emit(_walk.Current, sortKey: null);
        }

        return state;
    }

    private protected override void Dispose(bool isDisposing) => _walk.Dispose();

    private bool TryFold()
    {
        ReadOnlySpan<byte> id = _walk.Id;
        int at = _delimiter.Length == 0 ? -1 : id[_prefixLength..].IndexOf(_delimiter);
        if (at < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> folder = id[..(_prefixLength + at + _delimiter.Length)];
        _walk.Pass(folder);
        EmitFolder(folder);
        return true;
    }
}
