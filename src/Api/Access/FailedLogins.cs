using System.Net;

namespace DocService.Api.Access;

/// <summary>Tells the log of keys that open nothing: how many, and where the last one came from. A line every ten seconds at most, however many there are, and never a secret.</summary>
/// <remarks>Thread: any.</remarks>
internal sealed class FailedLogins(TimeProvider clock, ILogger<FailedLogins> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long? _told;
    private long _untold;

    public void Note(IPAddress? from)
    {
        long count;
        lock (_gate)
        {
            _untold++;
            if (_told is { } before && clock.GetElapsedTime(before) < Interval)
            {
                return;
            }

            _told = clock.GetTimestamp();
            count = _untold;
            _untold = 0;
        }

        logger.LogWarning("Refused {Count} requests with an API key that opens nothing, the last one from {Address}", count, from);
    }
}
