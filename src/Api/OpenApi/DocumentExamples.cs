using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DocService.Storage;
using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>One document that all examples speak of, so that they fit together.</summary>
internal static class DocumentExamples
{
    public const string Id = "users/42";
    public const string Date = "Fri, 02 Jan 2026 03:04:05 GMT";
    public const long Version = 17;
    public const string ETag = "\"17\"";

    /// <summary>Laid out as Swagger UI does it, byte for byte, so that the digests hold for what it sends.</summary>
    public const string Text = "{\n  \"name\": \"Ada\",\n  \"born\": 1815\n}";

    public static readonly DocumentInfo Info = new()
    {
        Version = Version,
        ContentType = "application/json",
        Created = DateTimeOffset.Parse(Date, CultureInfo.InvariantCulture),
        Modified = DateTimeOffset.Parse(Date, CultureInfo.InvariantCulture),
        Length = Encoding.UTF8.GetByteCount(Text),
        Sha256 = Sha256Digest.Of(Encoding.UTF8.GetBytes(Text)),
    };

    public static readonly string Digest = Fields.Digest.Of(Info.Sha256);

    public static readonly string Length = Info.Length.ToString(CultureInfo.InvariantCulture);

    /// <summary>Any JSON value, with some to choose from. Not null, though a document may be: Swagger UI would start with it wherever it stood.</summary>
    public static OpenApiMediaType Json() => new()
    {
        Schema = new OpenApiSchema { Description = "Any JSON value." },
        Examples = new Dictionary<string, IOpenApiExample>(StringComparer.Ordinal)
        {
            ["object"] = Example("An object", Text),
            ["array"] = Example("An array", """["red","green","blue"]"""),
            ["number"] = Example("A number", "12.5"),
            ["string"] = Example("A string", "\"Ada\""),
        },
    };

    /// <summary>A type ending in +json. Named exactly, not as application/*+json: a client that offers the listed types would send the asterisk.</summary>
    public static OpenApiMediaType GeoJson() => new()
    {
        Schema = new OpenApiSchema { Description = "Any JSON value. Every type ending in +json is taken, and kept for those who read." },
        Example = JsonNode.Parse("""{"type":"Point","coordinates":[13.4,52.5]}"""),
    };

    private static OpenApiExample Example(string summary, string json) => new() { Summary = summary, Value = JsonNode.Parse(json) };
}
