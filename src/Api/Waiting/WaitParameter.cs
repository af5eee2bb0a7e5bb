using System.Globalization;
using DocService.Api.Problems;

namespace DocService.Api.Waiting;

/// <summary>The parameter that says how long a request waits for a change.</summary>
internal static class WaitParameter
{
    public const string Name = "wait";

    /// <summary>In seconds: proxies end a request that is silent for a minute.</summary>
    private const int SecondsMax = 50;

    public static Problem? TryRead(string text, out TimeSpan wait)
    {
        bool isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds is >= 1 and <= SecondsMax;
        wait = TimeSpan.FromSeconds(isNumber ? seconds : 0);
        return isNumber ? null : QueryProblems.Value(new QueryPlace(Name, IsInBody: false), $"'{Name}' is a whole number of seconds from 1 to {SecondsMax}.");
    }
}
