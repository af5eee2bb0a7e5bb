using System.Text;
using System.Text.Json.Nodes;
using DocService.Api.Fields;
using DocService.Api.Json;
using DocService.Api.Problems;
using DocService.Storage;
using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>One example of every problem type, made by the code that makes the real ones.</summary>
internal static class ProblemExamples
{
    private const long BytesMax = 16L << 20;
    private const int DepthMax = 128;

    /// <summary>The problem that a request of the kind would get.</summary>
    public static Problem Of(ProblemType type)
    {
        Problem? made =
            type == ProblemCatalogue.NotFound ? ProblemCatalogue.NoDocument(DocumentKey.Create(DocumentExamples.Id))
            : type == ProblemCatalogue.InvalidId ? InvalidId()
            : type == ProblemCatalogue.InvalidJson ? ProblemCatalogue.Json(StrictJson.Check("{\"a\":1,\n \"a\":2}"u8, DepthMax)!)
            : type == ProblemCatalogue.InvalidRequest ? MalformedCondition()
            : type == ProblemCatalogue.DigestMismatch ? DamagedBody()
            : type == ProblemCatalogue.PreconditionFailed ? ProblemCatalogue.Precondition(DocumentExamples.Info)
            : type == ProblemCatalogue.PayloadTooLarge ? ProblemCatalogue.TooLarge(BytesMax)
            : type == ProblemCatalogue.UnsupportedMediaType ? BodyFields.Check(new DefaultHttpContext().Request, BytesMax)
            : type == ProblemCatalogue.Busy ? ProblemCatalogue.OverBudget
            : type == ProblemCatalogue.InternalError ? ProblemCatalogue.Internal
            : null;

        // The others tell what the store says at the time; what the type means is as good an example.
        return made ?? new Problem(type, type.Explanation);
    }

    /// <summary>All of them, for the document's components; operations refer to them by slug.</summary>
    public static IEnumerable<KeyValuePair<string, IOpenApiExample>> All() =>
        ProblemCatalogue.All.Select(type => KeyValuePair.Create<string, IOpenApiExample>(type.Slug, ToExample(type)));

    private static OpenApiExample ToExample(ProblemType type) => new()
    {
        Summary = type.Title,
        Value = JsonNode.Parse(ProblemWriter.Encode(Of(type))),
    };

    private static Problem? InvalidId() =>
        DocumentKey.TryCreate("users/../42", out _, out InvalidId? error) ? null : ProblemCatalogue.Id(error);

    private static Problem? MalformedCondition() =>
        ConditionFields.TryParse(new HeaderDictionary { ["If-Match"] = "17" }, out _);

    private static Problem? DamagedBody()
    {
        byte[] body = Encoding.UTF8.GetBytes(DocumentExamples.Text[1..]);
        return Digest.TryParse(new HeaderDictionary { ["Content-Digest"] = DocumentExamples.Digest }, out Digest stated)
            ?? stated.Check(body, Sha256Digest.Of(body));
    }
}
