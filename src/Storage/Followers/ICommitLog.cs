using DocService.Storage.Clock;

namespace DocService.Storage.Followers;

/// <summary>The journal as a follower sees it.</summary>
/// <remarks>Thread: any.</remarks>
public interface ICommitLog
{
    /// <summary>Identity of the store. A copy, and a store that was salvaged or restored, have another.</summary>
    Guid StoreId { get; }

    /// <summary>The documents' files, for a follower that is made anew.</summary>
    IFiledDocuments Documents { get; }

    /// <summary>By which documents end: whoever answers for documents leaves out those that have (<see cref="DocumentInfo.HasEnded"/>).</summary>
    StoreTime Time { get; }

    /// <summary>Every commit up to here is published.</summary>
    long DurableThrough { get; }

    /// <summary>Every commit up to here is in the documents' files. A document that could not be filed is in a later commit.</summary>
    long FiledThrough { get; }

    /// <summary>Reads the commits after the sequence.</summary>
    ICommitCursor OpenCursor(long after);

    /// <summary>Completes when more than this is published, or when the store stops.</summary>
    Task WaitForCommitsAsync(long after, CancellationToken cancellation);

    /// <summary>The follower's durable position has moved: a segment may be free.</summary>
    void NoteDurable(IFollower follower);

    /// <summary>A derived follower has failed: it is let go. Documents do not notice.</summary>
    /// <exception cref="ArgumentException">It is not derived, or not one of this store.</exception>
    void Fail(IFollower follower, string reason);

    /// <summary>
    /// A follower that was let go follows again. From now on the journal keeps everything after the returned sequence for
    /// it. Everything up to there is in the documents' files.
    /// </summary>
    long Rejoin(IFollower follower);
}
