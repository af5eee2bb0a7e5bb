using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>A header field of an answer.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Description">What it says, and when it is there.</param>
/// <param name="Example">A value of it.</param>
internal sealed record ResponseField(string Name, string Description, string Example)
{
    public static IDictionary<string, IOpenApiHeader>? ToHeaders(IEnumerable<ResponseField> fields)
    {
        var headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
        foreach (ResponseField field in fields)
        {
            headers.Add(field.Name, field.ToHeader());
        }

        return headers.Count == 0 ? null : headers;
    }

    private OpenApiHeader ToHeader() => new()
    {
        Description = Description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        Example = Example,
    };
}
