using DocService.Api.Access;
using DocService.Api.Bodies;
using DocService.Api.Configuration;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Api.Waiting;
using DocService.Index;
using DocService.Index.Feeding;
using DocService.Index.Reading;
using DocService.Index.Tailing;
using DocService.Storage;

namespace DocService.Api.Documents;

/// <summary>A GET of one document that waits (<c>?wait=30</c>): until it has changed, or, where it is not there, until it is made.</summary>
/// <remarks>Thread: none waits. What ends a wait is judged by the store alone: the index only says when to look.</remarks>
internal sealed class DocumentWait(IDocumentStore store, ServedIndex index, FeedClients clients, DocServiceOptions options, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    /// <summary>Timers count milliseconds: one that ran out a little early would have to be made again.</summary>
    private static readonly TimeSpan TimerStep = TimeSpan.FromMilliseconds(1);

    /// <summary>Longer than anybody waits.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromHours(1);

    /// <summary>Null when the time has come to answer, with whatever there is then.</summary>
    public async Task<Problem?> WaitAsync(HttpContext context, ConditionalRequest request, TimeSpan wait)
    {
        if (context.Request.Headers.IfNoneMatch.Count == 0)
        {
            return QueryProblems.Value(new QueryPlace(WaitParameter.Name, IsInBody: false), "'wait' needs If-None-Match with the entity tag that the client has, or '*'.");
        }

        DocumentInfo? info = await store.ReadInfoAsync(request.Key, context.RequestAborted);
        if (info is not null && HasChanged(request, info))
        {
            return null;
        }

        if (index.Feed is not { } feed)
        {
            return QueryProblems.NoIndex;
        }

        using FeedClient? place = clients.TryEnter(Caller.Of(context));
        if (place is null)
        {
            return FeedProblems.TooMany;
        }

        try
        {
            using IndexReader answering = await feed.Queries.OpenAsync(isEventual: false, context.RequestAborted); // it must answer to tell of changes
        }
        catch (Exception exception) when (QueryFailures.ToProblem(exception, feed.Queries, options.QueryTimeout, store) is { } problem)
        {
            return problem;
        }

        await WaitAsync(context, feed, request, wait, wasThere: info is not null);
        return Caller.Of(context).Ended.IsCancellationRequested ? AccessProblems.Ended : null;
    }

    private async Task WaitAsync(HttpContext context, IndexFeed feed, ConditionalRequest request, TimeSpan wait, bool wasThere)
    {
        using var time = new CancellationTokenSource(wait, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, Caller.Of(context).Ended, time.Token);
        using DocumentWatch watch = feed.Tail.Watch(request.Key.Id);
        while (true)
        {
            Task changed = watch.NextChange(); // before the look: what comes after it is told
            DocumentInfo? info = await store.ReadInfoAsync(request.Key, context.RequestAborted);
            if (info is null ? wasThere : !wasThere || HasChanged(request, info))
            {
                return;
            }

            try
            {
                await changed.WaitAsync(UntilEnd(info), clock, end.Token);
            }
            catch (TimeoutException)
            {
                // The document's time is over, or nearly: the next look tells.
            }
            catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
            {
                return; // the time is over, the key has ended, or the server stops
            }
        }
    }

    /// <summary>How long the document is there still. Nobody tells of its end: it is no commit.</summary>
    private TimeSpan UntilEnd(DocumentInfo? info)
    {
        if (info?.Expires is not { } end)
        {
            return Timeout.InfiniteTimeSpan;
        }

        TimeSpan left = end - store.Time.Now;
        return left < TimerStep ? TimerStep : left < LongestTimer ? left + TimerStep : LongestTimer;
    }

    private static bool HasChanged(ConditionalRequest request, DocumentInfo info) =>
        !request.Conditions.Write.MatchHolds(exists: true, info) || !request.Conditions.IsNotModified(info);
}
