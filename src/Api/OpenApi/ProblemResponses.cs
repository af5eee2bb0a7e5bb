using DocService.Api.Problems;
using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>Answers that are problems (RFC 9457), all of one schema.</summary>
internal static class ProblemResponses
{
    /// <summary>One answer for problem types of one status.</summary>
    public static OpenApiResponse Of(IReadOnlyList<ProblemType> types) => new()
    {
        Description = string.Join("\n\n", types.Select(type => $"**{type.Slug}**: {type.Explanation}")),
        Headers = types.Any(type => MayRetry.Contains(type)) ? ResponseField.ToHeaders([ResponseFields.RetryAfter]) : null,
        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
        {
            [ProblemWriter.MediaType] = new()
            {
                Schema = new OpenApiSchemaReference(ProblemSchema.Name),
                Examples = types.ToDictionary(type => type.Slug, IOpenApiExample (type) => new OpenApiExampleReference(type.Slug), StringComparer.Ordinal),
            },
        },
    };

    private static IReadOnlyList<ProblemType> MayRetry { get; } = [ProblemCatalogue.Busy, ProblemCatalogue.ShuttingDown];
}
