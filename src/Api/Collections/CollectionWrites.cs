using System.Diagnostics;
using DocService.Api.Bodies;
using DocService.Api.Configuration;
using DocService.Api.Documents;
using DocService.Api.Fields;
using DocService.Api.Idempotency;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Collections;
using DocService.Storage;

namespace DocService.Api.Collections;

/// <summary>PUT and DELETE of a definition.</summary>
internal sealed class CollectionWrites(
    CollectionService collections, IDocumentStore store, ByteBudget budget, DocServiceOptions options, IHostApplicationLifetime lifetime)
{
    /// <summary>A definition is no document: larger ones are refused before their body is asked for.</summary>
    private const long BytesMax = 64 * 1024;

    private const string NoKey = "has no effect on definitions of collections: repeating one changes nothing. Use If-Match or If-None-Match.";

    public async Task<Problem?> PutAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Request.Headers;
        DurabilityLevel level = default;
        Digest? digest = null;
        ConditionFields conditions = default;
        TimeSpan wait = default;
        Problem? refused = CollectionRequest.TryGetName(context, out string name)
            ?? CollectionRequest.TryGetWait(context, out wait)
            ?? BodyFields.Check(context.Request, BytesMax, "a definition")
            ?? ConditionFields.TryParse(headers, out conditions)
            ?? IdempotencyKey.Refuse(headers, NoKey)
            ?? Digest.TryParse(headers, out digest)
            ?? DurabilityField.TryParse(headers, options.Level, out level);
        if (refused is not null)
        {
            return refused;
        }

        if (!collections.HasIndex)
        {
            return new Problem(ProblemCatalogue.NoIndex, "Collections need the index, and the setting Index is off.");
        }

        store.ThrowIfRefusing(context.Request.ContentLength ?? 1);
        (RequestBody? body, Problem? problem) = await RequestBody.ReadAsync(context.Request, BytesMax, budget, lifetime);
        if (body is null)
        {
            return problem;
        }

        using (body)
        {
            if (body.TryGetContent(context.Request, digest!, options.MaxDepth, out DocumentContent content) is { } wrong)
            {
                return wrong;
            }

            if (CollectionAccess.JudgePut(context, collections.Collections, name, content.Body) is { } forbidden)
            {
                return forbidden;
            }

            WriteResult result = await collections.PutAsync(name, content, conditions.Write, level, context.RequestAborted);
            if (result.Status is WriteStatus.Created or WriteStatus.Replaced && wait > TimeSpan.Zero)
            {
                await WaitAsync(context, name, wait);
            }

            return AnswerPut(context, name, conditions.Write, level, result);
        }
    }

    public async Task<Problem?> DeleteAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Request.Headers;
        DurabilityLevel level = default;
        ConditionFields conditions = default;
        Problem? refused = CollectionRequest.TryGetName(context, out string name)
            ?? ConditionFields.TryParse(headers, out conditions)
            ?? IdempotencyKey.Refuse(headers, NoKey)
            ?? Digest.CheckUnread(context.Request)
            ?? DurabilityField.TryParse(headers, options.Level, out level);
        if (refused is not null)
        {
            return refused;
        }

        if (CollectionAccess.JudgeOperate(context, collections.Collections, name) is { } forbidden)
        {
            return forbidden;
        }

        if (!budget.TryTake(WriteCost.OperationBytes))
        {
            return ProblemCatalogue.OverBudget;
        }

        try
        {
            WriteResult result = await collections.DeleteAsync(name, conditions.Write, level, context.RequestAborted);
            return result.Status == WriteStatus.NotFound ? CollectionRequest.Missing(name) : DeleteAnswer.Of(context, conditions.Write, level, result);
        }
        finally
        {
            budget.Return(WriteCost.OperationBytes);
        }
    }

    /// <summary>At most as long as the key is in force. The definition stays as it was acknowledged, however long its indexes take.</summary>
    private async Task WaitAsync(HttpContext context, string name, TimeSpan wait)
    {
        CancellationToken ended = Caller.Of(context).Ended;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ended);
        try
        {
            await collections.WaitUntilBuiltAsync(name, wait, end.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            // It is answered as after the whole wait.
        }
    }

    private static Problem? AnswerPut(HttpContext context, string name, Conditions conditions, DurabilityLevel level, WriteResult result)
    {
        HttpResponse response = context.Response;
        switch (result.Status)
        {
            case WriteStatus.ConditionFailed:
                return FailedCondition.Of(conditions, context.Request.Headers, result.Document);
            case WriteStatus.Refused:
                return RuleProblem.Of(result.Violation!);
            case WriteStatus.Created:
                response.Headers.Location = CollectionRequest.PathOf(context, name);
                response.StatusCode = StatusCodes.Status201Created;
                break;
            case WriteStatus.Replaced:
                response.StatusCode = StatusCodes.Status204NoContent;
                break;
            default:
                throw new UnreachableException($"A put ended as {result.Status}.");
        }

        response.Headers[DurabilityField.Name] = DurabilityField.Format(result.Level, result.Sequence);
        if (DurabilityField.IsBuffered(level, result.Level))
        {
            response.StatusCode = StatusCodes.Status202Accepted;
            return null;
        }

        response.Headers.ETag = EntityTag.Of(result.Document!);
        return null;
    }
}
