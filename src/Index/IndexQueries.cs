using System.Diagnostics;
using DocService.Index.Answering;
using DocService.Index.Finding;
using DocService.Index.Following;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Queries;
using DocService.Storage.Failures;

namespace DocService.Index;

/// <summary>Answers queries from an index: opens snapshots that are new enough, and runs searches on them.</summary>
/// <remarks>
/// Owns: the threads for long searches. Thread: any.
/// On failure: <see cref="IndexNotReadyException"/> while the index cannot answer; <see cref="IndexFailedException"/> and
/// <see cref="IndexClosedException"/> when that begins while a search runs; <see cref="SearchLimitException"/>.
/// </remarks>
public sealed class IndexQueries(IndexFollower index, QueryLimits limits, TimeProvider clock) : IDisposable
{
    /// <summary>An index that is about to be ready, as after a start, is waited for so long.</summary>
    private static readonly TimeSpan StartWait = TimeSpan.FromSeconds(1);

    private readonly QueryMetrics _metrics = new();

    internal SearchThreads Threads { get; } = new(limits.Threads);

    /// <summary>Of the index.</summary>
    public IndexStatus Status => index.Status;

    /// <summary>A snapshot that has every commit that was published before the call. Dispose it.</summary>
    /// <param name="isEventual">What is indexed by now is enough.</param>
    /// <param name="cancellation">The client's.</param>
    /// <exception cref="IndexNotReadyException">The index is being made.</exception>
    /// <exception cref="StoreBusyException">It did not get there in time.</exception>
    public async ValueTask<IndexReader> OpenAsync(bool isEventual, CancellationToken cancellation)
    {
        DateTimeOffset asked = default;
        if (!isEventual)
        {
            asked = index.Now; // before what is published by then
            await WaitAsync(index.PublishedThrough, cancellation).ConfigureAwait(false);
        }

        return index.TryRead(asked) ?? throw new IndexNotReadyException(index.Status);
    }

    /// <summary>A limit for one search, from now on.</summary>
    public SearchLimit NewLimit(CancellationToken cancellation) => SearchLimit.After(limits.Search, clock, cancellation);

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

    public void Dispose() => _metrics.Dispose();

    /// <summary>An index that becomes ready while it is waited for has as long as any other.</summary>
    private async ValueTask WaitAsync(long sequence, CancellationToken cancellation)
    {
        if (index.Has(sequence))
        {
            return;
        }

        using Activity? waiting = IndexTrace.BeginWait();
        long started = clock.GetTimestamp();
        bool follows;
        do
        {
            follows = index.Status.Stage == IndexStage.Following;
            TimeSpan longest = follows || limits.Wait < StartWait ? limits.Wait : StartWait;
            TimeSpan left = longest - clock.GetElapsedTime(started);
            if (await index.WaitForAsync(sequence, left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellation).ConfigureAwait(false))
            {
                return;
            }
        }
        while (!follows && index.Status.Stage == IndexStage.Following);

        throw index.Status is { Stage: not IndexStage.Following } status
            ? new IndexNotReadyException(status)
            : new StoreBusyException($"The index has not read the newest commits within {limits.Wait.TotalSeconds} s (BusyTimeout).");
    }
}
