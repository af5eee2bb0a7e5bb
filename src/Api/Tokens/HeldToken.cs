using DocService.Api.Keys;

namespace DocService.Api.Tokens;

/// <summary>A token while a request with it is under way. Dispose it with the request.</summary>
#pragma warning disable CA1001 // What can be cancelled has neither a timer nor a wait handle, and others may still hold its token.
internal sealed class HeldToken : IDisposable
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _ended = new();
    private readonly Action<HeldToken> _left;

    /// <param name="owner">Whose the request is.</param>
    /// <param name="claims">Of the token.</param>
    /// <param name="end">From then on it opens nothing.</param>
    /// <param name="left">Told when the request has ended.</param>
    public HeldToken(string owner, TokenClaims claims, DateTimeOffset end, Action<HeldToken> left)
    {
        _left = left;
        End = end;
        Caller = new Caller(owner, claims.Rights, _ended.Token);
    }

    public DateTimeOffset End { get; }

    public Caller Caller { get; }

    /// <summary>What the request does ends with it.</summary>
    public void Cancel() => _ended.Cancel();

    public void Dispose() => _left(this);
}
