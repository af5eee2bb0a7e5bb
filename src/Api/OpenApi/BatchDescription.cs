using System.Text.Json.Nodes;
using DocService.Api.Problems;
using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>POST /batch.</summary>
internal static class BatchDescription
{
    private const string Json = "application/json";

    private const string Request = """
        {
          "operations": [
            { "op": "put", "id": "orders/7", "body": { "state": "paid" } },
            { "op": "delete", "id": "carts/7" },
            { "op": "put", "id": "receipts/7", "body": { "order": 7 }, "ifNoneMatch": "*" }
          ]
        }
        """;

    private const string Answer = """
        {
          "sequence": 17,
          "results": [
            { "id": "orders/7", "status": 204, "etag": "\"17\"" },
            { "id": "carts/7", "status": 404 },
            { "id": "receipts/7", "status": 201, "etag": "\"17\"" }
          ]
        }
        """;

    public static void Post(OpenApiOperation operation)
    {
        operation
            .Says(
                "Write several documents at once",
                "All operations are one commit with one sequence, or none of them happens. 'put' stores the exact bytes of its body, "
                + "'delete' removes, 'check' only judges its conditions. If any condition fails the answer is 412 and 'failures' names every one.")
            .Takes(RequestFields.Durability(), RequestFields.ContentDigest(), RequestFields.ReprDigest())
            .Answers(200, "Committed.", ResponseFields.Durability)
            .WithBody(200, Json, Body(Answer))
            .Answers(202, "Written to the journal file, its sync on the way: with Durability: buffered. Readers do not see it yet: hence no entity tags.", ResponseFields.DurabilityBuffered)
            .Refuses([
                ProblemCatalogue.InvalidRequest,
                ProblemCatalogue.InvalidId,
                ProblemCatalogue.InvalidJson,
                ProblemCatalogue.DigestMismatch,
                ProblemCatalogue.PreconditionFailed,
                ProblemCatalogue.RequestTimeout,
                ProblemCatalogue.PayloadTooLarge,
                ProblemCatalogue.UnsupportedMediaType,
                .. WriteProblems.All,
            ]);
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Description = "The operations, at most 1,000 by default, each document at most once.",
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { [Json] = Body(Request) },
        };
    }

    private static OpenApiMediaType Body(string example) => new()
    {
        Schema = new OpenApiSchema { Type = JsonSchemaType.Object },
        Example = JsonNode.Parse(example),
    };
}
