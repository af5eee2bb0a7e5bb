using DocService.Index.Answering;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Queries;
using DocService.Storage.Failures;

namespace DocService.Index;

/// <summary>Answers queries: opens snapshots that are new enough, and runs searches on them.</summary>
/// <remarks>
/// Owns: the threads for long searches. Thread: any.
/// On failure: <see cref="IndexNotReadyException"/> while the index cannot answer; <see cref="IndexFailedException"/> and
/// <see cref="IndexClosedException"/> when that begins while a search runs; <see cref="SearchLimitException"/>; of a database
/// <see cref="StoreException"/>.
/// </remarks>
public sealed class IndexQueries : IDisposable
{
    private readonly IReaderSource _source;
    private readonly QueryLimits _limits;
    private readonly TimeProvider _clock;
    private readonly QueryMetrics _metrics = new();

    public IndexQueries(IndexFollower index, QueryLimits limits, TimeProvider clock)
        : this(new FollowedSource(index, clock), limits, clock)
    {
    }

    public IndexQueries(IReaderSource source, QueryLimits limits, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(limits);
        _source = source;
        _limits = limits;
        _clock = clock;
        Threads = new SearchThreads(limits.Threads, source.IsRemote);
    }

    internal SearchThreads Threads { get; }

    /// <summary>Of the index.</summary>
    public IndexStatus Status => _source.Status;

    /// <summary>A snapshot that has every commit that was published before the call. Dispose it.</summary>
    /// <param name="isEventual">What is indexed by now is enough.</param>
    /// <param name="cancellation">The client's.</param>
    /// <exception cref="IndexNotReadyException">The index is being made.</exception>
    /// <exception cref="StoreBusyException">It did not get there in time.</exception>
    public ValueTask<IndexReader> OpenAsync(bool isEventual, CancellationToken cancellation) => _source.OpenAsync(isEventual, _limits.Wait, cancellation);

    /// <summary>A limit for one search, from now on.</summary>
    public SearchLimit NewLimit(CancellationToken cancellation) => SearchLimit.After(_limits.Search, _clock, cancellation);

    /// <summary>Goes on with a search until its sink is full or all is done. Its caller disposes it, whatever happens.</summary>
    public ValueTask<SearchState> RunAsync(SnapshotRead search, SearchLimit limit) => Threads.RunAsync(search, limit);

    /// <summary>How many documents match, in the snapshot, and how many were looked at for it.</summary>
    public async ValueTask<(long Matched, long Examined)> CountAsync(IndexReader reader, DocumentQuery query, SearchLimit limit)
    {
        using var all = new CountSearch(reader, query);
        await RunAsync(all, limit).ConfigureAwait(false);
        return (all.Matched, all.Examined);
    }

    /// <summary>Counts an answer.</summary>
    public void Note(Search search, TimeSpan duration) => _metrics.Note(search, duration);

    public void Dispose()
    {
        _metrics.Dispose();
        Threads.Dispose();
    }
}
