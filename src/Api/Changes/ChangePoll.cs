using DocService.Api.Access;
using DocService.Api.Answers;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Api.Waiting;
using DocService.Index;
using DocService.Index.Feeding;
using DocService.Index.Reading;
using DocService.Queries;

namespace DocService.Api.Changes;

/// <summary>A page of changes as JSON; where there are none it can wait for the first (long poll).</summary>
/// <remarks>Thread: none waits. Memory: a page, and nothing while it waits.</remarks>
internal sealed class ChangePoll(FeedClients clients, ByteBudget budget, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    /// <summary>A page that has searched so long is answered as it is.</summary>
    public static readonly TimeSpan SearchTime = TimeSpan.FromSeconds(5);

    public async Task<Problem?> AnswerAsync(HttpContext context, ChangesForm form, IndexFeed feed)
    {
        ChangeSelection selection = form.NewSelection();
        FeedPosition position = form.Since;
        (bool isAnswered, position, Problem? problem) = await TryAnswerAsync(context, form, feed, selection, position, isLast: form.Wait == TimeSpan.Zero || HttpMethods.IsHead(context.Request.Method));
        if (isAnswered)
        {
            return problem;
        }

        using IDisposable? place = clients.TryEnter(Caller.Of(context));
        return place is null ? FeedProblems.TooMany : await WaitAsync(context, form, feed, selection, position);
    }

    /// <summary>Until there is a change behind the position, or the time is over.</summary>
    private async Task<Problem?> WaitAsync(HttpContext context, ChangesForm form, IndexFeed feed, ChangeSelection selection, FeedPosition position)
    {
        using var time = new CancellationTokenSource(form.Wait, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, Caller.Of(context).Ended, time.Token);
        using IDisposable listening = feed.Tail.Listen();
        while (true)
        {
            Task moved = feed.Tail.Moved;
            FeedPosition reached = position;
            var first = new FirstChange();
            if (feed.Tail.TryRead(ref reached, selection, feed.Queries.NewLimit(context.RequestAborted), first) && !first.IsFull)
            {
                position = reached;
            }
            else
            {
                // A page is of one snapshot, and the memory that all share is not.
                (bool isAnswered, position, Problem? problem) = await TryAnswerAsync(context, form, feed, selection, position, isLast: false);
                if (isAnswered)
                {
                    return problem;
                }
            }

            try
            {
                await moved.WaitAsync(end.Token);
            }
            catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
            {
                if (Caller.Of(context).Ended.IsCancellationRequested)
                {
                    return AccessProblems.Ended;
                }

                using var nothing = new AnswerBuffer(budget);
                using var page = new ChangePage(form, nothing);
                page.Finish(position, position);
                await ListFields.SendAsync(context, nothing);
                return null;
            }
        }
    }

    /// <summary>Answers with the changes behind the position, if there are any or if it is the last look, or with a problem. Else it tells how far there are none.</summary>
    private async Task<(bool IsAnswered, FeedPosition Position, Problem? Problem)> TryAnswerAsync(
        HttpContext context, ChangesForm form, IndexFeed feed, ChangeSelection selection, FeedPosition position, bool isLast)
    {
        using IndexReader reader = await feed.Queries.OpenAsync(isEventual: false, context.RequestAborted);
        if (position.FindReset(reader) is { } reset)
        {
            return (true, position, FeedProblems.Reset(reset));
        }

        using var output = new AnswerBuffer(budget);
        using var page = new ChangePage(form, output);
        using var walk = new ChangeWalk(reader, position, selection, page, clock, SearchTime);
        await feed.Queries.RunAsync(walk, feed.Queries.NewLimit(context.RequestAborted));
        if (page.Count == 0 && walk.IsThrough && !isLast)
        {
            return (false, walk.Position, null);
        }

        page.Finish(walk.Position, new FeedPosition(reader.StoreId, reader.AsOf, 0));
        await ListFields.SendAsync(context, output);
        return (true, walk.Position, null);
    }

    /// <summary>Whether there is any.</summary>
    private sealed class FirstChange : IChangeSink
    {
        public bool IsFull { get; private set; }

        public void Change(in FoundChange change) => IsFull = true;

        public void EndCommit(FeedPosition position)
        {
        }
    }
}
