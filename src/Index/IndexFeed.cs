using DocService.Index.Feeding;
using DocService.Index.Reading;
using DocService.Index.Tailing;
using Microsoft.Extensions.Logging;

namespace DocService.Index;

/// <summary>The changes of documents, for those who follow them: from the index, and at its end from memory.</summary>
/// <remarks>Owns: the tail. Thread: any. On failure: as <see cref="IndexQueries"/>.</remarks>
public sealed class IndexFeed : IDisposable
{
    private readonly IndexFollower _index;

    public IndexFeed(IndexFollower index, IndexQueries queries, TimeProvider clock, ILogger<IndexFeed> logger)
    {
        ArgumentNullException.ThrowIfNull(queries);
        _index = index;
        Queries = queries;
        Tail = new ChangeTail(new Tailed(index), queries.Threads, clock, logger);
    }

    /// <summary>Opens snapshots, and reads changes from them.</summary>
    public IndexQueries Queries { get; }

    /// <summary>What has just changed.</summary>
    public ChangeTail Tail { get; }

    /// <summary>Every commit up to here is published: what a reader can have.</summary>
    public long PublishedThrough => _index.PublishedThrough;

    /// <summary>Completes when the index answers.</summary>
    public Task WhenAnswering(CancellationToken cancellation) => _index.WaitForAsync(0, Timeout.InfiniteTimeSpan, cancellation);

    public void Dispose() => Tail.Dispose();

    private sealed class Tailed(IndexFollower index) : ITailedIndex
    {
        public DateTimeOffset Now => index.Now;

        public long PublishedThrough => index.PublishedThrough;

        public IndexReader? TryRead() => index.TryRead();

        public Task<bool> WaitForAsync(long sequence, TimeSpan longest, CancellationToken cancellation) => index.WaitForAsync(sequence, longest, cancellation);
    }
}
