using System.Globalization;
using System.Text;
using DocService.Api.Ids;
using DocService.Api.Problems;
using DocService.Api.Queries;
using DocService.Api.Routing;
using DocService.Api.Waiting;
using DocService.Index.Feeding;

namespace DocService.Api.Changes;

/// <summary>Which changes a client asks for. Immutable.</summary>
internal sealed record ChangesForm
{
    /// <summary>Every name that a request for changes has.</summary>
    public static readonly string[] Names = ["since", "prefix", "filter", "limit", "include", WaitParameter.Name];

    /// <summary>Prefix, filter, limit, and what is shown.</summary>
    public required QueryForm Query { get; init; }

    public FeedPosition Since { get; init; }

    /// <summary>How long a page waits for its first change.</summary>
    public TimeSpan Wait { get; init; }

    public int Limit => Query.Limit ?? QueryForm.LimitDefault;

    /// <summary>Changes as they are asked for, for one reader.</summary>
    public ChangeSelection NewSelection() => new(Query.Query.Prefix, Query.Query.Filter);

    public static Problem? TryParse(HttpContext context, TimeSpan regexTime, out ChangesForm? form)
    {
        form = null;
        if (QueryParameters.TryParse(RawTarget.QueryOf(RawTarget.Of(context)), out List<KeyValuePair<string, string>> parameters) is { } malformed)
        {
            return malformed;
        }

        var builder = new FormBuilder(isInBody: false, regexTime);
        FeedPosition since = FeedPosition.Beginning;
        TimeSpan wait = TimeSpan.Zero;
        foreach ((string name, string value) in parameters)
        {
            Problem? problem = name switch
            {
                "since" => PositionText.TryRead(value, out since) ? null : builder.Refuse(name, "'since' is 'next' of an answer before, or the id of an event, or 0 for everything that is there."),
                WaitParameter.Name => WaitParameter.TryRead(value, out wait),
                "filter" => builder.SetFilter(Encoding.UTF8.GetBytes(value)),
                "limit" => builder.SetLimit(value),
                _ => builder.SetText(name, value),
            };
            if (problem is not null)
            {
                return problem;
            }
        }

        if (builder.Finish(out QueryForm query) is { } conflict)
        {
            return conflict;
        }

        form = new ChangesForm { Query = query, Since = since, Wait = wait };
        return null;
    }
}
