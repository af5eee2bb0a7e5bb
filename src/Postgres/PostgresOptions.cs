namespace DocService.Postgres;

/// <summary>Which database, and within which limits.</summary>
public sealed record PostgresOptions
{
    /// <summary>As Npgsql writes it. Of several hosts the primary is taken.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Longest that a request waits for the database. What cannot be known by then is <see cref="OutcomeUnknownException"/>.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many standbys have a write at <see cref="DurabilityLevel.Replicated"/> on their disks; 0: nobody may ask for it.</summary>
    public int Replicas { get; init; }

    /// <summary>How long a request with a key is remembered at least.</summary>
    public TimeSpan IdempotencyRetention { get; init; } = TimeSpan.FromHours(24);
}
