using System.Globalization;
using System.Text;
using DocService.Api.Ids;
using DocService.Api.Problems;
using DocService.Api.Routing;

namespace DocService.Api.Queries;

/// <summary>A query as the parameters of a URI.</summary>
internal static class UriForm
{
    public static Problem? TryParse(HttpContext context, TimeSpan regexTime, out QueryForm? form)
    {
        form = null;
        if (QueryParameters.TryParse(RawTarget.QueryOf(RawTarget.Of(context)), out List<KeyValuePair<string, string>> parameters) is { } malformed)
        {
            return malformed;
        }

        var builder = new FormBuilder(isInBody: false, regexTime);
        foreach ((string name, string value) in parameters)
        {
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
                return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) ? builder.SetLimit(limit) : builder.RefuseLimit();
            case "reverse" or "count" or "explain":
                return value is "true" or "false" ? builder.SetFlag(name, value == "true") : builder.Refuse(name, $"'{name}' is 'true' or 'false'.");
            default:
                return builder.SetText(name, value);
        }
    }
}
