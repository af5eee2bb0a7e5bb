namespace DocService.Storage.Followers;

/// <summary>
/// Reads published commits in the order of their sequences and keeps a durable position of its own: the seam for an index, a
/// feed, a replica. The engine knows none of them. Its own filer is one more follower.
/// </summary>
/// <remarks>
/// The journal keeps what a follower does not have durably yet. So a slow follower slows writers, as slow filing does. Only
/// a derived follower is let go, which means that the log goes on without it: when it has failed, or when a segment has
/// waited <c>BusyTimeout</c> for it.
/// Thread: its own; members are called from any and return at once, but for <see cref="Prepare"/> and <see cref="StopFollowing"/>.
/// </remarks>
public interface IFollower
{
    /// <summary>For logs and reports.</summary>
    string Name { get; }

    /// <summary>Whether all that it holds can be made anew from the documents.</summary>
    bool IsDerived { get; }

    /// <summary>Every commit up to here is durable with it. Never decreases while it follows.</summary>
    long DurablePosition { get; }

    /// <summary>
    /// The data directory is this process's alone, and is not open yet: the follower finds out what it has durably. It
    /// creates nothing there. Called once, by the thread that opens the store, before anything else.
    /// </summary>
    void Prepare()
    {
    }

    /// <summary>The store is open and the log can be read. A follower starts its thread here.</summary>
    void Start(ICommitLog log);

    /// <summary>A segment waits for it: commits through this sequence should become durable with it soon.</summary>
    void Hurry(long through);

    /// <summary>The log goes on without it: commits that it needs may be gone. It must be made anew, from <see cref="ICommitLog.Rejoin"/> on.</summary>
    void LetGo(string reason);

    /// <summary>The store stops. When this returns, the log is not read any more.</summary>
    void StopFollowing();
}
