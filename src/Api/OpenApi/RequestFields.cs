using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>The parameters that requests carry: the id and the header fields.</summary>
internal static class RequestFields
{
    public static IOpenApiParameter Id() => new OpenApiParameter
    {
        Name = "id",
        In = ParameterLocation.Path,
        Required = true,
        Description = "The document's id: everything after /docs/, percent-decoded once. 1 to 1,024 bytes of UTF-8 without control characters and without the segments '.' and '..'. "
            + "Slashes may be sent as they are or as %2F: /docs/users/42 and /docs/users%2F42 are the same document.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = Storage.Model.DocumentKey.BytesMax },
        Example = DocumentExamples.Id,
    };

    public static IOpenApiParameter IfMatch() => Field(
        "If-Match",
        "Go on only if the document has one of these versions, or with '*' if it exists at all; otherwise 412. The way to change a document without losing somebody else's change.",
        ("version", "The version that was read", DocumentExamples.ETag),
        ("list", "One of several", "\"16\", \"17\""),
        ("any", "Any version, but there must be one", "*"));

    /// <param name="onFailure">What a method answers where a version matches.</param>
    public static IOpenApiParameter IfNoneMatch(string onFailure) => Field(
        "If-None-Match",
        $"Go on only if the document has none of these versions, or with '*' if it does not exist; otherwise {onFailure}.",
        ("version", "A version that is known", DocumentExamples.ETag),
        ("any", "The document must not exist", "*"));

    public static IOpenApiParameter IfUnmodifiedSince() => Field(
        "If-Unmodified-Since",
        "Go on only if the document has not changed since; otherwise 412. Ignored beside If-Match and where it is no valid date. Whole seconds can miss a change: prefer If-Match.",
        ("date", "An HTTP date", DocumentExamples.Date));

    public static IOpenApiParameter IfModifiedSince() => Field(
        "If-Modified-Since",
        "Answer 304 if the document has not changed since. Ignored beside If-None-Match and where it is no valid date.",
        ("date", "An HTTP date", DocumentExamples.Date));

    public static IOpenApiParameter Durability() => Field(
        "Durability",
        "The level that the write must reach before it is answered: buffered, durable or filed. The answer's own Durability field says what was reached. Without the field the server's configuration decides.",
        ("buffered", "Answer early, with 202", "buffered"),
        ("durable", "Survives a power cut", "durable"),
        ("filed", "Survives a power cut, and stands in its own file", "filed"));

    public static IOpenApiParameter Prefer() => Field(
        "Prefer",
        "return=representation answers with the document, return=minimal without (RFC 7240). Anything else is ignored.",
        ("representation", "Answer with the document", "return=representation"),
        ("minimal", "Answer without a body", "return=minimal"));

    public static IOpenApiParameter ContentDigest() => Digest("Content-Digest");

    public static IOpenApiParameter ReprDigest() => Digest("Repr-Digest");

    private static OpenApiParameter Digest(string name) => Field(
        name,
        "sha-256 or sha-512 of the body (RFC 9530). If it is not that of the bytes that arrived, nothing is written and the answer is 400. Unknown algorithms are ignored.",
        ("sha-256", "SHA-256 of the example object, laid out as it is shown", DocumentExamples.Digest));

    /// <remarks>
    /// A client such as Swagger UI fills in the first example by itself. A condition that nobody asked for would refuse the
    /// first try, so the first example leaves the field out.
    /// </remarks>
    private static OpenApiParameter Field(string name, string description, params (string Key, string Summary, string Value)[] examples)
    {
        var all = new Dictionary<string, IOpenApiExample>(StringComparer.Ordinal)
        {
            ["none"] = new OpenApiExample { Summary = "Not sent", Value = string.Empty },
        };
        foreach ((string key, string summary, string value) in examples)
        {
            all.Add(key, new OpenApiExample { Summary = summary, Value = JsonValue.Create(value) });
        }

        return new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Header,
            Description = description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            Examples = all,
        };
    }
}
