using System.Globalization;
using System.Text.Json.Nodes;
using DocService.Api.Problems;
using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>Makes the answers of the problem types that an operation names in its member <c>x-problems</c>.</summary>
internal static class ProblemAnswers
{
    private const string Member = "x-problems";

    /// <summary>What any operation may answer.</summary>
    private static readonly IReadOnlyList<ProblemType> Everywhere = [ProblemCatalogue.InternalError];

    private static readonly IReadOnlyList<ProblemType> OfKeys = [ProblemCatalogue.Unauthorized, ProblemCatalogue.Forbidden, ProblemCatalogue.TooManyRequests, ProblemCatalogue.ProviderUnknown];

    private static readonly IReadOnlyList<ProblemType> MayRetry = [ProblemCatalogue.Busy, ProblemCatalogue.ShuttingDown, ProblemCatalogue.TooManyRequests, ProblemCatalogue.ProviderUnknown];

    public static void AddTo(OpenApiDocument document)
    {
        foreach ((HttpMethod method, OpenApiOperation operation) in document.Paths.Values.SelectMany(path => path.Operations!))
        {
            foreach (IGrouping<int, ProblemType> sameStatus in TakeTypes(method, operation).GroupBy(type => type.Status).OrderBy(group => group.Key))
            {
                string status = sameStatus.Key.ToString(CultureInfo.InvariantCulture);
                operation.Responses!.Add(status, Answer([.. sameStatus], document, hasBody: method != HttpMethod.Head));
            }
        }
    }

    private static IEnumerable<ProblemType> TakeTypes(HttpMethod method, OpenApiOperation operation)
    {
        IOpenApiExtension? named = null;
        operation.Extensions?.Remove(Member, out named);
        return named is JsonNodeExtension { Node: JsonArray slugs }
            ? slugs.Select(slug => ProblemCatalogue.All.Single(type => type.Slug == slug!.GetValue<string>())).Concat(AnswersOfAccess(method, operation)).Concat(Everywhere)
            : AnswersOfAccess(method, operation).Concat(Everywhere);
    }

    /// <summary>Of an operation that needs a key; and one that could change something, needed or not, is not for pages of other sites.</summary>
    private static IEnumerable<ProblemType> AnswersOfAccess(HttpMethod method, OpenApiOperation operation) =>
        operation.Security is { Count: 0 } ? []
        : method == HttpMethod.Get || method == HttpMethod.Head ? OfKeys
        : [.. OfKeys, ProblemCatalogue.CrossOrigin];

    /// <summary>One answer for problem types of one status.</summary>
    private static OpenApiResponse Answer(IReadOnlyList<ProblemType> types, OpenApiDocument document, bool hasBody)
    {
        var answer = new OpenApiResponse { Description = string.Join("\n\n", types.Select(type => $"**{type.Slug}**: {type.Explanation}")) };
        if (types.Any(MayRetry.Contains))
        {
            answer.Headers = new Dictionary<string, IOpenApiHeader> { ["Retry-After"] = new OpenApiHeaderReference("RetryAfter", document) };
        }

        if (hasBody)
        {
            var body = new OpenApiMediaType
            {
                Schema = new OpenApiSchemaReference("Problem", document),
                Examples = types.ToDictionary(type => type.Slug, IOpenApiExample (type) => Example(type, document)),
            };
            answer.Content = new Dictionary<string, OpenApiMediaType> { [ProblemWriter.MediaType] = body };
        }

        return answer;
    }

    /// <summary>The document's own example of the type, or one of the usual four members.</summary>
    private static OpenApiExampleReference Example(ProblemType type, OpenApiDocument document)
    {
        document.Components!.Examples!.TryAdd(
            type.Slug,
            new OpenApiExample { Value = JsonNode.Parse(ProblemWriter.Encode(new Problem(type, type.Explanation))) });
        return new OpenApiExampleReference(type.Slug, document);
    }
}
