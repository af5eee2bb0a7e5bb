namespace DocService.Storage.Reports;

/// <summary>A snapshot of the store for operators.</summary>
public sealed record StoreStatus
{
    public required StoreState State { get; init; }

    /// <summary>Why the state is not <see cref="StoreState.Ready"/>; null when it is.</summary>
    public required string? Reason { get; init; }

    /// <summary>Identity of the data directory, made at its first start.</summary>
    public required Guid StoreId { get; init; }

    /// <summary>Full path of the data directory.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Whether this start created the directory's content.</summary>
    public required bool IsFirstStart { get; init; }

    /// <summary>Every commit up to this sequence has been handed to the operating system.</summary>
    public required long AppendedThrough { get; init; }

    /// <summary>Every commit up to this sequence is durable, or was refused.</summary>
    public required long DurableThrough { get; init; }

    /// <summary>Every commit up to this sequence is filed, or was refused.</summary>
    public required long FiledThrough { get; init; }

    /// <summary>Documents in the journal that are not yet filed.</summary>
    public required int PendingDocuments { get; init; }

    /// <summary>Bytes of journal that hold unfiled commits.</summary>
    public required long JournalBytes { get; init; }

    /// <summary>Commits waiting for the journal's thread.</summary>
    public required int QueuedCommits { get; init; }

    /// <summary>How long the journal's sync under way has been running: seconds mean a disk that hangs.</summary>
    public required TimeSpan SyncRunningFor { get; init; }

    /// <summary>Why filing does not get on at present; null when it does.</summary>
    public required string? FilingObstacle { get; init; }

    /// <summary>What this start found in the journal; null when that is damaged.</summary>
    public required RecoveryReport? Recovery { get; init; }

    /// <summary>The best level that this filesystem can keep.</summary>
    public required DurabilityLevel Promise { get; init; }

    /// <summary>Why <see cref="Promise"/> is not the best level, or what is uncertain about it; null when nothing is.</summary>
    public required string? PromiseRemark { get; init; }

    /// <summary>Type of the filesystem ("ext4").</summary>
    public required string FileSystem { get; init; }

    /// <summary>Its mount options, comma-separated.</summary>
    public required string MountOptions { get; init; }

    public required long FreeBytes { get; init; }

    public required long FreeInodes { get; init; }
}
