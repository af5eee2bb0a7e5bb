namespace DocService.Storage.Io.Volumes;

/// <summary>The filesystem below a directory.</summary>
internal readonly record struct VolumeInfo
{
    /// <summary>Type as the mount table names it ("ext4"), or the magic number in hexadecimal when it is not listed there.</summary>
    public required string Type { get; init; }

    /// <summary>The mount below the directory, and below an overlay the mount of its upper layer; empty when unknown.</summary>
    public required IReadOnlyList<Mount> Mounts { get; init; }

    /// <summary>Options of the mount, comma-separated; empty when unknown.</summary>
    public string MountOptions => Mounts.Count > 0 ? Mounts[0].Options : string.Empty;

    /// <summary>What this process may still allocate.</summary>
    public required FreeSpace Free { get; init; }

    /// <summary>Size in bytes.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>Allocation unit in bytes.</summary>
    public required int BlockBytes { get; init; }
}
