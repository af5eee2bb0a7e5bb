using DocService.Index.Feeding;
using DocService.Queries;

namespace DocService.Index.Tailing;

/// <summary>What the tail takes from a walk: the rows of all documents for those who listen, and the ids that somebody waits for.</summary>
/// <remarks>Owns: the changes since it was last emptied. Thread: the walk's.</remarks>
internal sealed class TailRows(DocumentWatches watches, bool keepsRows, long from) : IFeedRows
{
    /// <summary>A batch of the ring; nobody takes longer to read one.</summary>
    private const long BatchBytesMax = 1 << 20;

    private List<TailChange> _changes = [];
    private long _bytes;
    private long _from = from;
    private long _through = from;

    public bool IsFull => _bytes >= BatchBytesMax;

    public bool HasId(ReadOnlySpan<byte> id)
    {
        if (id[0] == 0)
        {
            return false;
        }

        watches.Tell(id); // whoever waits for it reads the document, which has been published
        return keepsRows;
    }

    public void Row(ReadOnlySpan<byte> id, long version, ReadOnlySpan<byte> row, bool isNew, SearchLimit limit)
    {
        var change = new TailChange(version, id.ToArray(), row.ToArray());
        _changes.Add(change);
        _bytes += change.Bytes;
    }

    public void EndCommit(FeedPosition position) => _through = position.Sequence;

    public TailBatch Take()
    {
        var batch = new TailBatch(_from, _through, _changes, _bytes);
        _changes = [];
        _bytes = 0;
        _from = _through;
        return batch;
    }
}
