using DocService.Index.Families;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Index.Rows;
using DocService.Queries;
using DocService.Queries.Keys;
using DocService.Queries.Ordering;
using DocService.Queries.Planning;

namespace DocService.Index.Answering;

/// <summary>
/// Sorts what it finds: in one pass over the candidates it keeps ids and keys alone, as many as are wanted or as its memory
/// holds, and then reads their rows. What did not fit takes further passes.
/// </summary>
/// <remarks>All passes read one snapshot, so the passes together are one sort.</remarks>
internal sealed class SortedSearch : DocumentSearch
{
    private readonly SortKeys? _keys; // null: by id
    private readonly KeyWriter _key = new();
    private readonly LeastKeys _least;
    private readonly RowLookup _rows;
    private MatchingWalk? _pass;
    private LeastKeys.Entry[] _entries = [];
    private int _next;
    private long _examinedBefore;
    private long _matchedBefore;

    public SortedSearch(IndexReader reader, DocumentQuery query, QueryPlan plan, SearchRequest request, IResultSink sink)
        : base(reader, query, plan, request, sink)
    {
        _keys = query.Sort is null ? null : new SortKeys(query.Sort);
        _least = new LeastKeys((int)Math.Min(Wanted, int.MaxValue), request.SortBytesMax);
        _rows = reader.Snapshot.Look(Family.Documents);
        Begin(request.Behind is { } behind ? EntryOf(behind) : null);
    }

    public override long Examined => _examinedBefore + (_pass?.Examined ?? 0);

    public override long Matched => Math.Max(_matchedBefore, _pass?.Matched ?? 0); // every pass meets the same

    public override bool MayHaveMore() => _next < _entries.Length || _least.WasCut;

    private protected override SearchState Find(Allowance allowance, SearchLimit limit)
    {
        while (_pass is not null || _next == _entries.Length)
        {
            if (_pass is null)
            {
                if (!_least.WasCut)
                {
                    return SearchState.Done;
                }

                Begin(_entries[^1]);
            }

            if (Collect(allowance, limit) == SearchState.Paused)
            {
                return SearchState.Paused;
            }
        }

        if (allowance.IsSpent)
        {
            return SearchState.Paused;
        }

        EmitNext(allowance);
        return SearchState.Full;
    }

    private protected override void Dispose(bool isDisposing)
    {
        _pass?.Dispose();
        _rows.Dispose();
    }

    private void Begin(LeastKeys.Entry? behind)
    {
        _least.Begin(behind);
        _entries = [];
        _next = 0;
        _pass = Walk(behind: null);
    }

    private SearchState Collect(Allowance allowance, SearchLimit limit)
    {
        MatchingWalk pass = _pass!;
        SearchState state;
        while ((state = pass.Next(allowance, limit)) == SearchState.Full)
        {
            if (_keys is null)
            {
                _least.Offer(Query.IsRanked ? RankKey.Of(pass.Score) : IdKey(pass.Id), pass.Id);
                continue;
            }

            _keys.Write(pass.Body, pass.Facts, limit, _key);
            _least.Offer(_key.Written, pass.Id);
        }

        if (state == SearchState.Done)
        {
            _entries = _least.Sorted();
            _rows.Expect(Array.ConvertAll(_entries, static entry => entry.Id));
            _examinedBefore += pass.Examined;
            _matchedBefore = Math.Max(_matchedBefore, pass.Matched);
            pass.Dispose();
            _pass = null;
        }

        return state;
    }

    private void EmitNext(Allowance allowance)
    {
        LeastKeys.Entry entry = _entries[_next++];
        if (!_rows.Find(entry.Id))
        {
            throw new InvalidOperationException("A row of the snapshot is gone."); // a snapshot does not change
        }

        ReadOnlySpan<byte> row = _rows.Value;
        allowance.Spend(row.Length);
        DocumentHead head = DocumentRow.ReadHead(row);
        Emit(new FoundDocument(entry.Id, head, row[head.BodyAt..]) { Score = Query.IsRanked ? RankKey.ScoreOf(entry.Key) : null }, _keys is null ? null : entry.Key);
    }

    private LeastKeys.Entry EntryOf(SearchPosition position)
    {
        byte[] id = position.Id.ToArray();
        return new LeastKeys.Entry(_keys is null ? IdKey(id) : position.SortKey!.Value.ToArray(), id);
    }

    /// <summary>Where ids rise, none; where they fall, the complement of the id and a byte behind all others, so that a longer id comes before its beginning.</summary>
    private byte[] IdKey(ReadOnlySpan<byte> id)
    {
        if (!Query.IsReversed)
        {
            return [];
        }

        byte[] key = new byte[id.Length + 1];
        for (int i = 0; i < id.Length; i++)
        {
            key[i] = (byte)(0xFF - id[i]);
        }

        key[^1] = 0xFF;
        return key;
    }
}
