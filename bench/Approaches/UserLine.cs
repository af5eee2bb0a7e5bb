using System.Text.Json;

namespace DocService.Approaches;

/// <summary>Reads single members of a user's JSON.</summary>
internal static class UserLine
{
    /// <summary>Whether the member at the top level is this string.</summary>
    public static bool Has(ReadOnlySpan<byte> line, ReadOnlySpan<byte> member, ReadOnlySpan<byte> value)
    {
        var reader = new Utf8JsonReader(line);
        return TryRead(ref reader, member) && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(value);
    }

    /// <summary>The string at the top level; null where there is none.</summary>
    public static string? Get(ReadOnlySpan<byte> line, ReadOnlySpan<byte> member)
    {
        var reader = new Utf8JsonReader(line);
        return TryRead(ref reader, member) ? reader.GetString() : null;
    }

    /// <summary>To the value of the member; false where there is none.</summary>
    private static bool TryRead(ref Utf8JsonReader reader, ReadOnlySpan<byte> member)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isMember = reader.ValueTextEquals(member);
            reader.Read();
            if (isMember)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }
}
