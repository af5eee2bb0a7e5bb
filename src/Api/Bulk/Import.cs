using DocService.Api.Configuration;
using DocService.Api.Documents;
using DocService.Api.Fields;
using DocService.Api.Idempotency;
using DocService.Api.Ids;
using DocService.Api.Problems;
using DocService.Api.Routing;
using DocService.Storage;

namespace DocService.Api.Bulk;

/// <summary>
/// POST /import: documents as lines of JSON, as many as there are, in commits of its own. A line that is refused loses no
/// other. The answer comes once, at the end, and names every refused line.
/// </summary>
/// <remarks>Memory: the lines of one commit, and the list of refused ones, both charged to the budget.</remarks>
internal sealed class Import(IDocumentStore store, ByteBudget budget, DocServiceOptions options, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    /// <summary>A commit locks each of its documents, so writers of them wait for it.</summary>
    private const int CommitMax = 500;

    /// <summary>Of lines that are committed together; a longer line is committed alone.</summary>
    private const long CommitBytesMax = 1 << 20;

    /// <summary>Between two looks whether the budget has room again.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    private const string OnConflict = "onConflict";

    private static readonly string[] Types = ["application/x-ndjson", "application/ndjson", "application/jsonl"];

    /// <summary>Fields that would have no effect; a digest comes behind the first commit.</summary>
    private static readonly string[] NotTaken = ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "Prefer", "Content-Digest", "Repr-Digest"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        routes.MapMethods("/import", ["POST"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<Import>().PostAsync)).WithMetadata(new KnownParameters(OnConflict));
    }

    private async Task<Problem?> PostAsync(HttpContext context)
    {
        if (Array.Find(NotTaken, context.Request.Headers.ContainsKey) is { } field)
        {
            return ProblemCatalogue.Invalid($"{field} is not taken by an import, which writes in commits of its own while the lines arrive.");
        }

        if (BodyFields.CheckLines(context.Request, Types) is { } badBody)
        {
            return badBody;
        }

        if (IdempotencyKey.Refuse(context.Request.Headers, "has no effect here: this is more than one commit, and may be sent again as it is.") is { } noKey)
        {
            return noKey;
        }

        if (DurabilityField.TryParse(context.Request.Headers, options.Level, out DurabilityLevel level) is { } badLevel)
        {
            return badLevel;
        }

        if (TryParseRule(context, out ConflictRule rule) is { } badRule)
        {
            return badRule;
        }

        store.ThrowIfRefusing(bodyBytes: 1);
        using var report = new ImportReport(budget, level);
        Problem? problem = await RunAsync(context, rule, report);
        if (problem is not null)
        {
            return report.AddTo(problem) with { EndsConnection = true };
        }

        await report.AnswerAsync(context.Response);
        return null;
    }

    private static Problem? TryParseRule(HttpContext context, out ConflictRule rule)
    {
        rule = ConflictRule.Fail;
        if (QueryParameters.TryParse(RawTarget.QueryOf(RawTarget.Of(context)), out List<KeyValuePair<string, string>> parameters) is { } malformed)
        {
            return malformed;
        }

        foreach ((string name, string value) in parameters)
        {
            ConflictRule? named = value switch
            {
                "fail" => ConflictRule.Fail,
                "skip" => ConflictRule.Skip,
                "replace" => ConflictRule.Replace,
                _ => null,
            };
            if (named is null)
            {
                return QueryProblems.Value(new QueryPlace(name, IsInBody: false), $"'{name}' is 'fail', 'skip' or 'replace'.");
            }

            rule = named.Value;
        }

        return null;
    }

    private async Task<Problem?> RunAsync(HttpContext context, ConflictRule rule, ImportReport report)
    {
        UnreadBody.Begun(context.Request);
        int operationsMax = Math.Min(CommitMax, options.BatchOperationsMax);
        using var lines = new ImportLines(context.Request.BodyReader, budget, LineBytesMax());
        using var batch = new ImportBatch(store, rule, report, operationsMax, CommitBytesMax);
        using CancellationTokenRegistration stop = lifetime.ApplicationStopping.UnsafeRegister(
            static state => ((System.IO.Pipelines.PipeReader)state!).CancelPendingRead(), context.Request.BodyReader);
        try
        {
            return await TakeAllAsync(lines, batch, rule, report, context.RequestAborted);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            return BulkProblems.Stopping;
        }
        catch (StoreException exception)
        {
            return ProblemCatalogue.Of(exception);
        }
        catch (Exception exception) when (RequestBody.ProblemOf(context.Request, exception) is { } clients)
        {
            return clients;
        }
    }

    private async Task<Problem?> TakeAllAsync(ImportLines lines, ImportBatch batch, ConflictRule rule, ImportReport report, CancellationToken cancellation)
    {
        Conditions conditions = rule == ConflictRule.Replace ? Conditions.None : new Conditions { IfNoneMatch = VersionMatch.Any };
        while (true)
        {
            (ImportLineState state, ImportText? text, Problem? ended) = await ReadAsync(lines, batch, report, cancellation);
            if (state == ImportLineState.End)
            {
                return ended ?? await CommitAsync(batch, report, lines.Number, cancellation);
            }

            if (text is null)
            {
                report.Refuse(lines.Number, id: null, ProblemCatalogue.TooLarge(options.MaxDocumentBytes));
                continue;
            }

            bool isHeld = false;
            try
            {
                ImportLine line = ImportLine.Parse(text.Bytes, batch.Scratch, conditions, options, budget);
                if (line.Refusal is { } refusal)
                {
                    report.Refuse(lines.Number, line.Id, refusal);
                }

                if (line.Document is not { } document)
                {
                    continue;
                }

                if (batch.Has(document.Key) && await CommitAsync(batch, report, lines.Number - 1, cancellation) is { } problem)
                {
                    return problem;
                }

                batch.Add(lines.Number, document, text);
                isHeld = true;
            }
            finally
            {
                if (!isHeld)
                {
                    text.Dispose();
                }
            }

            if (batch.IsFull && await CommitAsync(batch, report, lines.Number, cancellation) is { } failed)
            {
                return failed;
            }
        }
    }

    /// <summary>The next line. While there is no memory for it, what is held is committed, and then it waits. Or the problem that ends the import.</summary>
    private async Task<(ImportLineState State, ImportText? Text, Problem? Problem)> ReadAsync(ImportLines lines, ImportBatch batch, ImportReport report, CancellationToken cancellation)
    {
        long started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                (ImportLineState state, ImportText? text) = await lines.ReadAsync();
                return (state, text, null);
            }
            catch (StoreBusyException) when (clock.GetElapsedTime(started) < options.BusyTimeout)
            {
                if (await CommitAsync(batch, report, lines.Number, cancellation) is { } problem)
                {
                    return (ImportLineState.End, null, problem);
                }
            }

            await Task.Delay(Moment, clock, cancellation);
        }
    }

    private static async Task<Problem?> CommitAsync(ImportBatch batch, ImportReport report, long linesDone, CancellationToken cancellation)
    {
        Problem? problem = await batch.CommitAsync(cancellation);
        if (problem is null)
        {
            report.LinesDone = linesDone;
        }

        return problem;
    }

    /// <summary>A document as a string with escapes, and what an export says of it.</summary>
    private int LineBytesMax() => (int)Math.Min(int.MaxValue / 2, (2L * options.MaxDocumentBytes) + (64 << 10));
}
