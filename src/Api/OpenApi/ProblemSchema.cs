using System.Text.Json.Nodes;
using DocService.Api.Problems;
using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>The schema of every error answer.</summary>
internal static class ProblemSchema
{
    public const string Name = "Problem";

    public static OpenApiSchema Create() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "An error answer (RFC 9457). 'type' is stable and the member to decide by; the server explains it under this path. Further members depend on the type.",
        Required = new HashSet<string>(StringComparer.Ordinal) { "type", "title", "status", "detail" },
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["type"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Format = "uri-reference",
                Description = "The kind of problem.",
                Examples = [.. ProblemCatalogue.All.Select(type => (JsonNode)JsonValue.Create(type.Uri))],
            },
            ["title"] = Text("The kind of problem in a few words."),
            ["status"] = Integer("The HTTP status."),
            ["detail"] = Text("What is wrong with this request."),
            ["line"] = Integer("invalid-json: the line at fault, from 1."),
            ["bytePosition"] = Integer("invalid-json: the byte at fault within the line, from 0; invalid-id: within the id."),
            ["maxBytes"] = Integer("payload-too-large: the largest body in bytes."),
            ["currentETag"] = TextOrNull("precondition-failed: entity tag of the document as it is; null where there is none."),
            ["currentDigest"] = TextOrNull("precondition-failed: digest of the document as it is; null where there is none."),
            ["actualDigest"] = Text("digest-mismatch: digest of the body that arrived."),
        },
    };

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };

    private static OpenApiSchema TextOrNull(string description) => new() { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = description };

    private static OpenApiSchema Integer(string description) => new() { Type = JsonSchemaType.Integer, Description = description };
}
