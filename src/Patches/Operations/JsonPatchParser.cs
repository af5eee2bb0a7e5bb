using System.Text.Json;
using DocService.Patches.Text;

namespace DocService.Patches.Operations;

/// <summary>One operation of a JSON Patch from its text. Members that RFC 6902 does not know are ignored, as it says (section 4).</summary>
internal static class JsonPatchParser
{
    /// <summary>Of a path; as in a batch. What is made of it is not charged to the budget.</summary>
    private const int PointerBytesMax = 32 * 1024;

    private static readonly Dictionary<string, JsonPatchKind> Kinds = Enum.GetValues<JsonPatchKind>().ToDictionary(kind => kind.ToString().ToLowerInvariant());

    /// <summary>Null, or what is wrong as a clause. The reader is at the element, and is left at its end.</summary>
    public static string? Parse(ReadOnlyMemory<byte> json, ref Utf8JsonReader reader, out JsonPatchOperation? operation)
    {
        operation = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return "it must be an object";
        }

        JsonPatchKind? kind = null;
        JsonPointer? path = null;
        JsonPointer? from = null;
        ReadOnlyMemory<byte>? value = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? fault = null;
            if (reader.ValueTextEquals("op"u8))
            {
                fault = ReadKind(ref reader, out kind);
            }
            else if (reader.ValueTextEquals("path"u8))
            {
                fault = ReadPointer(ref reader, "path", out path);
            }
            else if (reader.ValueTextEquals("from"u8))
            {
                fault = ReadPointer(ref reader, "from", out from);
            }
            else
            {
                bool isValue = reader.ValueTextEquals("value"u8);
                reader.Read();
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                value = isValue ? json[start..(int)reader.BytesConsumed] : value;
            }

            if (fault is not null)
            {
                return fault;
            }
        }

        return Build(kind, path, from, value, out operation);
    }

    private static string? Build(JsonPatchKind? kind, JsonPointer? path, JsonPointer? from, ReadOnlyMemory<byte>? value, out JsonPatchOperation? operation)
    {
        operation = null;
        if (kind is not { } known)
        {
            return $"'op' is missing: {string.Join(", ", Kinds.Keys)}";
        }

        if (path is null)
        {
            return "'path' is missing";
        }

        if (known is JsonPatchKind.Move or JsonPatchKind.Copy)
        {
            if (from is null)
            {
                return "'from' is missing";
            }

            if (known == JsonPatchKind.Move && path.IsInside(from))
            {
                return "a value cannot be moved into itself";
            }
        }

        if (known is JsonPatchKind.Add or JsonPatchKind.Replace or JsonPatchKind.Test && value is null)
        {
            return "'value' is missing";
        }

        operation = new JsonPatchOperation(known, path, from, value ?? default);
        return null;
    }

    private static string? ReadKind(ref Utf8JsonReader reader, out JsonPatchKind? kind)
    {
        kind = null;
        reader.Read();
        foreach ((string name, JsonPatchKind one) in Kinds)
        {
            if (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(name))
            {
                kind = one;
                return null;
            }
        }

        return $"'op' must be one of {string.Join(", ", Kinds.Keys)}";
    }

    private static string? ReadPointer(ref Utf8JsonReader reader, string member, out JsonPointer? pointer)
    {
        pointer = null;
        reader.Read();
        return reader.TokenType != JsonTokenType.String ? $"'{member}' must be a string"
            : reader.ValueSpan.Length > PointerBytesMax ? $"'{member}' is longer than {PointerBytesMax} bytes"
            : JsonPointer.TryParse(reader.GetString()!, out pointer, out string? reason) ? null
            : $"'{member}': {reason}";
    }
}
