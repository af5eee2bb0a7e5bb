using System.Text;
using System.Text.Json;
using DocService.Queries.Keys;

namespace DocService.Queries.Tests.Support;

internal static class Json
{
    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Standing at the value's first token.</summary>
    public static Utf8JsonReader Reader(byte[] json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1000 });
        reader.Read();
        return reader;
    }

    public static byte[] Key(string json, bool fold = false)
    {
        var writer = new KeyWriter();
        Utf8JsonReader reader = Reader(Bytes(json));
        new KeyEncoder(fold).Write(writer, ref reader);
        return writer.Written.ToArray();
    }
}
