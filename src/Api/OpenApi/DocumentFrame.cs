using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>What the OpenAPI document says beside its operations: the introduction, the tags, and the components that operations refer to.</summary>
internal static class DocumentFrame
{
    private const string Introduction = """
        Durable JSON documents over HTTP. Unless a request asks for less, a 2xx answer to a write means that the document survives a power cut, as far as the filesystem can promise that; the answer's `Durability` field says what was reached.

        - **Versions.** A document's `ETag` is its version. Send it in `If-Match` to replace or delete exactly what was read.
        - **Errors.** Every error is an `application/problem+json` with a stable `type`; `/problems` explains them all.
        - **Access.** There is no authentication: the server listens on this machine alone unless told otherwise.
        """;

    public static void Apply(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "DocService",
            Version = Service.StatusEndpoint.Version,
            Description = Introduction,
            License = new OpenApiLicense { Name = "MIT" },
        };
        document.Servers = [new OpenApiServer { Url = PathOf(document.Servers?.FirstOrDefault()?.Url) }]; // on whatever host the document came from
        document.Tags = new HashSet<OpenApiTag>
        {
            new() { Name = "Documents", Description = "One JSON value under an id, read and written whole." },
            new() { Name = "Service", Description = "The server itself: its state, its health, its errors." },
        };

        OpenApiComponents components = document.Components ??= new OpenApiComponents();
        components.Schemas ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
        components.Schemas[ProblemSchema.Name] = ProblemSchema.Create();
        foreach ((string name, IOpenApiSchema schema) in ServiceSchemas.All())
        {
            components.Schemas[name] = schema;
        }

        components.Examples = new Dictionary<string, IOpenApiExample>(ProblemExamples.All(), StringComparer.Ordinal);
    }

    /// <summary>The path of the address that the framework has put together from the request, a proxy's prefix included.</summary>
    private static string PathOf(string? url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? address) ? address.AbsolutePath : "/";
}
