using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

internal static class DocumentDescriptions
{
    public static void Get(OpenApiOperation operation) => operation.Summary = "Read a document";
    public static void Head(OpenApiOperation operation) => operation.Summary = "Read a document's header fields";
    public static void Put(OpenApiOperation operation) => operation.Summary = "Create or replace a document";
    public static void Delete(OpenApiOperation operation) => operation.Summary = "Delete a document";
    public static void Options(OpenApiOperation operation) => operation.Summary = "List the methods";
}

internal static class ServiceDescriptions
{
    public static void Status(OpenApiOperation operation) => operation.Summary = "The store for operators";
    public static void Live(OpenApiOperation operation) => operation.Summary = "Whether the process answers";
    public static void Ready(OpenApiOperation operation) => operation.Summary = "Whether the store serves";
    public static void Index(OpenApiOperation operation) => operation.Summary = "Where everything is";
}
