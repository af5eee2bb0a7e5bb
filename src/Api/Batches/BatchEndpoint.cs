using System.Text.Json;
using DocService.Api.Access;
using DocService.Api.Auditing;
using DocService.Api.Bodies;
using DocService.Api.Configuration;
using DocService.Api.Documents;
using DocService.Api.Fields;
using DocService.Api.Idempotency;
using DocService.Api.Json;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Storage;
using DocService.Storage.Requests;
using DocService.Storage.Rules;

namespace DocService.Api.Batches;

/// <summary>POST /batch: several documents in one commit, all or nothing.</summary>
internal sealed class BatchEndpoint(IDocumentStore store, ByteBudget budget, DocServiceOptions options, IHostApplicationLifetime lifetime)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/batch", ["POST"], Post).WithMetadata(RouteAccess.Judged);

    internal static Task Post(HttpContext context) =>
        ProblemWriter.AnswerAsync(context, context.RequestServices.GetRequiredService<BatchEndpoint>().CommitAsync);

    private async Task<Problem?> CommitAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Request.Headers;
        if (DocumentOnlyFields.FindIn(headers) is { } field)
        {
            return ProblemCatalogue.Invalid($"{field} would have no effect on a batch: conditions belong in its operations, as 'ifMatch' and 'ifNoneMatch', and the answer always has one form.");
        }

        if (BodyFields.Check(context.Request, options.BatchBytesMax, "MaxBatchBytes") is { } badBody)
        {
            return badBody;
        }

        if (Digest.TryParse(headers, out Digest digest) is { } badDigest)
        {
            return badDigest;
        }

        if (DurabilityField.TryParse(headers, options.Level, out DurabilityLevel level) is { } badLevel)
        {
            return badLevel;
        }

        if (IdempotencyKey.TryParse(headers, out string? key) is { } badKey)
        {
            return badKey;
        }

        if (key is null)
        {
            store.ThrowIfRefusing(bodyBytes: 0); // it may be of deletes alone, which a full disk takes
        }

        (RequestBody? body, Problem? problem) = await RequestBody.ReadAsync(context.Request, options.BatchBytesMax, budget, lifetime);
        if (body is null)
        {
            return problem;
        }

        using (body)
        {
            if (StrictJson.Check(body.Bytes.Span, options.MaxDepth + BatchJson.DepthAround, budget) is { } error)
            {
                return ProblemCatalogue.Json(error);
            }

            if (body.CheckDigest(context.Request, digest) is { } mismatch)
            {
                return mismatch;
            }

            using var patches = new BatchPatches(DocumentPatches.Limits(options, budget), options.BatchBytesMax, body.Bytes.Length);
            if (BatchRequest.TryParse(body.Bytes, options, patches, out List<DocumentOperation> operations) is { } invalid)
            {
                return invalid;
            }

            if (DocumentAccess.JudgeBatch(context, operations) is { } forbidden)
            {
                return forbidden;
            }

            if (!body.TryCharge((long)operations.Count * WriteCost.OperationBytes))
            {
                return ProblemCatalogue.OverBudget;
            }

            AuditNote.Add(context, operations);
            CommitResult result = key is null
                ? await store.CommitAsync(operations, level, context.RequestAborted)
                : await store.CommitAsync(operations, level, IdempotencyKey.Identify(context, key, Sha256Digest.Of(body.Bytes.Span)), context.RequestAborted);
            if (!result.IsCommitted)
            {
                return Failure(context, operations, result);
            }

            await AnswerAsync(context, operations, result, DurabilityField.IsBuffered(level, result.Level));
            return null;
        }
    }

    private static Problem Failure(HttpContext context, List<DocumentOperation> operations, CommitResult result)
    {
        Caller caller = Caller.Of(context);
        if (RuleProblem.AreOfBodies(operations, result.Results))
        {
            return RuleProblem.Of(operations, result.Results, caller.Redact);
        }

        object[] missing = [.. operations.Index().Where(one => one.Item is PatchOperation && result.Results[one.Index].Status == WriteStatus.NotFound)
            .Select(one => new { index = one.Index, id = one.Item.Key.Id, detail = $"There is no document '{one.Item.Key.Id}'." })];
        if (missing.Length > 0)
        {
            return ProblemCatalogue.BatchNotFound(missing);
        }

        var failures = new List<object>();
        for (int index = 0; index < operations.Count; index++)
        {
            WriteResult one = result.Results[index];
            if (one.Status == WriteStatus.ConditionFailed && !DocumentAccess.MayTell(context, operations[index].Key))
            {
                failures.Add(new { index, id = operations[index].Key.Id, detail = FailedCondition.Untold });
            }
            else if (one.Status == WriteStatus.ConditionFailed)
            {
                failures.Add(new
                {
                    index,
                    id = operations[index].Key.Id,
                    detail = FailedCondition.Explain(operations[index].Conditions, one.Document),
                    currentETag = one.Document is null ? null : EntityTag.Of(one.Document),
                    currentDigest = one.Document is null ? null : Digest.Of(one.Document.Sha256),
                });
            }
        }

        return failures.Count > 0 ? ProblemCatalogue.Batch(failures) : RuleProblem.Of(operations, result.Results, caller.Redact);
    }

    private static async Task AnswerAsync(HttpContext context, List<DocumentOperation> operations, CommitResult result, bool isBuffered)
    {
        context.Response.StatusCode = isBuffered ? StatusCodes.Status202Accepted : StatusCodes.Status200OK;
        context.Response.ContentType = "application/json";
        context.Response.Headers[DurabilityField.Name] = DurabilityField.Format(result.Level, result.Sequence);
        if (result.Replayed is not null)
        {
            context.Response.Headers[IdempotencyKey.Replayed] = "true";
        }

        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, ResultsJson.WriterOptions);
        writer.WriteStartObject();
        ResultsJson.Write(writer, result.Sequence, result.Results.Select((one, index) => new RememberedResult(operations[index].Key, one.Status)), isVisible: !isBuffered);
        writer.WriteEndObject();
    }
}
