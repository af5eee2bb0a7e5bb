using DocService.Api.Access;
using DocService.Api.Bodies;
using DocService.Api.Configuration;
using DocService.Api.Fields;
using DocService.Api.Idempotency;
using DocService.Api.Ids;
using DocService.Api.Json;
using DocService.Api.Problems;
using DocService.Patches;
using DocService.Patches.Operations;
using DocService.Storage;
using DocService.Storage.Rules;

namespace DocService.Api.Documents;

/// <summary>PATCH of a document.</summary>
internal sealed class DocumentPatches(IDocumentStore store, ByteBudget budget, DocServiceOptions options, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    /// <summary>What is taken; the first is what a client is shown.</summary>
    public static readonly IReadOnlyList<string> Types = [MergePatch.MediaType, JsonPatch.MediaType];

    /// <summary>Levels around a value in a JSON Patch: the operations, the operation.</summary>
    private const int DepthAround = 2;

    private readonly PatchLimits _limits = Limits(options, budget);

    public static PatchLimits Limits(DocServiceOptions options, ByteBudget budget) =>
        new(options.MaxDocumentBytes, options.MaxDepth, options.BatchOperationsMax, budget);

    public async Task<Problem?> PatchAsync(HttpContext context)
    {
        HttpRequest http = context.Request;
        if (DocumentTarget.TryGetKey(context, out DocumentKey key) is { } invalidId)
        {
            return invalidId;
        }

        if (BodyFields.CheckPatch(http, Types, options.MaxDocumentBytes, "MaxDocumentBytes", out string type) is { } badBody)
        {
            return badBody;
        }

        if (PutRequest.TryParseFields(http.Headers, key, options, out PutRequest request) is { } refused)
        {
            return refused;
        }

        if (DocumentAccess.JudgeWrite(context, key, request.Conditions, alsoReads: true) is { } forbidden)
        {
            return forbidden;
        }

        if (request.IdempotencyKey is null)
        {
            store.ThrowIfRefusing(http.ContentLength ?? 1);
        }

        (RequestBody? body, Problem? problem) = await RequestBody.ReadAsync(http, options.MaxDocumentBytes, budget, lifetime);
        if (body is null)
        {
            return problem;
        }

        using (body)
        {
            bool isMerge = type == MergePatch.MediaType;
            if (Parse(http, request.Digest, body, isMerge, out IPatchMethod? method) is { } invalid)
            {
                return invalid;
            }

            using var patch = new DocumentPatch(method!, createsDocument: isMerge && request.Conditions.IfNoneMatch is { IsAny: true }, _limits, new PatchRoom(options.MaxDocumentBytes + DocumentContent.ContentTypeLengthMax, taken: 0, _limits));
            PatchOperation[] operations = [new(key, patch, request.Conditions)];
            CommitResult commit = request.IdempotencyKey is { } idempotencyKey
                ? await store.CommitAsync(operations, request.Level, IdempotencyKey.Identify(context, idempotencyKey, Sha256Digest.Of(body.Bytes.Span)), context.RequestAborted)
                : await store.CommitAsync(operations, request.Level, context.RequestAborted);
            return await PutAnswer.OfAsync(context, request, commit, patch.Result, body, clock.GetUtcNow());
        }
    }

    private Problem? Parse(HttpRequest http, Digest digest, RequestBody body, bool isMerge, out IPatchMethod? method)
    {
        method = null;
        if (StrictJson.Check(body.Bytes.Span, isMerge ? options.MaxDepth : options.MaxDepth + DepthAround, budget) is { } error)
        {
            return ProblemCatalogue.Json(error);
        }

        if (body.CheckDigest(http, digest) is { } mismatch)
        {
            return mismatch;
        }

        if (isMerge)
        {
            method = new MergePatch(body.Bytes);
            return null;
        }

        bool isParsed = JsonPatch.TryParse(body.Bytes, _limits, out JsonPatch? patch, out PatchFault? fault);
        method = patch;
        return isParsed ? null : RuleProblem.OfPatch(fault!);
    }
}
