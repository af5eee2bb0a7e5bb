using System.Text.Json;
using DocService.Api.Json;
using DocService.Api.Problems;

namespace DocService.Api.Queries;

/// <summary>A query as the JSON object of a body, in which everything has its own type.</summary>
internal static class BodyForm
{
    /// <summary>A filter has 64 KiB at most, and so has each other part.</summary>
    public const int BytesMax = 512 * 1024;

    /// <summary>Deeper is refused by the parts themselves, which can say where; this only bounds the check before.</summary>
    public const int DepthMax = 256;

    private static readonly string[] Known = [.. QueryForm.Names, "aggregate"];

    /// <param name="json">One JSON value, strictly checked.</param>
    /// <param name="regexTime">The longest that a pattern may take on one value.</param>
    /// <param name="form">Null after a problem.</param>
    public static Problem? TryParse(ReadOnlyMemory<byte> json, TimeSpan regexTime, out QueryForm? form)
    {
        form = null;
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = DepthMax });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return ProblemCatalogue.Invalid("A query is a JSON object, such as {\"filter\":{\"country\":\"NO\"}}.");
        }

        var builder = new FormBuilder(isInBody: true, regexTime);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!Known.Contains(name))
            {
                return ProblemCatalogue.Unknown(Excerpt.Of(reader.ValueSpan), Known);
            }

            reader.Read();
            int start = (int)reader.TokenStartIndex;
            Utf8JsonReader value = reader;
            reader.Skip();
            byte[] text = json.Span[start..(int)reader.BytesConsumed].ToArray(); // the body goes before the answer is made
            builder.Say(name, text);
            if (Set(builder, name, ref value, text) is { } problem)
            {
                return problem;
            }
        }

        return builder.Finish(out form);
    }

    private static Problem? Set(FormBuilder builder, string name, ref Utf8JsonReader value, byte[] text)
    {
        switch (name)
        {
            case "filter":
                return builder.SetFilter(text);
            case "sort":
                return builder.SetSort(text);
            case "select":
                return builder.SetSelect(text);
            case "aggregate":
                return builder.SetAggregate(text);
            case "limit":
                return value.TokenType == JsonTokenType.Number && value.TryGetInt64(out long limit) ? builder.SetLimit(limit) : builder.RefuseLimit();
            case "reverse" or "count" or "explain":
                return value.TokenType is JsonTokenType.True or JsonTokenType.False
                    ? builder.SetFlag(name, value.TokenType == JsonTokenType.True)
                    : builder.Refuse(name, $"'{name}' is true or false.");
            default:
                return value.TokenType == JsonTokenType.String ? builder.SetText(name, value.GetString()!) : builder.Refuse(name, $"'{name}' is a string.");
        }
    }
}
