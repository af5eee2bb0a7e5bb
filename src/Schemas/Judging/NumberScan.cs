using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DocService.Schemas.Judging;

/// <summary>Looks through a text for numbers that a decimal does not hold exactly.</summary>
internal static class NumberScan
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 4096 };

    /// <param name="json">One valid JSON value.</param>
    /// <param name="tokens">How many there are, where all numbers are in range.</param>
    /// <returns>A JSON Pointer to the first that is out of range; null when none is.</returns>
    public static string? FindOutOfRange(ReadOnlySpan<byte> json, out long tokens)
    {
        tokens = 0;
        var reader = new Utf8JsonReader(json, Options);
        while (reader.Read())
        {
            tokens++;
            if (reader.TokenType == JsonTokenType.Number && !ExactDecimal.TryRead(reader.ValueSpan, out _))
            {
                return PointerTo(json, reader.TokenStartIndex);
            }
        }

        return null;
    }

    /// <summary>To the value that begins there.</summary>
    private static string PointerTo(ReadOnlySpan<byte> json, long start)
    {
        var steps = new List<(bool IsArray, int Index, string Name)>();
        var reader = new Utf8JsonReader(json, Options);
        while (reader.Read() && reader.TokenStartIndex <= start)
        {
            if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
            {
                steps.RemoveAt(steps.Count - 1);
                continue;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                steps[^1] = (false, 0, reader.GetString()!);
                continue;
            }

            if (steps.Count > 0 && steps[^1].IsArray)
            {
                steps[^1] = (true, steps[^1].Index + 1, "");
            }

            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            {
                steps.Add((reader.TokenType == JsonTokenType.StartArray, -1, ""));
            }
        }

        var pointer = new StringBuilder();
        foreach ((bool isArray, int index, string name) in steps)
        {
            pointer.Append('/').Append(isArray ? index.ToString(CultureInfo.InvariantCulture) : Pointers.Escape(name));
        }

        return pointer.ToString();
    }
}
