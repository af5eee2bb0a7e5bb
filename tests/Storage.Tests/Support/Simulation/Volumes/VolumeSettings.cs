using DocService.Storage.Io;
using DocService.Storage.Io.Volumes;

namespace DocService.Storage.Tests.Support.Simulation.Volumes;

/// <summary>What a simulated volume is like; crash states and killed file systems keep it.</summary>
internal sealed record VolumeSettings
{
    /// <summary>Filesystem type as the mount table would name it.</summary>
    public string Type { get; init; } = "ext4";

    public string MountOptions { get; init; } = "rw,relatime";

    /// <summary>Size in bytes; allocation is in blocks of <see cref="FileContent.PageBytes"/>.</summary>
    public long CapacityBytes { get; init; } = 1L << 40;

    public long CapacityInodes { get; init; } = 1L << 30;

    public DurabilityProfile Profile { get; init; } = DurabilityProfile.Adversarial;

    public long CapacityBlocks => CapacityBytes / FileContent.PageBytes;

    public VolumeInfo ToInfo(long usedBlocks, long usedInodes) => new()
    {
        Type = Type,
        Mounts = [new Mount(Type, MountOptions)],
        BlockBytes = FileContent.PageBytes,
        TotalBytes = CapacityBytes,
        Free = ToFreeSpace(usedBlocks, usedInodes),
    };

    public FreeSpace ToFreeSpace(long usedBlocks, long usedInodes) =>
        new(Math.Max(0, CapacityBlocks - usedBlocks) * FileContent.PageBytes, Math.Max(0, CapacityInodes - usedInodes));
}
