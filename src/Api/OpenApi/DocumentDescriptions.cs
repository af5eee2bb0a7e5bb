using DocService.Api.Problems;
using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>The operations of <c>/docs/{id}</c>.</summary>
internal static class DocumentDescriptions
{
    private const string Json = "application/json";
    private const string GeoJson = "application/geo+json";

    public static void Get(OpenApiOperation operation) => operation
        .Says(
            "Read a document",
            "Answers the exact bytes that were written, with the media type they came with. A document that is not there is 404 whatever the conditions say.")
        .Takes(
            RequestFields.Id(),
            RequestFields.IfNoneMatch("304"),
            RequestFields.IfModifiedSince(),
            RequestFields.IfMatch(),
            RequestFields.IfUnmodifiedSince())
        .Answers(200, "The document.", ResponseFields.OfDocument)
        .WithBody(200, Json, DocumentExamples.Json())
        .WithBody(200, GeoJson, DocumentExamples.GeoJson())
        .Answers(
            304,
            "The client's copy is still the document: If-None-Match names its version, or it has not changed since If-Modified-Since.",
            ResponseFields.ETag,
            ResponseFields.LastModified,
            ResponseFields.CacheControl)
        .Refuses(
            ProblemCatalogue.InvalidId,
            ProblemCatalogue.InvalidRequest,
            ProblemCatalogue.NotFound,
            ProblemCatalogue.PreconditionFailed,
            ProblemCatalogue.DocumentCorrupt,
            ProblemCatalogue.InternalError,
            ProblemCatalogue.Busy,
            ProblemCatalogue.ShuttingDown,
            ProblemCatalogue.OutcomeUnknown,
            ProblemCatalogue.JournalDamaged);

    public static void Head(OpenApiOperation operation) => Get(operation);

    public static void Put(OpenApiOperation operation)
    {
        operation
            .Says(
                "Create or replace a document",
                "The body is exactly one JSON value. It is stored as the bytes that were sent, whole or not at all. "
                + "With If-None-Match: * the document is only created, with If-Match only replaced.")
            .Takes(
                RequestFields.Id(),
                RequestFields.IfMatch(),
                RequestFields.IfNoneMatch("412"),
                RequestFields.IfUnmodifiedSince(),
                RequestFields.Prefer(),
                RequestFields.Durability(),
                RequestFields.ContentDigest(),
                RequestFields.ReprDigest())
            .Answers(
                200,
                "Replaced, and the document as it is stored: with Prefer: return=representation.",
                [ResponseFields.Durability, ResponseFields.PreferenceApplied, ResponseFields.ContentLocation, .. ResponseFields.OfDocument])
            .WithBody(200, Json, DocumentExamples.Json())
            .Answers(
                201,
                "Created. The body is empty, or with Prefer: return=representation the document, with the header fields of 200.",
                ResponseFields.Location,
                ResponseFields.ETag,
                ResponseFields.Durability,
                ResponseFields.PreferenceApplied)
            .WithBody(201, Json, DocumentExamples.Json())
            .Answers(
                202,
                "Taken at level 'buffered': readers may not see it yet, and a power cut can still undo it. Hence no ETag. Location only where the document is new.",
                ResponseFields.DurabilityBuffered,
                ResponseFields.Location)
            .Answers(204, "Replaced.", ResponseFields.ETag, ResponseFields.Durability, ResponseFields.PreferenceApplied with { Example = "return=minimal" })
            .Refuses([
                ProblemCatalogue.InvalidJson,
                ProblemCatalogue.InvalidId,
                ProblemCatalogue.InvalidRequest,
                ProblemCatalogue.DigestMismatch,
                ProblemCatalogue.RequestTimeout,
                ProblemCatalogue.PreconditionFailed,
                ProblemCatalogue.PayloadTooLarge,
                ProblemCatalogue.UnsupportedMediaType,
                .. WriteProblems.All,
            ]);
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Description = "One JSON value as application/json or any type ending in +json, in UTF-8, without a content coding.",
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                [Json] = DocumentExamples.Json(),
                [GeoJson] = DocumentExamples.GeoJson(),
            },
        };
    }

    public static void Delete(OpenApiOperation operation) => operation
        .Says(
            "Delete a document",
            "Afterwards the id is free: the next PUT creates a new document, under a higher version than any before. A document that is not there is 404 whatever the conditions say.")
        .Takes(
            RequestFields.Id(),
            RequestFields.IfMatch(),
            RequestFields.IfNoneMatch("412"),
            RequestFields.IfUnmodifiedSince(),
            RequestFields.Durability())
        .Answers(202, "Taken at level 'buffered': a power cut can still undo it.", ResponseFields.DurabilityBuffered)
        .Answers(204, "Deleted.", ResponseFields.Durability)
        .Refuses([
            ProblemCatalogue.InvalidId,
            ProblemCatalogue.InvalidRequest,
            ProblemCatalogue.NotFound,
            ProblemCatalogue.PreconditionFailed,
            .. WriteProblems.All,
        ]);

    public static void Options(OpenApiOperation operation) => operation
        .Says("List the methods", "Says what every document takes, whether this one exists or not. Other methods are refused with 405 and the same Allow field.")
        .Takes(RequestFields.Id())
        .Answers(204, "The methods.", ResponseFields.Allow)
        .Refuses(ProblemCatalogue.InternalError);
}
