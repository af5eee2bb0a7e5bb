using System.Buffers;
using DocService.Api.Ids;
using DocService.Api.Problems;
using DocService.Api.Routing;
using DocService.Api.Waiting;
using DocService.Queries;
using DocService.Queries.Selection;

namespace DocService.Api.Documents;

/// <summary>Some members of one document (<c>?select=</c>), as the client asks for them.</summary>
internal static class SelectedDocument
{
    public const string Parameter = "select";

    /// <param name="context">Of the request.</param>
    /// <param name="select">Null: the whole document.</param>
    /// <param name="wait">How long to wait for a change; zero: not at all.</param>
    public static Problem? TryParse(HttpContext context, out SelectedPaths? select, out TimeSpan wait)
    {
        select = null;
        wait = TimeSpan.Zero;
        ReadOnlySpan<char> query = RawTarget.QueryOf(RawTarget.Of(context));
        if (query.IsEmpty)
        {
            return null; // nearly always
        }

        var place = new QueryPlace(Parameter, IsInBody: false);
        if (QueryParameters.TryParse(query, out List<KeyValuePair<string, string>> parameters) is { } malformed)
        {
            return malformed;
        }

        foreach ((string name, string value) in parameters)
        {
            if (name == WaitParameter.Name)
            {
                if (WaitParameter.TryRead(value, out wait) is { } noTime)
                {
                    return noTime;
                }
            }
            else if (!SelectedPaths.TryParse(value, out select, out QueryFault? fault))
            {
                return QueryProblems.Fault(place, fault);
            }
        }

        return select is { Facts.Count: > 0 } ? QueryProblems.Value(place, "The facts of a document are in the header fields of this answer; 'select' takes members of the body.") : null;
    }

    public static ReadOnlyMemory<byte> Of(StoredDocument document, SelectedPaths select)
    {
        var output = new ArrayBufferWriter<byte>();
        select.Write(document.Body.Span, output, SearchLimit.None);
        return output.WrittenMemory;
    }
}
