using DocService.Api.Ids;
using DocService.Api.Problems;
using DocService.Api.Routing;

namespace DocService.Api.Documents;

/// <summary>Ids that are made here.</summary>
internal static class NewDocumentId
{
    public const string Prefix = "prefix";

    public static Problem? TryMake(HttpContext context, DateTimeOffset now, out DocumentKey key)
    {
        key = default;
        if (QueryParameters.TryParse(RawTarget.QueryOf(RawTarget.Of(context)), out List<KeyValuePair<string, string>> parameters) is { } malformed)
        {
            return malformed;
        }

        string prefix = parameters.Find(parameter => parameter.Key == Prefix).Value ?? string.Empty;
        return DocumentKey.TryCreate(prefix + Guid.CreateVersion7(now), out key, out InvalidId? error)
            ? null
            : QueryProblems.Id(new QueryPlace(Prefix, IsInBody: false), error);
    }
}
