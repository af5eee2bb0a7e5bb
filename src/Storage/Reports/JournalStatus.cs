namespace DocService.Storage.Reports;

/// <summary>What the engine with a journal and files tells beside.</summary>
public sealed record JournalStatus : StoreStatus
{
    /// <summary>Full path of the data directory.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Every commit up to this sequence has been handed to the operating system.</summary>
    public required long AppendedThrough { get; init; }

    /// <summary>Every commit up to this sequence is filed, or was refused.</summary>
    public required long FiledThrough { get; init; }

    /// <summary>Documents in the journal that are not yet filed.</summary>
    public required int PendingDocuments { get; init; }

    /// <summary>Bytes of journal that hold unfiled commits.</summary>
    public required long JournalBytes { get; init; }

    /// <summary>Commits waiting for the journal's thread.</summary>
    public required int QueuedCommits { get; init; }

    /// <summary>The cache of documents; all zero when the journal is damaged.</summary>
    public required CacheReport Cache { get; init; }

    /// <summary>How long the journal's sync under way has been running: seconds mean a disk that hangs.</summary>
    public required TimeSpan SyncRunningFor { get; init; }

    /// <summary>Why filing does not get on at present; null when it does.</summary>
    public required string? FilingObstacle { get; init; }

    /// <summary>What this start found in the journal; null when that is damaged.</summary>
    public required RecoveryReport? Recovery { get; init; }

    /// <summary>Requests that are remembered by their keys; null when the journal is damaged.</summary>
    public required RequestsReport? Requests { get; init; }

    /// <summary>What the scrub has found; null when the journal is damaged.</summary>
    public required ScrubReport? Scrub { get; init; }

    /// <summary>Type of the filesystem ("ext4").</summary>
    public required string FileSystem { get; init; }

    /// <summary>Its mount options, comma-separated.</summary>
    public required string MountOptions { get; init; }

    public required long FreeBytes { get; init; }

    public required long FreeInodes { get; init; }
}
