using System.Text.Json;

namespace DocService.Patches.Text;

/// <summary>How deep a value is: a scalar 0, an empty array 1.</summary>
internal static class JsonDepth
{
    public static int Of(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = JsonWalk.ReaderOf(json);
        int depth = 0;
        while (reader.Read())
        {
            depth = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? Math.Max(depth, reader.CurrentDepth + 1) : depth;
        }

        return depth;
    }
}
