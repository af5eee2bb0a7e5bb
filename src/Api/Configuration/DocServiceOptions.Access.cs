namespace DocService.Api.Configuration;

/// <summary>What is said of those who ask.</summary>
internal sealed partial class DocServiceOptions
{
    private const int CountLimit = 10_000_000; // a period of 6 µs

    /// <summary>Address of the OpenID provider whose tokens (JWT) are taken; null: none are.</summary>
    public string? JwtAuthority { get; set; }

    /// <summary>Whom a token must be for.</summary>
    public string? JwtAudience { get; set; }

    /// <summary>Algorithms of signatures that are taken, separated by commas; asymmetric ones.</summary>
    public string JwtAlgorithms { get; set; } = "RS256,PS256,ES256";

    /// <summary>Name of the claim with the rights.</summary>
    public string JwtClaim { get; set; } = "docservice";

    /// <summary>Requests that one key may send in a minute, or one address without a key; null: any number.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>How many of these may come at once; unset: those of ten seconds.</summary>
    public int? RequestBurst { get; set; }

    /// <summary>Requests that one key may have under way, or one address without a key; null: any number.</summary>
    public int? ConcurrentRequestsMax { get; set; }

    /// <summary>Keys and tokens that open nothing which one address may send in a minute before it is told to wait; 0: any number.</summary>
    public int FailedLoginsPerMinute { get; set; } = 60;

    /// <summary>File that gets a line for each request that could change something; null: none.</summary>
    public string? AuditFile { get; set; }

    public bool TakesTokens => JwtAuthority is not null;

    private string? ValidateAccess()
    {
        if (FailedLoginsPerMinute is < 0 or > CountLimit)
        {
            return $"DocService:FailedLoginsPerMinute must lie between 0 and {CountLimit}, not {FailedLoginsPerMinute}.";
        }

        foreach ((string key, int? count) in new[] { (nameof(RequestsPerMinute), RequestsPerMinute), (nameof(RequestBurst), RequestBurst), (nameof(ConcurrentRequestsMax), ConcurrentRequestsMax) })
        {
            if (count is < 1 or > CountLimit)
            {
                return $"DocService:{key} must lie between 1 and {CountLimit}, not {count}.";
            }
        }

        if (AuditFile is not null && (string.IsNullOrWhiteSpace(AuditFile) || AuditFile.Contains('\0', StringComparison.Ordinal)))
        {
            return "DocService:AuditFile must be a path.";
        }

        return RequestBurst is not null && RequestsPerMinute is null
            ? "DocService:RequestBurst needs DocService:RequestsPerMinute."
            : TokenSettings.Validate(this);
    }
}
