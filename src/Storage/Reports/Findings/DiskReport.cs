namespace DocService.Storage.Reports.Findings;

/// <summary>What a disk and its filesystem can promise, as far as that can be found out without cutting its power.</summary>
public sealed record DiskReport
{
    /// <summary>Type as the mount table names it ("ext4").</summary>
    public required string FileSystem { get; init; }

    /// <summary>Mount options, comma-separated.</summary>
    public required string MountOptions { get; init; }

    /// <summary>Bytes that this process may still allocate.</summary>
    public required long FreeBytes { get; init; }

    /// <summary>Inodes that this process may still allocate; null where there is no such limit.</summary>
    public required long? FreeInodes { get; init; }

    /// <summary>One for each method measured.</summary>
    public required IReadOnlyList<SyncLatency> Latencies { get; init; }

    /// <summary>Reasons why a success of this disk does not mean durable; empty: none found.</summary>
    public required IReadOnlyList<string> Faults { get; init; }

    /// <summary>What weakens the promise or cannot be judged from here.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }
}
