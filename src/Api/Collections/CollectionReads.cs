using System.Text.Encodings.Web;
using System.Text.Json;
using DocService.Api.Bodies;
using DocService.Api.Fields;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Collections;
using DocService.Collections.Definitions;
using DocService.Storage;

namespace DocService.Api.Collections;

/// <summary>GET and HEAD of definitions, of their list, and of the state of their indexes.</summary>
internal sealed class CollectionReads(CollectionService collections, ByteBudget budget, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The exact bytes, as any document.</summary>
    public async Task<Problem?> GetAsync(HttpContext context)
    {
        if (CollectionRequest.TryGetName(context, out string name) is { } invalid)
        {
            return invalid;
        }

        if (ConditionFields.TryParse(context.Request.Headers, out ConditionFields conditions) is { } malformed)
        {
            return malformed;
        }

        if (CollectionAccess.JudgeDefinition(context, collections.Collections, name) is { } forbidden)
        {
            return forbidden;
        }

        using StoredDocument? definition = await collections.ReadAsync(name, budget, context.RequestAborted);
        if (definition is null)
        {
            return CollectionRequest.Missing(name);
        }

        if (!conditions.Write.MatchHolds(exists: true, definition.Info))
        {
            return FailedCondition.Of(conditions.Write, context.Request.Headers, definition.Info);
        }

        if (conditions.IsNotModified(definition.Info))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            DocumentFields.WriteValidators(context.Response, definition.Info, clock.GetUtcNow());
            return null;
        }

        DocumentFields.WriteAll(context.Response, definition.Info, clock.GetUtcNow());
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await ResponseBody.WriteAsync(context.Response, definition.Body, context.RequestAborted);
        }

        return null;
    }

    public Task<Problem?> ListAsync(HttpContext context) => AnswerAsync(context, new
    {
        collections = collections.Collections.All.Select(collection => new
        {
            name = collection.Name,
            prefix = collection.Prefix,
            indexes = collection.Indexes.Select(index => index.Name),
        }),
    });

    public Task<Problem?> GetStatusAsync(HttpContext context)
    {
        if (CollectionRequest.TryGetName(context, out string name) is { } invalid)
        {
            return Task.FromResult<Problem?>(invalid);
        }

        if (CollectionAccess.JudgeOperate(context, collections.Collections, name) is { } forbidden)
        {
            return Task.FromResult<Problem?>(forbidden);
        }

        return collections.GetStatus(name) is { } status && collections.Collections.Get(name) is { } collection
            ? AnswerAsync(context, new
            {
                name,
                prefix = collection.Prefix,
                indexes = status.Select(index => (Index: index, Progress: ProgressFor(Caller.Of(context), index))).Select(one => new
                {
                    name = one.Index.Name,
                    state = NameOf(one.Index.State),
                    done = one.Progress.Done,
                    total = one.Progress.Total,
                    sizeBytes = one.Index.SizeBytes,
                    duplicates = one.Index.Duplicates.Count == 0 || !CollectionAccess.MayTellIds(context, collection) ? null : one.Index.Duplicates.Select(pair => new[] { pair.Id, pair.OtherId }),
                }),
            })
            : Task.FromResult<Problem?>(CollectionRequest.Missing(name));
    }

    /// <summary>While the whole index is made these count all documents of the store, which is for its operators alone.</summary>
    internal static (long Done, long Total) ProgressFor(Caller caller, CollectionIndexStatus index) =>
        index.CountsStore && !caller.May(Right.Operate, string.Empty) ? (0, 0) : (index.Done, index.Total);

    private static async Task<Problem?> AnswerAsync(HttpContext context, object answer)
    {
        context.Response.Headers.CacheControl = "no-store";
        await Results.Json(answer, Json).ExecuteAsync(context);
        return null;
    }

    private static string NameOf(IndexState state) => state switch
    {
        IndexState.Building => "building",
        IndexState.Ready => "ready",
        IndexState.Violated => "violated",
        _ => "failed",
    };
}
