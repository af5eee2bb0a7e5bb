using DocService.Index.Reading;
using DocService.Index.Rocks;
using DocService.Index.Rows;
using DocService.Queries;
using DocService.Queries.Indexes;
using DocService.Queries.Planning;

namespace DocService.Index.Finding;

/// <summary>Documents by the entries of a declared index.</summary>
/// <remarks>
/// Owns: iterators. Thread: one at a time. Invariant: each document comes once. Where its entries may lie in the ranges
/// several times, only the first of them counts; which that is, its body tells.
/// </remarks>
internal sealed class EntryCandidates : Candidates
{
    private readonly IndexReader _reader;
    private readonly DeclaredState _index;
    private readonly QueryPlan _plan;
    private readonly KeyRange[] _ranges;
    private readonly IndexKeys? _keys; // null where no document has two entries
    private readonly EntryOrder _order;
    private readonly EntryPosition? _behind;
    private readonly RocksIterator _rows;
    private EntryListing? _entries;
    private int _next; // of the ranges

    public EntryCandidates(IndexReader reader, DeclaredState index, QueryPlan plan, DocumentQuery query, SearchPosition? behind)
    {
        _reader = reader;
        _index = index;
        _plan = plan;
        _keys = index.Traits.MetArray.Any(met => met) ? new IndexKeys(plan.Index!) : null;
        _order = query.IsReversed ? EntryOrder.Falling : plan.Order == CandidateOrder.Backward ? EntryOrder.KeysFalling : EntryOrder.Rising;
        _ranges = [.. _order == EntryOrder.Rising ? plan.Keys : plan.Keys.Reverse()];
        _behind = behind is null || plan.Order == CandidateOrder.None ? null : PlanPosition.Of(plan, query.Sort, behind);
        _rows = reader.Snapshot.Iterate(Family.Documents, [], []);
    }

    public override ReadOnlySpan<byte> Id => _rows.Key;

    public override ReadOnlySpan<byte> Row => _rows.Value;

    public override bool IsDocument => IsAsked(_entries!.IdUtf8) && (_keys is null || IsFirst());

    public override bool MoveNext()
    {
        while (_entries?.MoveNext() != true)
        {
            if (_next == _ranges.Length)
            {
                return false;
            }

            _entries?.Dispose();
            _entries = _reader.ListEntries(_index, _ranges[_next++], _order, _behind);
        }

        if (_rows.Seek(_entries.IdUtf8) && _rows.Key.SequenceEqual(_entries.IdUtf8))
        {
            return true;
        }

        var failure = new IndexFailedException("An entry of a declared index belongs to a document that is not there.");
        _reader.Fail(failure);
        throw failure;
    }

    public override void Pass(ReadOnlySpan<byte> beginning) => throw new InvalidOperationException("Folders are not looked for by an index.");

    public override void Dispose()
    {
        _entries?.Dispose();
        _rows.Dispose();
    }

    private bool IsAsked(ReadOnlySpan<byte> id)
    {
        foreach (KeyRange range in _plan.Ids)
        {
            if (range.Contains(id))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsFirst()
    {
        if (!Declared.IndexedDocument.TryRead(_rows.Key, _rows.Value, out Declared.IndexedDocument document))
        {
            return false;
        }

        ReadOnlySpan<byte> key = _entries!.Key;
        foreach (byte[] other in _keys!.Of(document.Body, document.Facts, SearchLimit.None).Keys)
        {
            if (key.SequenceCompareTo(other) > 0 && _plan.Keys.Any(range => range.Contains(other)))
            {
                return false;
            }
        }

        return true;
    }
}
