using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Fields;

/// <summary>HTTP-date (RFC 9110 section 5.6.7): written in one form, read in all three.</summary>
internal static class HttpDate
{
    private static readonly string[] Formats =
    [
        "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
        "dddd, dd-MMM-yy HH:mm:ss 'GMT'",
        "ddd MMM d HH:mm:ss yyyy",
        "ddd MMM  d HH:mm:ss yyyy",
    ];

    /// <summary>Null when absent or not one valid date: then the condition is ignored (13.1.3, 13.1.4).</summary>
    public static DateTimeOffset? Parse(StringValues lines) =>
        lines.Count == 1 && DateTimeOffset.TryParseExact(
            lines[0], Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date)
            ? date
            : null;

    public static string Format(DateTimeOffset time) => time.ToString("R", CultureInfo.InvariantCulture);
}
