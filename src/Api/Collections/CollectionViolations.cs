using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using DocService.Api.Answers;
using DocService.Api.Configuration;
using DocService.Api.Problems;
using DocService.Collections;
using DocService.Collections.Definitions;
using DocService.Index;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Queries;
using DocService.Schemas;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Collections;

/// <summary>GET of the documents that are there and would not pass their collection's schema: it concerns later writes alone.</summary>
internal sealed class CollectionViolations(CollectionService collections, ServedIndex index, SchemaJudge schemas, ByteBudget budget, DocServiceOptions options, TimeProvider clock)
{
    private const string Limit = "limit";
    private const string After = "after";
    private const int LimitDefault = 100;
    private const int LimitMax = 1000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.Never,
    };

    public static string[] Parameters { get; } = [Limit, After];

    public async Task<Problem?> ListAsync(HttpContext context)
    {
        int limit = 0;
        string after = "";
        if ((CollectionRequest.TryGetName(context, out string name) ?? TryGetLimit(context, out limit) ?? TryGetAfter(context, out after)) is { } invalid)
        {
            return invalid;
        }

        CollectionSet inForce = collections.Collections; // once: what is judged is what is told
        if (CollectionAccess.JudgeViolations(context, inForce, name) is { } forbidden)
        {
            return forbidden;
        }

        if (inForce.Get(name) is not { } collection)
        {
            return CollectionRequest.Missing(name);
        }

        if (collection.IsUnreadable)
        {
            return new Problem(ProblemCatalogue.IndexFailed, $"The definition of collection '{name}' cannot be read, so its schema is not known.");
        }

        if (index.Queries is not { } queries)
        {
            return QueryProblems.NoIndex;
        }

        try
        {
            return await AnswerAsync(context, queries, collection, limit, after);
        }
        catch (Exception exception) when (!context.Response.HasStarted && QueryFailures.ToProblem(exception, queries, options.QueryTimeout) is { } problem)
        {
            return problem;
        }
    }

    private async Task<Problem?> AnswerAsync(HttpContext context, IndexQueries queries, Collection collection, int limit, string after)
    {
        CancellationToken gone = context.RequestAborted;
        using IndexReader reader = await queries.OpenAsync(isEventual: false, gone);
        if (collection.Schema is not { } schema)
        {
            return await WriteAsync(context, reader.AsOf, [], next: null);
        }

        var page = new ViolationPage(schema, schemas, budget, limit, clock);
        string? next = await page.FillAsync(queries, reader, new DocumentQuery { Prefix = collection.Prefix, After = after }, gone);
        return await WriteAsync(context, reader.AsOf, page.Found.Select(one => new { id = one.Id, version = one.Version, type = RuleProblem.TypeOf(one.Verdict.Outcome).Slug, faults = RuleProblem.FaultsOf(one.Verdict) }), next);
    }

    private static async Task<Problem?> WriteAsync(HttpContext context, long asOf, IEnumerable<object> violations, string? next)
    {
        context.Response.Headers.CacheControl = "no-store";
        await Results.Json(new { asOf, violations, next }, Json).ExecuteAsync(context);
        return null;
    }

    private static Problem? TryGetLimit(HttpContext context, out int limit)
    {
        limit = LimitDefault;
        if (!context.Request.Query.TryGetValue(Limit, out StringValues texts))
        {
            return null;
        }

        bool isRight = texts.Count == 1 && int.TryParse(texts[0], NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= LimitMax;
        return isRight ? null : QueryProblems.Value(new QueryPlace(Limit, IsInBody: false), $"'{Limit}' is a number from 1 to {LimitMax}.");
    }

    private static Problem? TryGetAfter(HttpContext context, out string after)
    {
        after = "";
        if (!context.Request.Query.TryGetValue(After, out StringValues texts))
        {
            return null;
        }

        var place = new QueryPlace(After, IsInBody: false);
        if (texts is not [{ } text])
        {
            return QueryProblems.Value(place, $"'{After}' is given once.");
        }

        after = text;
        return DocumentKey.TryCreate(text, out _, out InvalidId? error) ? null : QueryProblems.Id(place, error);
    }
}
