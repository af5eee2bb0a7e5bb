using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using DocService.Api.Access;
using DocService.Api.Bodies;
using DocService.Api.Fields;
using DocService.Api.Idempotency;
using DocService.Api.Ids;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Documents;

/// <summary>The answer to a PUT, PATCH or POST of a document.</summary>
internal static class PutAnswer
{
    /// <summary>An id as its own characters.</summary>
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Of a commit that may be an earlier one's. Then the status is that one's, and no document is sent.</summary>
    public static ValueTask<Problem?> OfAsync(HttpContext context, PutRequest request, CommitResult commit, ReadOnlyMemory<byte> document, RequestBody body, DateTimeOffset now)
    {
        WriteResult result = commit.Results[0];
        if (commit.Replayed is not { } replayed)
        {
            return OfAsync(context, request, result, document, body, now);
        }

        context.Response.Headers[IdempotencyKey.Replayed] = "true";
        request = request with { Key = replayed.Results[0].Key, Preference = null }; // of a new document the id that was made then
        return OfAsync(context, request, result, document: default, body, now);
    }

    /// <param name="context">Of the request.</param>
    /// <param name="request">What it asked for.</param>
    /// <param name="result">What became of it.</param>
    /// <param name="document">The document as it is now, where it was carried out.</param>
    /// <param name="body">Of the request; once the write is done, it is charged less.</param>
    /// <param name="now">The time.</param>
    private static async ValueTask<Problem?> OfAsync(HttpContext context, PutRequest request, WriteResult result, ReadOnlyMemory<byte> document, RequestBody body, DateTimeOffset now)
    {
        switch (result.Status)
        {
            case WriteStatus.NotFound:
                return ProblemCatalogue.NoDocument(request.Key);
            case WriteStatus.ConditionFailed:
                return FailedCondition.Of(request.Conditions, context.Request.Headers, result.Document, DocumentAccess.MayTell(context, request.Key));
            case WriteStatus.Refused:
                return RuleProblem.Of(Caller.Of(context).Redact(result.Violation!));
            case WriteStatus.Created or WriteStatus.Replaced:
                await WriteAsync(context, request, result, document, body, now);
                return null;
            default:
                throw new UnreachableException($"A write of a document ended as {result.Status}.");
        }
    }

    private static async ValueTask WriteAsync(HttpContext context, PutRequest request, WriteResult result, ReadOnlyMemory<byte> document, RequestBody body, DateTimeOffset now)
    {
        HttpResponse response = context.Response;
        response.Headers[DurabilityField.Name] = DurabilityField.Format(result.Level, result.Sequence);
        bool isCreated = result.Status == WriteStatus.Created;
        if (isCreated)
        {
            response.Headers.Location = DocumentTarget.PathOf(context, request.Key);
        }

        if (DurabilityField.IsBuffered(request.Level, result.Level))
        {
            // It is not visible yet, so it gets no entity tag, which a client would use.
            response.StatusCode = StatusCodes.Status202Accepted;
            await WriteIdAsync(response, request);
            return;
        }

        if (request.Preference is { } preference)
        {
            response.Headers["Preference-Applied"] = preference;
        }

        if (request.Preference == PreferField.Representation)
        {
            response.StatusCode = isCreated ? StatusCodes.Status201Created : StatusCodes.Status200OK;
            DocumentFields.WriteAll(response, result.Document!, now);
            response.Headers.ContentLocation = DocumentTarget.PathOf(context, request.Key);
            body.NoteCommitted();
            await ResponseBody.WriteAsync(response, document, context.RequestAborted);
            return;
        }

        response.StatusCode = isCreated ? StatusCodes.Status201Created : StatusCodes.Status204NoContent;
        response.Headers.ETag = EntityTag.Of(result.Sequence);
        await WriteIdAsync(response, request);
    }

    /// <summary>Of an id that was made here.</summary>
    private static ValueTask WriteIdAsync(HttpResponse response, PutRequest request)
    {
        if (!request.IsNew)
        {
            return ValueTask.CompletedTask;
        }

        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new { id = request.Key.Id }, Relaxed);
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        return ResponseBody.WriteAsync(response, body, response.HttpContext.RequestAborted);
    }
}
