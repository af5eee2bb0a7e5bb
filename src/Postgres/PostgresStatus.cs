namespace DocService.Postgres;

/// <summary>What the engine on PostgreSQL tells beside.</summary>
public sealed record PostgresStatus : StoreStatus
{
    /// <summary>Host and database, without user and password.</summary>
    public required string Database { get; init; }

    /// <summary>Of the server; null until it has answered once.</summary>
    public required string? ServerVersion { get; init; }

    /// <summary>Standbys that have a write of level replicated; 0: that level is not to be had.</summary>
    public required int Replicas { get; init; }

    /// <summary>Of the server, as it was read last; null until then.</summary>
    public required DurabilitySettings? Settings { get; init; }
}

/// <summary>What the server's settings say of the durability of a commit.</summary>
/// <param name="Fsync">Whether the server syncs its log at all.</param>
/// <param name="FullPageWrites">Whether a torn page can be mended.</param>
/// <param name="SynchronousCommit">What a commit waits for: <c>off</c>, <c>local</c>, <c>remote_write</c>, <c>on</c>, <c>remote_apply</c>.</param>
/// <param name="SynchronousStandbyNames">The standbys that a commit waits for; empty: none.</param>
public sealed record DurabilitySettings(bool Fsync, bool FullPageWrites, string SynchronousCommit, string SynchronousStandbyNames)
{
    /// <summary>The best level that these settings keep.</summary>
    public DurabilityLevel Promise => Remark is null ? DurabilityLevel.Durable : DurabilityLevel.Volatile;

    /// <summary>Which setting breaks the promise; null where none does.</summary>
    public string? Remark =>
        !Fsync ? "The server runs with fsync=off: nothing that it acknowledges is known to survive a power cut."
        : !FullPageWrites ? "The server runs with full_page_writes=off: a power cut may tear a page, and what stood in it."
        : SynchronousCommit == "off" ? "The server acknowledges commits before they are synced (synchronous_commit=off)."
        : null;
}
