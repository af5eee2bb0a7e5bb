using DocService.Storage.Io;
using DocService.Storage.Io.Volumes;

namespace DocService.Storage.Engine.Opening;

/// <summary>What a filesystem can keep through a power cut.</summary>
internal static class VolumePromise
{
    private const string Overlay = "overlay";

    private static readonly string[] InMemory = ["tmpfs", "ramfs", "devtmpfs"];

    private static readonly string[] Network =
        ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "fuse.sshfs", "fuse.glusterfs", "afs", "lustre", "virtiofs"];

    private static readonly string[] CopyOnWrite = ["btrfs", "zfs", "bcachefs"];

    /// <summary>Spellings of "without barriers": ext4 shows the first for all of its own, others show what they were given.</summary>
    private static readonly string[] WithoutBarriers = ["nobarrier", "barrier=0", "barrier=off", "barrier=none"];

    /// <summary>overlayfs: the option as it is given and as older kernels show it, and as newer ones show it.</summary>
    private static readonly string[] WithoutSyncs = ["volatile", "fsync=volatile"];

    /// <summary>The best level, and a remark where that is less than <see cref="DurabilityLevel.Filed"/> or uncertain.</summary>
    public static (DurabilityLevel Best, string? Remark) Judge(VolumeInfo volume)
    {
        foreach (Mount mount in volume.Mounts)
        {
            if (WhyVolatile(mount) is { } reason)
            {
                return (DurabilityLevel.Volatile, mount == volume.Mounts[0] ? reason : $"The upper layer of the overlay loses data: {reason}");
            }
        }

        return (DurabilityLevel.Filed, volume.Mounts.Count > 0 ? WhyUncertain(volume.Mounts[^1]) : null);
    }

    private static string? WhyVolatile(Mount mount)
    {
        if (InMemory.Contains(mount.Type))
        {
            return $"{mount.Type} keeps data in memory: nothing survives a power cut.";
        }

        if (mount.Type == Overlay && Array.Exists(WithoutSyncs, mount.Has))
        {
            return "The overlay is mounted volatile: its syncs do nothing.";
        }

        return Array.Exists(WithoutBarriers, mount.Has)
            ? "The filesystem is mounted without barriers: a sync does not reach the device's medium."
            : null;
    }

    /// <summary>Of the mount where all that is written ends.</summary>
    private static string? WhyUncertain(Mount mount)
    {
        if (mount.Type == Overlay)
        {
            return "The overlay's upper layer cannot be seen from here: what its syncs keep depends on the filesystem below. In a container, a volume is the place for data.";
        }

        if (CopyOnWrite.Contains(mount.Type))
        {
            return $"{mount.Type} writes copies, so spare segments reserve no room: on a full disk deletes may be refused.";
        }

        return Network.Contains(mount.Type)
            ? $"{mount.Type} is a network filesystem: what its syncs keep depends on the server."
            : null;
    }
}
