using System.Collections.Concurrent;

namespace DocService.Api.Tokens;

/// <summary>The tokens of requests under way, so that these end with them.</summary>
/// <remarks>Owns: the set of them, as many as there are requests. Thread: any.</remarks>
internal sealed class HeldTokens
{
    private readonly ConcurrentDictionary<HeldToken, bool> _held = [];

    /// <summary>How many requests with tokens are under way.</summary>
    public int Count => _held.Count;

    /// <summary>
    /// Holds a token until the request has ended. Its owner is the issuer, a space, and the subject: no issuer holds a space, and
    /// the id of an API key holds none either, so no two owners are the same.
    /// </summary>
    public HeldToken Hold(string issuer, TokenClaims claims, DateTimeOffset end)
    {
        var held = new HeldToken($"{issuer} {claims.Subject}", claims, end, left => _held.TryRemove(left, out _));
        _held[held] = true;
        return held;
    }

    /// <summary>Ends the requests whose token's time is over.</summary>
    public void EndExpired(DateTimeOffset now)
    {
        foreach (HeldToken held in _held.Keys.Where(held => held.End <= now))
        {
            held.Cancel();
        }
    }
}
