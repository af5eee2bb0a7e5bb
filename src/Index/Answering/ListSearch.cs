using System.Text;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Queries;
using DocService.Queries.Keys;
using DocService.Queries.Ordering;
using DocService.Queries.Planning;

namespace DocService.Index.Answering;

/// <summary>Finds documents whose candidates come in the order that is asked for, and hands each on as it is met.</summary>
internal sealed class ListSearch : DocumentSearch
{
    private readonly MatchingWalk _walk;
    private readonly byte[] _delimiter;
    private readonly int _prefixLength;
    private readonly SortKeys? _keys;
    private readonly KeyWriter _key = new();

    public ListSearch(IndexReader reader, DocumentQuery query, QueryPlan plan, SearchRequest request, IResultSink sink)
        : base(reader, query, plan, request, sink)
    {
        _delimiter = Encoding.UTF8.GetBytes(query.Delimiter);
        _prefixLength = Encoding.UTF8.GetByteCount(query.Prefix);
        _keys = query.Sort is null ? null : new SortKeys(query.Sort);
        _walk = Walk(request.Behind);
    }

    public override long Examined => _walk.Examined;

    public override long Matched => _walk.Matched;

    public override bool MayHaveMore() => _walk.MayHaveCandidate();

    private protected override SearchState Find(Allowance allowance, SearchLimit limit)
    {
        SearchState state = _walk.Next(allowance, limit);
        if (state == SearchState.Full && !TryFold())
        {
            Emit(_walk.Current, SortKey(limit));
        }

        return state;
    }

    private protected override void Dispose(bool isDisposing) => _walk.Dispose();

    private byte[]? SortKey(SearchLimit limit)
    {
        if (_keys is null)
        {
            return null;
        }

        _keys.Write(_walk.Body, _walk.Facts, limit, _key);
        return _key.Written.ToArray();
    }

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
