using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using DocService.Schemas.Judging;
using Json.Schema;

namespace DocService.Schemas.Texts;

/// <summary>A format that strings can have, as the library knows it.</summary>
internal sealed class StringFormat
{
    /// <summary>Bytes; what is longer has none of these formats, and would keep the library busy.</summary>
    private const int BytesMax = 4096;

    private const int BytesPerUnit = 2;

    private static readonly Dictionary<string, StringFormat> Known = new Format[]
    {
        Formats.Date, Formats.DateTime, Formats.Duration, Formats.Email, Formats.Hostname, Formats.IdnEmail, Formats.IdnHostname, Formats.Ipv4, Formats.Ipv6, Formats.Iri,
        Formats.IriReference, Formats.JsonPointer, Formats.RelativeJsonPointer, Formats.Time, Formats.Uri, Formats.UriReference, Formats.UriTemplate, Formats.Uuid,
    }.ToDictionary(format => format.Key, format => new StringFormat(format.Key, format), StringComparer.Ordinal);

    private readonly Format? _format;

    private StringFormat(string name, Format? format)
    {
        Name = name;
        _format = format;
    }

    /// <summary>Expressions are read as those of schemas are.</summary>
    private static StringFormat Regex { get; } = new("regex", null);

    public static IEnumerable<string> Names => Known.Keys.Append(Regex.Name).Order(StringComparer.Ordinal);

    public string Name { get; }

    /// <summary>Null where there is no such format.</summary>
    public static StringFormat? Find(string name) => name == Regex.Name ? Regex : Known.GetValueOrDefault(name);

    public bool Fits(Evaluation run, JsonElement value)
    {
        int bytes = JsonMarshal.GetRawUtf8Value(value).Length;
        return bytes <= BytesMax && run.Pay(10 + (bytes / BytesPerUnit)) && run.Timed(_format is null ? IsExpression : _ => IsOf(value), value.GetString()!);
    }

    private static bool? IsExpression(string text) => PatternTranslation.TryTranslate(text, out _, out _);

    /// <summary>What the library lets pass: a line break at the end, brackets around an address, another character for the T of a date-time.</summary>
    private bool IsSurelyNot(string text) => Name switch
    {
        "json-pointer" or "relative-json-pointer" => false,
        "ipv6" when text.StartsWith('[') => true,
        "date-time" when text.Length > 10 && text[10] is not ('T' or 't') => true,
        "email" or "idn-email" when text.StartsWith('"') => text.AsSpan().ContainsAnyInRange('\0', '\x1F') || text.Contains('\x7F', StringComparison.Ordinal), // quoted, it may have spaces
        "hostname" or "idn-hostname" when !HostLabels.AreRight(text) => true,
        _ => text.AsSpan().ContainsAnyInRange('\0', ' ') || text.Contains('\x7F', StringComparison.Ordinal),
    };

    /// <summary>The library throws on some texts that have not the format: a date in the year 0, a quote in a domain.</summary>
    private bool? IsOf(in JsonElement value)
    {
        if (IsSurelyNot(value.GetString()!))
        {
            return false;
        }

        try
        {
            return _format!.Validate(Name is "hostname" or "idn-hostname" ? HostLabels.WithoutPunycode(value) : value, out _);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidOperationException or JsonException or OverflowException or IndexOutOfRangeException or NullReferenceException)
        {
            return false;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }
}
