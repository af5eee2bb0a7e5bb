using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DocService.Queries.Paths;

/// <summary>The facts of one document, given beside its body.</summary>
public readonly record struct DocumentFacts
{
    /// <summary>Of one length, so that times compare as their texts do: RFC 3339, UTC, 100 ns.</summary>
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    private static readonly string[] TimeFormats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>UTF-8.</summary>
    public required ReadOnlyMemory<byte> Id { get; init; }
    public required long Version { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required DateTimeOffset Modified { get; init; }

    /// <summary>Bytes of the body.</summary>
    public required long Length { get; init; }

    /// <summary>The media type that the body came with.</summary>
    public required string Type { get; init; }

    /// <summary>The fact as a JSON value: id, type and times are strings, version and length numbers.</summary>
    internal byte[] Json(DocumentFact fact) => fact switch
    {
        DocumentFact.Id => Quoted(Id.Span),
        DocumentFact.Version => Number(Version),
        DocumentFact.Created => Quoted(Text(Created)),
        DocumentFact.Modified => Quoted(Text(Modified)),
        DocumentFact.Length => Number(Length),
        DocumentFact.Type => Quoted(Type),
        _ => throw new ArgumentOutOfRangeException(nameof(fact)),
    };

    internal static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>A time that somebody wrote in a filter, with any offset and as many digits as they like, in the form that compares.</summary>
    internal static string Comparable(string time) =>
        DateTimeOffset.TryParseExact(time, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset parsed)
            ? Text(parsed)
            : time;

    private static byte[] Number(long value)
    {
        byte[] text = new byte[20];
        value.TryFormat(text, out int written, provider: CultureInfo.InvariantCulture);
        return text[..written];
    }

    private static byte[] Quoted(string text) => Quoted(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping));

    private static byte[] Quoted(ReadOnlySpan<byte> utf8) => Quoted(JsonEncodedText.Encode(utf8, JavaScriptEncoder.UnsafeRelaxedJsonEscaping));

    private static byte[] Quoted(JsonEncodedText text) => [(byte)'"', .. text.EncodedUtf8Bytes, (byte)'"'];
}
