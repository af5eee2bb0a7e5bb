namespace DocService.Api.Browsers;

/// <summary>The origins (RFC 6454) whose pages may use this server from a browser: the setting <c>Cors:Origins</c>. Without it there are none.</summary>
/// <remarks>Thread: any.</remarks>
internal sealed class AllowedOrigins(IEnumerable<string> named)
{
    /// <summary>Stands alone, for every origin.</summary>
    public const string Any = "*";

    private readonly HashSet<string> _named = new(named, StringComparer.Ordinal);

    public bool AreNone => _named.Count == 0;

    /// <summary>Whether pages of every origin may.</summary>
    public bool AreAll => _named.Contains(Any);

    /// <param name="origin">As the field Origin has it; empty where there is none.</param>
    public bool Contain(string origin) => origin.Length > 0 && (AreAll || _named.Contains(origin));

    /// <summary>What is wrong with the first of them that is none, as the end of a sentence; null when nothing is.</summary>
    public static string? FaultIn(IReadOnlyList<string> named) => named is [Any] ? null : named.Select(FaultOf).FirstOrDefault(static fault => fault is not null);

    /// <summary>Strict, because browsers compare the whole text: one that is spelt otherwise would never be met, and nobody would know why.</summary>
    private static string? FaultOf(string origin)
    {
        if (origin.Contains('*', StringComparison.Ordinal))
        {
            return $"'{origin}' is not an origin: '*' stands alone, for all";
        }

        if (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? address) || address.HostNameType is not (UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6))
        {
            return $"'{origin}' is not an origin, such as https://app.example.com or http://localhost:3000";
        }

        string host = address.HostNameType == UriHostNameType.IPv6 ? address.Host : address.IdnHost;
        string sent = address.IsDefaultPort ? $"{address.Scheme}://{host}" : $"{address.Scheme}://{host}:{address.Port}";
        return origin == sent ? null : $"'{origin}' is not what a browser sends: that is '{sent}'";
    }
}
