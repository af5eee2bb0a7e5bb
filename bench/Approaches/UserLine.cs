using System.Text.Json;

namespace DocService.Approaches;

/// <summary>Reads single members of a user's JSON.</summary>
internal static class UserLine
{
    /// <summary>Whether the member at the top level is this string.</summary>
    public static bool Has(ReadOnlySpan<byte> line, ReadOnlySpan<byte> member, ReadOnlySpan<byte> value)
    {
        var reader = new Utf8JsonReader(line);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isMember = reader.ValueTextEquals(member);
            reader.Read();
            if (isMember)
            {
                return reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(value);
            }

            reader.Skip();
        }

        return false;
    }

    /// <summary>The string at the top level; null where there is none.</summary>
    public static string? Get(ReadOnlySpan<byte> line, ReadOnlySpan<byte> member)
    {
        var reader = new Utf8JsonReader(line);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isMember = reader.ValueTextEquals(member);
            reader.Read();
            if (isMember)
            {
                return reader.GetString();
            }

            reader.Skip();
        }

        return null;
    }
}
