using DocService.Index;
using DocService.Storage.Followers;

namespace DocService.Api;

/// <summary>The index of the store that is served; none where the setting <c>Index</c> says so. A database keeps its own, and answers queries alone.</summary>
/// <remarks>Owns: the index. The container disposes it after the store, which it follows. Thread: any.</remarks>
internal sealed class ServedIndex(IndexFollower? follower, IndexQueries? queries, IndexFeed? feed) : IDisposable
{
    public IndexFollower? Follower { get; } = follower;

    /// <summary>Answers from it, or from the database.</summary>
    public IndexQueries? Queries { get; } = queries;

    /// <summary>The same where the index follows a log: it knows of ends, versions and changes, too.</summary>
    public IndexQueries? Followed { get; } = follower is null ? null : queries;

    /// <summary>Changes from it.</summary>
    public IndexFeed? Feed { get; } = feed;

    /// <summary>For the store.</summary>
    public IReadOnlyList<IFollower> Followers { get; } = follower is null ? [] : [follower];

    public void Dispose()
    {
        Feed?.Dispose();
        Queries?.Dispose();
        Follower?.Dispose();
    }
}
