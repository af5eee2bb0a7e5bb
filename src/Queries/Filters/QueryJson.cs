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

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = BytesMax, AllowDuplicateProperties = false };

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
            document = JsonDocument.Parse(json, Options);
        }
        catch (JsonException cause)
        {
            long position = Position(json.Span, cause);
            return faults.Add<JsonDocument>("", $"The {what} is not valid JSON at byte {position.ToString(CultureInfo.InvariantCulture)}, or has a name twice in an object.");
        }

        catch (InvalidOperationException)
        {
            return faults.Add<JsonDocument>("", $"A name in the {what} holds half of a surrogate pair.");
        }

        if (HasSoundParts(document.RootElement, "", 1, what, faults))
        {
            return document;
        }

        document.Dispose();
        return null;
    }

    /// <summary>Goes down at most one level more than is allowed.</summary>
    private static bool HasSoundParts(JsonElement value, string pointer, int depth, string what, FaultList faults)
    {
        bool isNested = value.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
        if (isNested && depth > DepthMax)
        {
            faults.Add<object>(pointer, $"The {what} is nested more than {DepthMax} levels deep.");
            return false;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    if (!HasSoundParts(property.Value, QueryFault.Step(pointer, property.Name), depth + 1, what, faults))
                    {
                        return false;
                    }
                }

                return true;
            case JsonValueKind.Array:
                int index = 0;
                foreach (JsonElement element in value.EnumerateArray())
                {
                    if (!HasSoundParts(element, $"{pointer}/{index++}", depth + 1, what, faults))
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
