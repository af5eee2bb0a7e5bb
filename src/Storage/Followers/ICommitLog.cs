namespace DocService.Storage.Followers;

/// <summary>The journal as a follower sees it.</summary>
/// <remarks>Thread: any.</remarks>
public interface ICommitLog
{
    /// <summary>Every commit up to here is published.</summary>
    long DurableThrough { get; }

    /// <summary>Every commit up to here stands in the documents' files; what could not be filed stands in a commit behind it.</summary>
    long FiledThrough { get; }

    /// <summary>Reads on behind the sequence.</summary>
    ICommitCursor OpenCursor(long after);

    /// <summary>Completes when more than this is published, or when the store stops.</summary>
    Task WaitForCommitsAsync(long after, CancellationToken cancellation);

    /// <summary>The follower's durable position has moved: a segment may be free.</summary>
    void NoteDurable(IFollower follower);

    /// <summary>A derived follower has failed: it is let go. Documents do not notice.</summary>
    /// <exception cref="ArgumentException">It is not derived, or not one of this store.</exception>
    void Fail(IFollower follower, string reason);

    /// <summary>
    /// A follower that was let go follows again. The journal holds what is behind the returned sequence for it; all up to there
    /// stands in the documents' files.
    /// </summary>
    long Rejoin(IFollower follower);
}
