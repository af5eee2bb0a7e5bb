using System.Buffers;
using DocService.Api.Answers;
using DocService.Api.Configuration;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Api.Waiting;
using DocService.Index;
using DocService.Index.Feeding;
using DocService.Storage;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Changes;

/// <summary>Changes as events without end. Whatever happens is told by an event, because a browser gives up on any status but 200.</summary>
/// <remarks>Thread: none waits for a change or for the client. Memory: as <see cref="EventChannel"/>.</remarks>
internal sealed class ChangeStream(
    FeedClients clients, FeedShare share, FeedMetrics metrics, ByteBudget budget, IDocumentStore store, DocServiceOptions options, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<ChangeStream> logger)
{
    /// <summary>Between two comments: proxies end what is silent for a minute.</summary>
    public static readonly TimeSpan CommentInterval = TimeSpan.FromSeconds(15);

    /// <summary>Before an index is asked again that has just failed.</summary>
    private static readonly TimeSpan FailurePause = TimeSpan.FromSeconds(0.1);

    private const string LastEventId = "Last-Event-ID";

    public async Task AnswerAsync(HttpContext context, ChangesForm form, IndexFeed? feed)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, Caller.Of(context).Ended);
        var channel = new EventChannel(context, options, metrics, clock, end.Token);
        channel.WriteFields();
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        using var events = new EventWriter(form);
        try
        {
            await SendAsync(channel, events, static events => events.Comment()); // the fields go with it, at once
            if (await FollowAsync(context, form, feed, channel, events, end.Token) is { } problem)
            {
                Problem told = problem.For(Caller.Of(context));
                string? pathBase = context.Request.PathBase.Value;
                await SendAsync(channel, events, told.Type == ProblemCatalogue.FeedReset ? events => events.Reset(told, pathBase) : events => events.Unavailable(told, pathBase));
            }
        }
        catch (OperationCanceledException)
        {
            // The client has gone, its key has ended, or the server stops: the stream ends between two events, or the connection does.
        }
    }

    /// <summary>Until there is a problem.</summary>
    private async Task<Problem?> FollowAsync(HttpContext context, ChangesForm form, IndexFeed? feed, EventChannel channel, EventWriter events, CancellationToken end)
    {
        if (feed is null)
        {
            return QueryProblems.NoIndex;
        }

        if (!TryGetPosition(context, form, out FeedPosition position))
        {
            return FeedProblems.Reset("Last-Event-ID is not an id that this server gives.");
        }

        using FeedClient? place = clients.TryEnter(Caller.Of(context));
        if (place is null)
        {
            return FeedProblems.TooMany;
        }

        place.Sequence = position.Sequence;
        using var pulse = new Pulse(clock, CommentInterval);
        var reading = new StreamReading(feed, form.NewSelection(), events, position, clock);
        IDisposable? listening = null;
        try
        {
            while (true)
            {
                Task moved = feed.Tail.Moved;
                if (await SendNextAsync(feed, reading, channel, events, pulse, end) is { } problem)
                {
                    return problem;
                }

                place.Sequence = reading.Position.Sequence;
                if (!reading.IsThrough)
                {
                    if (!reading.IsFromMemory)
                    {
                        listening?.Dispose(); // far behind: it has no use for what comes
                        listening = null;
                    }
                }
                else if (listening is null)
                {
                    listening = feed.Tail.Listen(); // then it looks once more: what comes after that it is told of
                }
                else
                {
                    await Task.WhenAny(moved, pulse.Due).WaitAsync(end);
                }
            }
        }
        finally
        {
            listening?.Dispose();
        }
    }

    /// <summary>Reads and sends what there is, or waits until there can be something.</summary>
    private async Task<Problem?> SendNextAsync(IndexFeed feed, StreamReading reading, EventChannel channel, EventWriter events, Pulse pulse, CancellationToken end)
    {
        try
        {
            bool begins = reading.Position == FeedPosition.Beginning;
            if (await reading.JudgeAsync(end) is { } unfit)
            {
                return FeedProblems.Reset(unfit);
            }

            if (begins)
            {
                // Deletes behind this commit concern the client, though it may be cut off before it has any other id.
                await SendAsync(channel, events, events => events.Begin(reading.Position));
            }

            using var output = new AnswerBuffer(budget);
            using (FeedShare.Turn turn = await EnterAsync(channel, events, pulse, end))
            {
                events.Begin(output);
                if (await reading.ReadAsync(end) is { } reset)
                {
                    return FeedProblems.Reset(reset);
                }
            }

            WriteProgress(events, reading, pulse);
            await channel.SendAsync(output);
        }
        catch (IndexNotReadyException exception) when (exception.Status.Stage is IndexStage.Building or IndexStage.NotStarted && store.Status is not { State: StoreState.Damaged })
        {
            await CommentUntilAsync(feed.WhenAnswering(end), channel, events, pulse);
        }
        catch (Exception exception) when (exception is IndexFailedException or IndexClosedException)
        {
            await Task.Delay(FailurePause, clock, end); // what had been written is not sent, and is read again
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return QueryFailures.ToProblem(exception, feed.Queries, options.QueryTimeout, store) ?? Unexpected(exception);
        }

        return null;
    }

    /// <summary>What the client sent last beats the parameter, which a browser repeats as it was. False where it is none of this server.</summary>
    private static bool TryGetPosition(HttpContext context, ChangesForm form, out FeedPosition position)
    {
        position = form.Since;
        StringValues last = context.Request.Headers[LastEventId];
        return StringValues.IsNullOrEmpty(last) || PositionText.TryRead(last.ToString(), out position);
    }

    /// <summary>Once when the client has everything, and with a comment when it has been passed over for long.</summary>
    private static void WriteProgress(EventWriter events, StreamReading reading, Pulse pulse)
    {
        bool isDue = pulse.TryTake();
        if (isDue)
        {
            events.Comment();
        }

        if (reading.TryNoteThrough() || (isDue && reading.Position != events.Id))
        {
            events.Progress(reading.Position, reading.Through);
        }
    }

    /// <summary>A turn. It is not lost when the client goes while it is waited for: then it is given back when it comes.</summary>
    private async Task<FeedShare.Turn> EnterAsync(EventChannel channel, EventWriter events, Pulse pulse, CancellationToken end)
    {
        Task<FeedShare.Turn> entering = share.EnterAsync(end).AsTask();
        try
        {
            await CommentUntilAsync(entering, channel, events, pulse);
        }
        catch
        {
            _ = entering.ContinueWith(static entered => entered.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }

        return await entering;
    }

    /// <summary>Comments, while something is waited for.</summary>
    private static async Task CommentUntilAsync(Task awaited, EventChannel channel, EventWriter events, Pulse pulse)
    {
        while (!awaited.IsCompleted && await Task.WhenAny(awaited, pulse.Due) != awaited)
        {
            if (pulse.TryTake())
            {
                await SendAsync(channel, events, static events => events.Comment());
            }
        }

        await awaited;
    }

    /// <summary>Something small, which takes no memory that others wait for.</summary>
    private static ValueTask SendAsync(EventChannel channel, EventWriter events, Action<EventWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        events.Begin(output);
        write(events);
        return channel.SendAsync(output.WrittenMemory);
    }

    private Problem Unexpected(Exception exception)
    {
        logger.LogError(exception, "A stream of changes ended early");
        return ProblemCatalogue.Internal;
    }
}
