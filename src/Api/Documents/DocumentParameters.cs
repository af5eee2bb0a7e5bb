using System.Globalization;
using DocService.Api.Ids;
using DocService.Api.Problems;
using DocService.Api.Routing;
using DocService.Api.Waiting;
using DocService.Queries;
using DocService.Queries.Selection;

namespace DocService.Api.Documents;

/// <summary>What the query of a GET or HEAD of one document asks for.</summary>
/// <param name="Select">Some members of the body; null: all of it.</param>
/// <param name="Wait">How long to wait for a change; zero: not at all.</param>
/// <param name="Version">Which of the versions that are kept; null: the document as it is.</param>
internal readonly record struct DocumentParameters(SelectedPaths? Select, TimeSpan Wait, long? Version)
{
    public const string SelectName = "select";
    public const string VersionName = "version";

    public static Problem? TryParse(HttpContext context, out DocumentParameters parameters)
    {
        parameters = default;
        ReadOnlySpan<char> query = RawTarget.QueryOf(RawTarget.Of(context));
        if (query.IsEmpty)
        {
            return null; // nearly always
        }

        if (QueryParameters.TryParse(query, out List<KeyValuePair<string, string>> named) is { } malformed)
        {
            return malformed;
        }

        foreach ((string name, string value) in named)
        {
            if (parameters.Set(name, value, out parameters) is { } problem)
            {
                return problem;
            }
        }

        return parameters.Version is null || named.Count == 1 ? null
            : QueryProblems.Value(PlaceOf(VersionName), "'version' stands alone: a version is sent as it was written, and never changes.");
    }

    private Problem? Set(string name, string value, out DocumentParameters parameters)
    {
        parameters = this;
        switch (name)
        {
            case WaitParameter.Name:
                Problem? noTime = WaitParameter.TryRead(value, out TimeSpan wait);
                parameters = this with { Wait = wait };
                return noTime;
            case VersionName:
                bool isNumber = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long version) && version > 0;
                parameters = this with { Version = version };
                return isNumber ? null : QueryProblems.Value(PlaceOf(VersionName), "'version' is a whole number from 1, as 'version' in an answer of /versions, and as the number in an ETag.");
            default:
                if (!SelectedPaths.TryParse(value, out SelectedPaths? select, out QueryFault? fault))
                {
                    return QueryProblems.Fault(PlaceOf(name), fault);
                }

                parameters = this with { Select = select };
                return select is { Facts.Count: > 0 }
                    ? QueryProblems.Value(PlaceOf(name), "The facts of a document are in the header fields of this answer; 'select' takes members of the body.")
                    : null;
        }
    }

    private static QueryPlace PlaceOf(string name) => new(name, IsInBody: false);
}
