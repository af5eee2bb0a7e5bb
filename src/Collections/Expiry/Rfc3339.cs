using System.Globalization;
using System.Text.RegularExpressions;

namespace DocService.Collections.Expiry;

/// <summary>Reads a moment as RFC 3339 writes it: date and time with an offset, and nothing else.</summary>
internal static partial class Rfc3339
{
    /// <summary>The store's times have 100 ns; finer digits are cut off, so that a document never stays longer than it says.</summary>
    private const int FractionDigits = 7;

    private const string Second = "yyyy-MM-dd'T'HH:mm:ss";
    private const string LeapSecond = ":60";

    /// <summary>False where it is none, or lies outside the years 1 to 9999 of UTC.</summary>
    public static bool TryParse(string text, out DateTimeOffset moment)
    {
        moment = default;
        Match match = Form().Match(text);
        if (!match.Success)
        {
            return false;
        }

        // .NET knows no leap second: it is the second behind the one before, and there is one only at the end of a day of UTC.
        string time = match.Groups["time"].Value.ToUpperInvariant();
        bool isLeap = time.EndsWith(LeapSecond, StringComparison.Ordinal);
        string known = isLeap ? time[..^LeapSecond.Length] + ":59" : time;
        if (!DateTime.TryParseExact(known, Second, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime local) || !TryGetOffset(match, out TimeSpan offset))
        {
            return false;
        }

        string fraction = match.Groups["fraction"].Value.PadRight(FractionDigits, '0')[..FractionDigits];
        long ticks = local.Ticks + long.Parse(fraction, NumberStyles.None, CultureInfo.InvariantCulture) + (isLeap ? TimeSpan.TicksPerSecond : 0) - offset.Ticks;
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        moment = new DateTimeOffset(ticks, TimeSpan.Zero);
        return !isLeap || moment.TimeOfDay < TimeSpan.FromSeconds(1);
    }

    private static bool TryGetOffset(Match match, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (!match.Groups["hours"].Success)
        {
            return true;
        }

        int hours = int.Parse(match.Groups["hours"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        int minutes = int.Parse(match.Groups["minutes"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        offset = new TimeSpan(hours, minutes, 0) * (match.Groups["sign"].ValueSpan is "-" ? -1 : 1);
        return hours <= 23 && minutes <= 59;
    }

    /// <summary>Section 5.6. The letters T and Z may be small; a space in place of the T is not of this form.</summary>
    [GeneratedRegex(@"\A(?<time>[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2})(\.(?<fraction>[0-9]{1,60}))?([Zz]|(?<sign>[+-])(?<hours>[0-9]{2}):(?<minutes>[0-9]{2}))\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
