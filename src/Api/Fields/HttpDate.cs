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

    private const string LeapSecond = ":60";

    private static readonly CultureInfo Culture = CreateCulture();

    /// <summary>Null when absent or not one valid date: then the condition is ignored (13.1.3, 13.1.4).</summary>
    public static DateTimeOffset? Parse(StringValues lines)
    {
        if (lines.Count != 1 || lines[0] is not { } text)
        {
            return null;
        }

        // A leap second is a valid time of day, which .NET does not know: it is the second after the one before.
        bool isLeapSecond = text.Contains(LeapSecond, StringComparison.Ordinal);
        string known = isLeapSecond ? text.Replace(LeapSecond, ":59", StringComparison.Ordinal) : text;
        return DateTimeOffset.TryParseExact(known, Formats, Culture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date)
            ? date.AddSeconds(isLeapSecond ? 1 : 0)
            : null;
    }

    public static string Format(DateTimeOffset time) => time.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Years of two digits that seem to lie more than 50 years ahead lie in the past (5.6.7).</summary>
    private static CultureInfo CreateCulture()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.DateTimeFormat.Calendar = new GregorianCalendar { TwoDigitYearMax = TimeProvider.System.GetUtcNow().Year + 50 };
        return culture;
    }
}
