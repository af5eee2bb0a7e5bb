using System.Buffers;
using System.Text.Json;
using DocService.Api.Access;
using DocService.Api.Answers.Sealing;
using DocService.Api.Configuration;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Api.Queries;
using DocService.Index;
using DocService.Index.Answering;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Queries;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace DocService.Api.Answers;

/// <summary>
/// Documents as lines of JSON (NDJSON), as many as there are, all of one snapshot. The last line tells a whole answer from
/// one that was cut off.
/// </summary>
/// <remarks>Memory: a piece of the answer, whatever its length. Thread: none waits for the client.</remarks>
internal sealed class ExportAnswer(Cursors cursors, ByteBudget budget, DocServiceOptions options, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<ExportAnswer> logger)
{
    public const string MediaType = "application/x-ndjson";

    /// <summary>What is sent at once.</summary>
    private const long PieceBytes = 48 * 1024;

    public async Task<Problem?> AnswerAsync(HttpContext context, QueryForm form, IndexQueries queries, SearchPosition? behind)
    {
        long started = clock.GetTimestamp();
        using var time = new CancellationTokenSource(options.ExportTimeout, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, Caller.Of(context).Ended, time.Token);
        using IndexReader reader = await queries.OpenAsync(form.IsEventual, context.RequestAborted);
        using var output = new AnswerBuffer(budget);
        using var lines = new EntryWriter(form, output, isLines: true, PieceBytes);
        SearchRequest request = form.ToRequest(form.Limit ?? (form.Query.IsRanked ? QueryForm.LimitMax : null), behind);
        using DocumentSearch search = DocumentSearch.Create(reader, form.Query, request, lines);
        HttpResponse response = context.Response;
        response.ContentType = MediaType;
        ListFields.Write(response);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return null;
        }

        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null; // ExportIdle is what counts here
        }

        try
        {
            SearchState state;
            do
            {
                SearchLimit limit = queries.NewLimit(end.Token);
                lines.Limit = limit;
                state = await queries.RunAsync(search, limit);
                if (state == SearchState.Full)
                {
                    await SendAsync(context, output);
                }
            }
            while (state == SearchState.Full);

            string? next = !form.Query.IsRanked && search.IsLimitReached && search.MayHaveMore() ? await cursors.SealAsync(form, search.Position!, end.Token) : null;
            (long Matched, long Examined)? count = form.IsCounted ? await queries.CountAsync(reader, form.Query, queries.NewLimit(end.Token)) : null;
            WriteLast(output, form, reader.AsOf, count ?? (lines.Entries, 0), next, search, clock.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (!response.HasStarted && time.IsCancellationRequested)
        {
            response.Clear();
            return QueryProblems.ExportTimeout(options.ExportTimeout);
        }
        catch (OperationCanceledException) when (!response.HasStarted && Caller.Of(context).Ended.IsCancellationRequested)
        {
            response.Clear();
            return AccessProblems.Ended;
        }
        catch (Exception exception) when (response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            Problem problem = time.IsCancellationRequested ? QueryProblems.ExportTimeout(options.ExportTimeout)
                : Caller.Of(context).Ended.IsCancellationRequested ? AccessProblems.Ended
                : exception is OperationCanceledException ? ProblemCatalogue.Stopping
                : QueryFailures.ToProblem(exception, queries, options.QueryTimeout) ?? Unexpected(exception);
            output.Clear();
            WriteError(output, problem.For(Caller.Of(context)), context.Request.PathBase.Value);
        }

        queries.Note(search, clock.GetElapsedTime(started));
        await SendAsync(context, output);
        return null;
    }

    /// <summary>Sends what has been written; a client that takes nothing for too long is cut off.</summary>
    private async ValueTask SendAsync(HttpContext context, AnswerBuffer output)
    {
        using var timer = new CancellationTokenSource(options.ExportIdle, clock);
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, timer.Token);
        try
        {
            foreach (ReadOnlyMemory<byte> piece in output.Pieces)
            {
                await context.Response.BodyWriter.WriteAsync(piece, idle.Token);
            }
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            context.Abort(); // it does not read: nothing could be told to it
            throw;
        }

        output.Clear();
    }

    private static void WriteLast(AnswerBuffer output, QueryForm form, long asOf, (long Matched, long Examined) count, string? next, DocumentSearch search, TimeSpan elapsed)
    {
        using var writer = new Utf8JsonWriter(output, EntryWriter.Options);
        writer.WriteStartObject();
        writer.WriteNumber("asOf", asOf);
        writer.WriteNumber("count", count.Matched);
        if (next is not null)
        {
            writer.WriteString("next", next);
        }

        if (form.IsExplained)
        {
            PlanReport.Write(writer, form, search, elapsed, count.Examined);
        }

        writer.WriteEndObject();
        writer.Flush();
        output.Write("\n"u8);
    }

    private static void WriteError(AnswerBuffer output, Problem problem, string? pathBase)
    {
        output.Write("{\"error\":"u8);
        output.Write(ProblemWriter.Encode(problem, pathBase));
        output.Write("}\n"u8);
    }

    private Problem Unexpected(Exception exception)
    {
        logger.LogError(exception, "An export ended early");
        return ProblemCatalogue.Internal;
    }
}
