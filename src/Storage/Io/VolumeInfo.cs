namespace DocService.Storage.Io;

/// <summary>The filesystem below a directory.</summary>
internal readonly record struct VolumeInfo
{
    /// <summary>Type as the mount table names it ("ext4"), or the magic number in hexadecimal when it is not listed there.</summary>
    public required string Type { get; init; }

    /// <summary>Mount options, comma-separated, of the mount and of the filesystem; empty when unknown.</summary>
    public required string MountOptions { get; init; }

    /// <summary>Bytes that this process may still allocate.</summary>
    public required long FreeBytes { get; init; }

    /// <summary>Size in bytes.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>Inodes that this process may still allocate; <see cref="long.MaxValue"/> where the filesystem has no such limit.</summary>
    public required long FreeInodes { get; init; }

    /// <summary>Allocation unit in bytes.</summary>
    public required int BlockBytes { get; init; }
}
