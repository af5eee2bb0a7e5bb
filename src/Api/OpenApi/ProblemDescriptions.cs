using System.Text.Json;
using System.Text.Json.Nodes;
using DocService.Api.Problems;
using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>The operations of <c>/problems</c>.</summary>
internal static class ProblemDescriptions
{
    private const string Json = "application/json";

    public static void List(OpenApiOperation operation) => operation
        .Says("All problem types", "Every kind of error answer that this server gives, with an explanation.")
        .Answers(200, "The problem types.")
        .WithBody(200, Json, new OpenApiMediaType
        {
            Schema = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchemaReference(ServiceSchemas.ProblemType) },
            Example = new JsonArray(Page(ProblemCatalogue.NotFound), Page(ProblemCatalogue.InvalidJson)),
        })
        .Refuses(ProblemCatalogue.InternalError);

    public static void Explain(OpenApiOperation operation) => operation
        .Says("What a problem type means", "The page behind the 'type' of an error answer.")
        .Takes(new OpenApiParameter
        {
            Name = "slug",
            In = ParameterLocation.Path,
            Required = true,
            Description = "The last part of the problem's 'type'.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. ProblemCatalogue.All.Select(type => (JsonNode)JsonValue.Create(type.Slug))] },
            Example = ProblemCatalogue.PreconditionFailed.Slug,
        })
        .Answers(200, "The explanation.")
        .WithBody(200, Json, new OpenApiMediaType
        {
            Schema = new OpenApiSchemaReference(ServiceSchemas.ProblemType),
            Example = Page(ProblemCatalogue.PreconditionFailed),
        })
        .Refuses(ProblemCatalogue.NotFound, ProblemCatalogue.InternalError);

    private static JsonNode? Page(ProblemType type) => JsonSerializer.SerializeToNode(ProblemEndpoints.ToPage(type));
}
