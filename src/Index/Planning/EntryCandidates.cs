using DocService.Index.Reading;
using DocService.Index.Rocks;
using DocService.Index.Rows;
using DocService.Queries;
using DocService.Queries.Indexes;
using DocService.Queries.Planning;

namespace DocService.Index.Planning;

/// <summary>Documents by the entries of a declared index.</summary>
/// <remarks>
/// Owns: iterators. Thread: one at a time. Invariant: each document comes once. Where its entries may lie in the ranges
/// several times, only the first of them counts; which that is, its body tells.
/// </remarks>
internal sealed class EntryCandidates : CandidatesByEntry
{
    private readonly IndexReader _reader;
    private readonly DeclaredState _index;
    private readonly QueryPlan _plan;
    private readonly KeyRange[] _ranges;
    private readonly IndexKeys? _keys; // null where no document has two entries
    private readonly EntryOrder _order;
    private readonly EntryPosition? _behind;
    private int _next; // of the ranges

    public EntryCandidates(IndexReader reader, DeclaredState index, QueryPlan plan, DocumentQuery query, SearchPosition? behind)
        : base(reader, plan.Ids)
    {
        _reader = reader;
        _index = index;
        _plan = plan;
        _keys = index.Traits.MetArray.Any(met => met) ? new IndexKeys(plan.Index!) : null;
        _order = query.IsReversed ? EntryOrder.Falling : plan.Order == CandidateOrder.Backward ? EntryOrder.KeysFalling : EntryOrder.Rising;
        _ranges = [.. _order == EntryOrder.Rising ? plan.Keys : plan.Keys.Reverse()];
        _behind = behind is null || plan.Order == CandidateOrder.None ? null : PlanPosition.Of(plan, query.Sort, behind);
    }

    public override bool IsDocument => IsAsked && (_keys is null || IsFirst());

    public override bool MoveNext()
    {
        while (Entries?.MoveNext() != true)
        {
            if (_next == _ranges.Length)
            {
                return false;
            }

            Entries?.Dispose();
            Entries = _reader.ListEntries(_index, _ranges[_next++], _order, _behind);
        }

        ToRow();
        return true;
    }

    private bool IsFirst()
    {
        if (!Declared.IndexedDocument.TryRead(Id, Row, out Declared.IndexedDocument document))
        {
            return false;
        }

        ReadOnlySpan<byte> key = Entries!.Key;
        foreach (byte[] other in _keys!.Of(document.Body, document.Facts, SearchLimit.None).Keys)
        {
            if (key.SequenceCompareTo(other) > 0 && IsIn(_plan.Keys, other))
            {
                return false;
            }
        }

        return true;
    }
}
