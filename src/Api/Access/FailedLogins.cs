using System.Net;
using DocService.Api.Configuration;
using DocService.Api.Limits;

namespace DocService.Api.Access;

/// <summary>
/// Counts the keys and tokens that open nothing, by the address that they come from. Who sends too many in a minute is told to wait, and
/// loses the connection with each. A right key is judged before this and always taken: nobody locks out others behind the same proxy.
/// The log has a line every ten seconds at most, however many there are, and never a secret.
/// </summary>
/// <remarks>Owns: the counts, in a fixed number of places. Thread: any.</remarks>
internal sealed class FailedLogins(DocServiceOptions options, TimeProvider clock, ILogger<FailedLogins> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<int, (long Began, int Count)> _places = [];
    private long? _told;
    private long _untold;

    /// <summary>Notes one more.</summary>
    /// <returns>Seconds after which the address may try again; null while it has not failed too often.</returns>
    public int? Note(IPAddress? from)
    {
        long now = clock.GetTimestamp();
        int? wait;
        long? count;
        lock (_gate)
        {
            wait = CountIn(ClientAddress.PlaceOf(from), now);
            count = CountForLog(now);
        }

        if (count is { } failures)
        {
            logger.LogWarning("Refused {Count} requests with an API key or a token that opens nothing, the last one from {Address}", failures, from);
        }

        return wait;
    }

    private int? CountIn(int place, long now)
    {
        (long began, int count) = _places.GetValueOrDefault(place, (now, 0));
        TimeSpan passed = clock.GetElapsedTime(began, now);
        (began, count, passed) = passed < Window ? (began, count, passed) : (now, 0, TimeSpan.Zero);
        bool isTooMany = options.FailedLoginsPerMinute > 0 && count >= options.FailedLoginsPerMinute;
        _places[place] = (began, isTooMany ? count : count + 1);
        return isTooMany ? (int)Math.Ceiling((Window - passed).TotalSeconds) : null;
    }

    /// <summary>How many have not been told of yet, where it is time to tell.</summary>
    private long? CountForLog(long now)
    {
        _untold++;
        if (_told is { } before && clock.GetElapsedTime(before, now) < Interval)
        {
            return null;
        }

        _told = now;
        long count = _untold;
        _untold = 0;
        return count;
    }
}
