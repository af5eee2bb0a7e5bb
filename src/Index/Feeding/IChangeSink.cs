namespace DocService.Index.Feeding;

/// <summary>Takes changes in the order of their commits. It must not block.</summary>
public interface IChangeSink
{
    /// <summary>Nothing more is wanted for now. It is asked between two commits.</summary>
    bool IsFull { get; }

    void Change(in FoundChange change);

    /// <summary>All changes of a commit have been told, if there were any to tell.</summary>
    /// <param name="position">Behind it.</param>
    void EndCommit(FeedPosition position);
}
