using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace DocService.Queries.Filters;

/// <summary>Reads the JSON of a filter, a sort and so on as strictly as bodies are read: valid UTF-8, no name twice, no half of a surrogate pair, bounded in size and depth.</summary>
internal static class QueryJson
{
    /// <summary>Of a query's text.</summary>
    public const int BytesMax = 64 * 1024;

    /// <summary>Arrays and objects inside each other.</summary>
    public const int DepthMax = 32;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = DepthMax, AllowDuplicateProperties = false };

    /// <param name="json">One JSON value.</param>
    /// <param name="what">The word for it in messages: "filter".</param>
    /// <param name="faults">Takes the fault.</param>
    /// <returns>Null after a fault. To be disposed.</returns>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> json, string what, FaultList faults)
    {
        if (json.Length > BytesMax)
        {
            return faults.Add<JsonDocument>("", $"The {what} has {json.Length} bytes; at most {BytesMax} are allowed.");
        }

        if (!Utf8.IsValid(json.Span))
        {
            return faults.Add<JsonDocument>("", $"The {what} is not valid UTF-8.");
        }

        JsonDocument document;
        try
        {
            if (FindTooDeep(json.Span) is { } pointer)
            {
                return faults.Add<JsonDocument>(pointer, $"The {what} is nested more than {DepthMax} levels deep.");
            }

            document = JsonDocument.Parse(json, Options);
        }
        catch (JsonException cause)
        {
            string position = Position(json.Span, cause).ToString(CultureInfo.InvariantCulture);
            return faults.Add<JsonDocument>("", $"The {what} is not valid JSON at byte {position}, or has a name twice in an object.");
        }
        catch (InvalidOperationException)
        {
            return faults.Add<JsonDocument>("", $"A name in the {what} holds half of a surrogate pair.");
        }

        if (HasSoundStrings(document.RootElement, "", faults))
        {
            return document;
        }

        document.Dispose();
        return null;
    }

    /// <summary>The pointer to what is nested too deep, or null. JsonDocument takes time with the square of the depth, so this comes first.</summary>
    private static string? FindTooDeep(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        Span<int> elements = stackalloc int[DepthMax + 1]; // of each level's array the element's number; -1 in an object
        string[] names = new string[DepthMax + 1];
        while (reader.Read())
        {
            int depth = reader.CurrentDepth;
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                names[depth] = reader.GetString()!;
                continue;
            }

            if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
            {
                continue;
            }

            bool isNested = reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject;
            if (depth > 0 && elements[depth] >= 0)
            {
                names[depth] = (elements[depth]++).ToString(CultureInfo.InvariantCulture);
            }

            if (isNested && depth == DepthMax)
            {
                return names[1..].Aggregate("", QueryFault.Step);
            }

            if (isNested)
            {
                elements[depth + 1] = reader.TokenType == JsonTokenType.StartArray ? 0 : -1;
            }
        }

        return null;
    }

    private static bool HasSoundStrings(JsonElement value, string pointer, FaultList faults)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    if (!HasSoundStrings(member.Value, QueryFault.Step(pointer, member.Name), faults))
                    {
                        return false;
                    }
                }

                return true;
            case JsonValueKind.Array:
                int index = 0;
                foreach (JsonElement element in value.EnumerateArray())
                {
                    if (!HasSoundStrings(element, $"{pointer}/{index++}", faults))
                    {
                        return false;
                    }
                }

                return true;
            case JsonValueKind.String when !IsWhole(value):
                faults.Add<object>(pointer, "The string holds half of a surrogate pair.");
                return false;
            default:
                return true;
        }
    }

    private static bool IsWhole(JsonElement text)
    {
        try
        {
            return text.GetString() is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static long Position(ReadOnlySpan<byte> json, JsonException cause)
    {
        long lineStart = 0;
        for (long line = cause.LineNumber ?? 0; line > 0; line--)
        {
            lineStart += json[(int)lineStart..].IndexOf((byte)'\n') + 1;
        }

        return lineStart + (cause.BytePositionInLine ?? 0);
    }
}
