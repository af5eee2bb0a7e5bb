using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DocService.Proof.Clients;

/// <summary>The content of every write, told apart by its tag: whoever reads it knows which write it was, to the byte.</summary>
internal static class Bodies
{
    /// <summary>Mostly small, sometimes over several blocks of the journal.</summary>
    private const int PaddingMax = 9000;

    public static string Of(string key, long tag)
    {
        int padding = tag % 7 == 0 ? (int)(tag * 7919 % PaddingMax) : (int)(tag % 50);
        return string.Create(CultureInfo.InvariantCulture, $"{{\"w\":{tag},\"k\":\"{key}\",\"p\":\"{new string((char)('a' + (tag % 26)), padding)}\"}}");
    }

    /// <summary>The tag of a body that some write could have put under the key; null for any other bytes.</summary>
    public static long? TagOf(string key, ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            long tag = document.RootElement.GetProperty("w"u8).GetInt64();
            return tag > 0 && body.SequenceEqual(Encoding.UTF8.GetBytes(Of(key, tag))) ? tag : null;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
