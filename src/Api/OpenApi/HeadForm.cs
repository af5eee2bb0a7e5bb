using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>Turns the description of a GET into that of its HEAD: the same answers, header fields alone (RFC 9110 section 9.3.2).</summary>
internal static class HeadForm
{
    private const string GetPrefix = "Get";

    public static void Apply(OpenApiOperation operation)
    {
        // One endpoint serves both methods under one name; ids are unique in a document.
        string id = operation.OperationId ?? string.Empty;
        operation.OperationId = id.StartsWith(GetPrefix, StringComparison.Ordinal) ? "Head" + id[GetPrefix.Length..] : id;
        operation.Summary += ": header fields alone";
        operation.Description = "Answers as GET does, with the same status and header fields and without a body; problems have none either.\n\n" + operation.Description;
        foreach (IOpenApiResponse response in operation.Responses!.Values)
        {
            response.Content?.Clear();
        }
    }
}
