using DocService.Api.Configuration;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace DocService.Api.Tokens;

/// <summary>The provider's keys. They are kept, looked at again every hour, and for a token whose key is not among them.</summary>
/// <remarks>
/// Owns: the last keys that were fetched, and the one look that may be under way. Thread: any; no request waits longer than a look
/// takes. Invariant: the provider is asked at most once in 30 s, after a failure at most once in a second, later in a minute.
/// On failure: the keys before stay in force for a day; behind it no token can be judged.
/// </remarks>
internal sealed class ProviderKeys(DocServiceOptions options, TimeProvider clock, ILogger<ProviderKeys> logger) : IDisposable
{
    /// <summary>After that long a token's withdrawn key is noticed although nobody names another.</summary>
    public static readonly TimeSpan RefreshAfter = TimeSpan.FromHours(1);

    /// <summary>Keys that could not be looked at for so long are not trusted any more.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);

    /// <summary>Tokens with invented key ids must not become requests to the provider.</summary>
    public static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LookFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMinutes(1);

    private readonly ProviderDocuments _documents = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly Lock _gate = new();
    private Held? _held;
    private Task _look = Task.CompletedTask;
    private long _looked;
    private TimeSpan _pause;
    private TimeSpan _nextPause = TimeSpan.FromSeconds(1);

    /// <summary>What is known of the provider; null where that is nothing, or too old.</summary>
    public Provider? Known => Volatile.Read(ref _held) is { } held && clock.GetElapsedTime(held.At) < KeptFor ? held.Provider : null;

    /// <summary>Seconds after which a look may find more.</summary>
    public int RetrySeconds => (int)Math.Ceiling(Math.Max(1, (_pause - clock.GetElapsedTime(_looked)).TotalSeconds));

    /// <summary>What is known of the provider, after a look if there is need for one and none was just done.</summary>
    /// <param name="keyId">Of the key that is needed; null: any.</param>
    /// <param name="cancellation">Ends the wait, not the look.</param>
    public async ValueTask<Provider?> GetAsync(string? keyId, CancellationToken cancellation)
    {
        if (Known is { } known && known.Find(keyId).Any())
        {
            return known;
        }

        if (TryLook() is { } look)
        {
            await look.WaitAsync(cancellation);
        }

        return Known;
    }

    /// <summary>Begins a look when the last good one is an hour old, so that a withdrawn key is noticed although nobody names another. Nobody waits for it.</summary>
    public void Refresh()
    {
        if (Volatile.Read(ref _held) is { } held && clock.GetElapsedTime(held.At) >= RefreshAfter)
        {
            _ = TryLook();
        }
    }

    public void Dispose()
    {
        _stopped.Cancel();
        _stopped.Dispose();
        _documents.Dispose();
    }

    /// <summary>The look that is under way, or one that begins; null while it is too early for another.</summary>
    private Task? TryLook()
    {
        lock (_gate)
        {
            if (!_look.IsCompleted)
            {
                return _look;
            }

            if (_looked != 0 && clock.GetElapsedTime(_looked) < _pause)
            {
                return null;
            }

            CancellationToken stopped = _stopped.Token;
            return _look = Task.Run(() => LookAsync(stopped), CancellationToken.None);
        }
    }

    private async Task LookAsync(CancellationToken stopped)
    {
        TimeSpan pause = LookAgainAfter;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopped);
            limit.CancelAfter(LookFor);
            string authority = options.JwtAuthority!;
            OpenIdConnectConfiguration published = await OpenIdConnectConfigurationRetriever.GetAsync(authority.TrimEnd('/') + "/.well-known/openid-configuration", _documents, limit.Token);
            var provider = Provider.Of(published, authority);
            Volatile.Write(ref _held, new Held(provider, clock.GetTimestamp()));
            _nextPause = TimeSpan.FromSeconds(1);
            if (provider.Keys.Count == 0)
            {
                logger.LogWarning("The provider {Authority} has no key that tokens may be signed with", authority);
            }
        }
#pragma warning disable CA1031 // Whatever keeps the keys away, the ones before stay in force, and the next look tries again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            pause = _nextPause;
            _nextPause = 2 * pause < PauseMax ? 2 * pause : PauseMax;
            if (!stopped.IsCancellationRequested)
            {
                logger.LogWarning("The keys of the provider {Authority} cannot be fetched; asked again in {Seconds} s at the earliest: {Reason}", options.JwtAuthority, pause.TotalSeconds, exception.Message);
            }
        }

        lock (_gate)
        {
            _pause = pause;
            _looked = clock.GetTimestamp();
        }
    }

    private sealed record Held(Provider Provider, long At);
}
