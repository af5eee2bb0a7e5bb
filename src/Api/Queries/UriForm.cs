using System.Globalization;
using System.Text;
using DocService.Api.Ids;
using DocService.Api.Problems;
using DocService.Api.Routing;

namespace DocService.Api.Queries;

/// <summary>A query as the parameters of a URI.</summary>
internal static class UriForm
{
    public static Problem? TryParse(HttpContext context, TimeSpan regexTime, out QueryForm? form) => TryParse(context, regexTime, own: null, out form, out _);

    /// <summary>With one parameter that is the route's own and no part of the query.</summary>
    /// <param name="context">Of the request.</param>
    /// <param name="regexTime">The longest that a pattern may take on one value.</param>
    /// <param name="own">Its name; null for none.</param>
    /// <param name="form">The query; null after a problem.</param>
    /// <param name="ownValue">Null where the client does not name it.</param>
    public static Problem? TryParse(HttpContext context, TimeSpan regexTime, string? own, out QueryForm? form, out string? ownValue)
    {
        form = null;
        ownValue = null;
        if (QueryParameters.TryParse(RawTarget.QueryOf(RawTarget.Of(context)), out List<KeyValuePair<string, string>> parameters) is { } malformed)
        {
            return malformed;
        }

        var builder = new FormBuilder(isInBody: false, regexTime);
        foreach ((string name, string value) in parameters)
        {
            if (name == own)
            {
                ownValue = value;
                continue;
            }

            byte[] text = Encoding.UTF8.GetBytes(value);
            builder.Say(name, text);
            if (Set(builder, name, value, text) is { } problem)
            {
                return problem;
            }
        }

        return builder.Finish(out form);
    }

    private static Problem? Set(FormBuilder builder, string name, string value, byte[] text)
    {
        switch (name)
        {
            case "filter":
                return builder.SetFilter(text);
            case "sort":
                return builder.SetSort(value);
            case "select":
                return builder.SetSelect(value);
            case "limit":
                return builder.SetLimit(value);
            case "reverse" or "count" or "explain":
                return value is "true" or "false" ? builder.SetFlag(name, value == "true") : builder.Refuse(name, $"'{name}' is 'true' or 'false'.");
            default:
                return builder.SetText(name, value);
        }
    }
}
