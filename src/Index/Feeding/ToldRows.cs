using DocService.Index.Reading;
using DocService.Queries;

namespace DocService.Index.Feeding;

/// <summary>Rows that a reader selects from, and is told of.</summary>
internal sealed class ToldRows(ChangeSelection selection, IChangeSink sink, IndexReader reader) : IFeedRows
{
    public bool IsFull => sink.IsFull;

    public bool HasId(ReadOnlySpan<byte> id) => selection.HasId(id);

    public void Row(ReadOnlySpan<byte> id, long version, ReadOnlySpan<byte> row, bool isNew, SearchLimit limit) => selection.Tell(id, row, reader.Moment, isNew, limit, sink);

    public void EndCommit(FeedPosition position) => sink.EndCommit(position);
}
