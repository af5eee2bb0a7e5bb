using DocService.Api.Access;
using DocService.Api.Bodies;
using DocService.Api.Configuration;
using DocService.Api.Fields;
using DocService.Api.Idempotency;
using DocService.Api.Ids;
using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Documents;

/// <summary>PUT and DELETE of a document, and POST of a new one.</summary>
internal sealed class DocumentWrites(
    IDocumentStore store, ByteBudget budget, DocServiceOptions options, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    public Task<Problem?> PutAsync(HttpContext context)
    {
        // Everything that the fields alone refuse is refused before the body is asked for (Expect: 100-continue).
        Problem? refused = PutRequest.TryParse(context, options, out PutRequest request) ?? Judge(context, request);
        return refused is null ? WriteAsync(context, request) : Task.FromResult<Problem?>(refused);
    }

    /// <summary>A new document under an id that is made here: the prefix that the client names, and a UUID in the order of time (RFC 9562, version 7).</summary>
    public async Task<Problem?> PostAsync(HttpContext context)
    {
        if (NewDocumentId.TryMake(context, clock.GetUtcNow(), out DocumentKey key) is { } invalid)
        {
            return invalid;
        }

        if (PutRequest.TryParse(context, key, options, out PutRequest request) is { } refused)
        {
            return refused;
        }

        return Judge(context, request) ?? await WriteAsync(context, request with { Conditions = request.Conditions with { IfNoneMatch = VersionMatch.Any }, IsNew = true });
    }

    private static Problem? Judge(HttpContext context, PutRequest request) =>
        DocumentAccess.JudgeWrite(context, request.Key, request.Conditions, alsoReads: request.Preference == PreferField.Representation);

    private async Task<Problem?> WriteAsync(HttpContext context, PutRequest request)
    {
        if (request.IdempotencyKey is null)
        {
            store.ThrowIfRefusing(context.Request.ContentLength ?? 1); // what was done before is told even by a store that takes no writes
        }

        (RequestBody? body, Problem? problem) = await RequestBody.ReadAsync(context.Request, options.MaxDocumentBytes, budget, lifetime);
        if (body is null)
        {
            return problem;
        }

        using (body)
        {
            if (body.TryGetContent(context.Request, request.Digest, options.MaxDepth, out DocumentContent content) is { } wrong)
            {
                return wrong;
            }

            DocumentOperation[] operations = [new PutOperation(request.Key, content, request.Conditions)];
            CommitResult commit = request.IdempotencyKey is { } key
                ? await store.CommitAsync(operations, request.Level, IdempotencyKey.Identify(context, key, content.Sha256), context.RequestAborted)
                : await store.CommitAsync(operations, request.Level, context.RequestAborted);
            return await PutAnswer.OfAsync(context, request, commit, body.Bytes, body, clock.GetUtcNow());
        }
    }

    public async Task<Problem?> DeleteAsync(HttpContext context)
    {
        if (ConditionalRequest.TryParse(context, out ConditionalRequest request) is { } refused)
        {
            return refused;
        }

        if (Digest.CheckUnread(context.Request) is { } digest)
        {
            return digest;
        }

        if (DurabilityField.TryParse(context.Request.Headers, options.Level, out DurabilityLevel level) is { } unknown)
        {
            return unknown;
        }

        if (IdempotencyKey.TryParse(context.Request.Headers, out string? key) is { } badKey)
        {
            return badKey;
        }

        if (DocumentAccess.JudgeWrite(context, request.Key, request.Conditions.Write) is { } forbidden)
        {
            return forbidden;
        }

        if (!budget.TryTake(WriteCost.OperationBytes))
        {
            return ProblemCatalogue.OverBudget;
        }

        try
        {
            WriteResult result = key is null
                ? await store.DeleteAsync(request.Key, request.Conditions.Write, level, context.RequestAborted)
                : await DeleteOnceAsync(context, request, level, key);
            return result.Status == WriteStatus.NotFound ? ProblemCatalogue.NoDocument(request.Key) : DeleteAnswer.Of(context, request.Conditions.Write, level, result, DocumentAccess.MayTell(context, request.Key));
        }
        finally
        {
            budget.Return(WriteCost.OperationBytes);
        }
    }

    /// <summary>That there was nothing to delete is remembered too: a document made since then is not what the request meant.</summary>
    private async Task<WriteResult> DeleteOnceAsync(HttpContext context, ConditionalRequest request, DurabilityLevel level, string key)
    {
        var operation = new DeleteOperation(request.Key, request.Conditions.Write) { IgnoresConditionsWhenAbsent = true };
        CommitResult commit = await store.CommitAsync([operation], level, IdempotencyKey.Identify(context, key, Sha256Digest.Of([])), context.RequestAborted);
        if (commit.Replayed is not null)
        {
            context.Response.Headers[IdempotencyKey.Replayed] = "true";
        }

        return commit.Results[0];
    }
}
