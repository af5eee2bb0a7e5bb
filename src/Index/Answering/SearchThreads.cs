using DocService.Index.Finding;
using DocService.Queries;

namespace DocService.Index.Answering;

/// <summary>
/// Where searches run: what is small on the caller's thread, the rest on a bounded number of the pool's, in turns, so that a
/// long search holds up neither requests for documents nor other searches. Those that wait for a network all run on threads of
/// their own.
/// </summary>
/// <remarks>Owns: the bound, and those threads. Thread: any.</remarks>
internal sealed class SearchThreads(int threads, bool isRemote = false) : IDisposable
{
    /// <summary>Up to here a search costs about as much as the request around it.</summary>
    private const long SmallBytes = 64 * 1024;

    /// <summary>One turn: some milliseconds.</summary>
    private const long TurnBytes = 2 << 20;

    /// <summary>Searches that wait take no processor: so many may.</summary>
    private const int WaitingMin = 8;

    private readonly TaskScheduler _scheduler = isRemote
        ? new WaitingThreads(Math.Max(WaitingMin, threads))
        : new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, threads).ConcurrentScheduler;

    /// <summary>Until the sink is full or all is done. A search that goes on afterwards is a long one.</summary>
    public async ValueTask<SearchState> RunAsync(SnapshotRead search, SearchLimit limit)
    {
        SearchState state = search.IsLong || isRemote ? SearchState.Paused : Advance(search, SmallBytes, limit);
        search.IsLong = true;
        while (state == SearchState.Paused)
        {
            // Without a token: a turn is waited for, because it reads with what its caller will dispose. The limit knows the client's.
            state = await Task.Factory.StartNew(() => Advance(search, TurnBytes, limit), CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler).ConfigureAwait(false);
        }

        return state;
    }

    public void Dispose() => (_scheduler as WaitingThreads)?.Dispose();

    /// <summary>A turn over large documents has few steps, and would never look at the time by itself.</summary>
    private static SearchState Advance(SnapshotRead search, long bytes, SearchLimit limit)
    {
        limit.Look();
        return search.Advance(new Allowance(bytes), limit);
    }
}
