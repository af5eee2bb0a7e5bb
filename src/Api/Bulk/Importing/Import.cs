using System.Text.Json;
using DocService.Api.Access;
using DocService.Api.Answers;
using DocService.Api.Auditing;
using DocService.Api.Configuration;
using DocService.Api.Fields;
using DocService.Api.Idempotency;
using DocService.Api.Ids;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Api.Routing;
using DocService.Storage;

namespace DocService.Api.Bulk.Importing;

/// <summary>POST /import, which is answered once, at the end, with every refused line; and GET /imports/{key}, which tells how far it is.</summary>
internal sealed class Import(IDocumentStore store, Imports imports, ByteBudget budget, DocServiceOptions options, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    private const string Progress = "/imports/";

    private const string OnConflict = "onConflict";

    private static readonly string[] Types = ["application/x-ndjson", "application/ndjson", "application/jsonl"];

    /// <summary>A digest would be judged behind the first commit.</summary>
    private static readonly string[] Digests = ["Content-Digest", "Repr-Digest"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        routes.MapMethods(Progress + "{key}", ["GET", "HEAD"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<Import>().GetAsync)).WithMetadata(RouteAccess.Judged);
        routes.MapMethods("/import", ["POST"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<Import>().PostAsync)).WithMetadata(RouteAccess.Judged, new KnownParameters(OnConflict));
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

        Caller caller = Caller.Of(context);
        if (!caller.Rights.Have(Right.Write))
        {
            return AccessProblems.Missing(caller, Right.Write, "the documents of an import") with { EndsConnection = true };
        }

        store.ThrowIfRefusing(bodyBytes: 1);
        using var report = new ImportReport(budget, level);
        ImportName? name = key is null ? null : new ImportName(caller.Owner, key);
        if (name is not null && !imports.TryBegin(name, report))
        {
            return BulkProblems.UnderWay(key!) with { EndsConnection = true };
        }

        try
        {
            ImportKey? import = key is null ? null : new ImportKey(caller.Owner, key, RawTarget.Of(context));
            using var end = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping, caller.Ended);
            Problem? problem = await new ImportRun(store, budget, options, clock, context, rule, import, report).TakeAllAsync(end.Token);
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
            AuditNote.Add(context, report.Created + report.Replaced);
            report.State = report.State == ImportState.Done ? ImportState.Done : ImportState.Ended;
            if (name is not null)
            {
                imports.End(name, report);
            }
        }
    }

    private async Task<Problem?> GetAsync(HttpContext context)
    {
        if (IdempotencyKey.FromPath(RawTarget.Of(context), Progress) is not { } key)
        {
            return IdempotencyKey.NotInPath;
        }

        if (!imports.TryGet(new ImportName(Caller.Of(context).Owner, key), out ImportReport? report))
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
}
