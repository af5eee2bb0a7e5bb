using DocService.Queries;

namespace DocService.Index.Feeding;

/// <summary>Takes the rows of changed documents from a walk, in the order of their commits.</summary>
internal interface IFeedRows
{
    /// <summary>Nothing more is wanted for now. It is asked between two commits.</summary>
    bool IsFull { get; }

    /// <summary>Whether the document's row is wanted.</summary>
    bool HasId(ReadOnlySpan<byte> id);

    /// <param name="id">In UTF-8; it has been asked for.</param>
    /// <param name="version">That the row has.</param>
    /// <param name="row">Of the document; its body fits its digest.</param>
    /// <param name="isNew">The reader has nothing yet, so that nothing can be gone.</param>
    /// <param name="limit">For what takes time.</param>
    void Row(ReadOnlySpan<byte> id, long version, ReadOnlySpan<byte> row, bool isNew, SearchLimit limit);

    /// <summary>All rows of the commits up to this position have been handed over.</summary>
    void EndCommit(FeedPosition position);
}
