using DocService.Index;
using DocService.Storage.Followers;

namespace DocService.Api;

/// <summary>The index of the store that is served; none where the setting <c>Index</c> says so.</summary>
/// <remarks>Owns: the index. The container disposes it after the store, which it follows. Thread: any.</remarks>
internal sealed class ServedIndex(IndexFollower? follower, IndexQueries? queries, IndexFeed? feed) : IDisposable
{
    public IndexFollower? Follower { get; } = follower;

    /// <summary>Answers from it.</summary>
    public IndexQueries? Queries { get; } = queries;

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
