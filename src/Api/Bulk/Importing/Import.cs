using System.IO.Pipelines;
using System.Text.Json;
using DocService.Api.Answers;
using DocService.Api.Configuration;
using DocService.Api.Documents;
using DocService.Api.Fields;
using DocService.Api.Idempotency;
using DocService.Api.Ids;
using DocService.Api.Problems;
using DocService.Api.Routing;
using DocService.Storage;

namespace DocService.Api.Bulk.Importing;

/// <summary>
/// POST /import: documents as lines of JSON, as many as there are, in commits of its own. A line that is refused loses no
/// other. The answer comes once, at the end, and names every refused line.
/// </summary>
/// <remarks>Memory: the lines of one commit, and the list of refused ones, both charged to the budget.</remarks>
internal sealed class Import(IDocumentStore store, Imports imports, ByteBudget budget, DocServiceOptions options, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    /// <summary>Between two looks whether the budget has room again.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    private const string Progress = "/imports/";

    private const string OnConflict = "onConflict";

    private static readonly string[] Types = ["application/x-ndjson", "application/ndjson", "application/jsonl"];

    /// <summary>A digest would be judged behind the first commit.</summary>
    private static readonly string[] Digests = ["Content-Digest", "Repr-Digest"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        routes.MapMethods(Progress + "{key}", ["GET", "HEAD"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<Import>().GetAsync));
        routes.MapMethods("/import", ["POST"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<Import>().PostAsync)).WithMetadata(new KnownParameters(OnConflict));
    }

    private async Task<Problem?> PostAsync(HttpContext context)
    {
        if ((DocumentOnlyFields.FindIn(context.Request.Headers) ?? Array.Find(Digests, context.Request.Headers.ContainsKey)) is { } field)
        {
            return ProblemCatalogue.Invalid($"{field} is not taken by an import, which writes in commits of its own while the lines arrive.");
        }

        if (BodyFields.CheckLines(context.Request, Types) is { } badBody)
        {
            return badBody;
        }

        if (DurabilityField.TryParse(context.Request.Headers, options.Level, out DurabilityLevel level) is { } badLevel)
        {
            return badLevel;
        }

        if (TryParseRule(context, out ConflictRule rule) is { } badRule)
        {
            return badRule;
        }

        if (IdempotencyKey.TryParse(context.Request.Headers, out string? key) is { } badKey)
        {
            return badKey;
        }

        store.ThrowIfRefusing(bodyBytes: 1);
        using var report = new ImportReport(budget, level);
        if (key is not null && !imports.TryBegin(key, report))
        {
            return BulkProblems.UnderWay(key) with { EndsConnection = true };
        }

        try
        {
            Problem? problem = await RunAsync(context, rule, key is null ? null : new ImportKey(IdempotencyKey.Anonymous, key, RawTarget.Of(context)), report);
            if (problem is not null)
            {
                return report.AddTo(problem) with { EndsConnection = true };
            }

            report.State = ImportState.Done;
            await report.AnswerAsync(context.Response);
            return null;
        }
        finally
        {
            report.State = report.State == ImportState.Done ? ImportState.Done : ImportState.Ended;
            if (key is not null)
            {
                imports.End(key, report);
            }
        }
    }

    private async Task<Problem?> GetAsync(HttpContext context)
    {
        if (IdempotencyKey.FromPath(RawTarget.Of(context), Progress) is not { } key)
        {
            return IdempotencyKey.NotInPath;
        }

        if (!imports.TryGet(key, out ImportReport? report))
        {
            return new Problem(ProblemCatalogue.NotFound, "No import with this key has come since the server was started. Sent again with its key, an import goes on where it was.");
        }

        HttpResponse response = context.Response;
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-store";
        await using var writer = new Utf8JsonWriter(response.BodyWriter, EntryWriter.Options);
        writer.WriteStartObject();
        writer.WriteString("state", report.State switch { ImportState.Running => "running", ImportState.Done => "done", _ => "ended" });
        report.WriteCounts(writer);
        writer.WriteEndObject();
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

    private async Task<Problem?> RunAsync(HttpContext context, ConflictRule rule, ImportKey? key, ImportReport report)
    {
        ImportLimits limits = ImportLimits.Of(options);
        using var account = new ImportAccount(budget);
        if (!account.TryTake(limits.Charge))
        {
            return ProblemCatalogue.OverBudget;
        }

        UnreadBody.Begun(context.Request);
        using var lines = new ImportLines(context.Request.BodyReader, account, limits);
        using var batch = new ImportBatch(store, rule, key, report, limits);
        using CancellationTokenRegistration stop = lifetime.ApplicationStopping.UnsafeRegister(
            static state => ((PipeReader)state!).CancelPendingRead(), context.Request.BodyReader);
        try
        {
            return await TakeAllAsync(context, lines, batch, rule, report);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            return BulkProblems.Stopping;
        }
        catch (StoreException exception)
        {
            return ProblemCatalogue.Of(exception);
        }
    }

    private async Task<Problem?> TakeAllAsync(HttpContext context, ImportLines lines, ImportBatch batch, ConflictRule rule, ImportReport report)
    {
        Conditions conditions = rule == ConflictRule.Replace ? Conditions.None : new Conditions { IfNoneMatch = VersionMatch.Any };
        CancellationToken cancellation = context.RequestAborted;
        while (true)
        {
            (ImportLineState state, ImportText? text, Problem? problem) = await ReadAsync(context.Request, lines);
            switch (state)
            {
                case ImportLineState.Line:
                    problem = await TakeAsync(lines.Number, text!, batch, conditions, report, cancellation);
                    break;
                case ImportLineState.TooLong:
                    report.Refuse(lines.Number, id: null, ProblemCatalogue.TooLarge(options.MaxDocumentBytes));
                    break;
                case ImportLineState.Large:
                    problem = await CommitAsync(batch, report, lines.Number, cancellation);
                    break;
                case ImportLineState.End:
                    return problem ?? await CommitAsync(batch, report, lines.Number, cancellation);
            }

            if (problem is not null)
            {
                return problem;
            }
        }
    }

    /// <summary>One line, which is committed with others; and, when there are enough, those. Its text is given back by the batch, or here.</summary>
    private async Task<Problem?> TakeAsync(long number, ImportText text, ImportBatch batch, Conditions conditions, ImportReport report, CancellationToken cancellation)
    {
        bool isHeld = false;
        try
        {
            ImportLine line = await ParseAsync(text, conditions, cancellation);
            if (line.Refusal is { } refusal)
            {
                report.Refuse(number, line.Id, refusal);
            }

            if (line.Document is not { } document)
            {
                return null;
            }

            if (!batch.Takes(document.Key, text) && await CommitAsync(batch, report, number - 1, cancellation) is { } problem)
            {
                return problem;
            }

            batch.Add(number, document, text);
            isHeld = true;
            return batch.IsFull ? await CommitAsync(batch, report, number, cancellation) : null;
        }
        finally
        {
            if (!isHeld)
            {
                text.Dispose();
            }
        }
    }

    /// <summary>What arrives next; the problem is the client's, or there is no memory for too long.</summary>
    private async Task<(ImportLineState State, ImportText? Text, Problem? Problem)> ReadAsync(HttpRequest request, ImportLines lines)
    {
        long started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                (ImportLineState state, ImportText? text) = await lines.ReadAsync();
                if (state != ImportLineState.NoRoom)
                {
                    return (state, text, null);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException && RequestBody.ProblemOf(request, exception) is { } clients)
            {
                return (ImportLineState.End, null, clients);
            }

            if (clock.GetElapsedTime(started) >= options.BusyTimeout)
            {
                return (ImportLineState.End, null, ProblemCatalogue.OverBudget);
            }

            await Task.Delay(Moment, clock, request.HttpContext.RequestAborted);
        }
    }

    /// <summary>Checking much JSON takes memory too.</summary>
    private async Task<ImportLine> ParseAsync(ImportText text, Conditions conditions, CancellationToken cancellation)
    {
        long started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return ImportLine.Parse(text, conditions, options, budget);
            }
            catch (StoreBusyException) when (clock.GetElapsedTime(started) < options.BusyTimeout)
            {
                // Tried again below.
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
}
