using DocService.Storage.Io;

namespace DocService.Storage.Engine.Opening;

/// <summary>What a filesystem can keep through a power cut.</summary>
internal static class VolumePromise
{
    private static readonly string[] InMemory = ["tmpfs", "ramfs", "devtmpfs"];

    private static readonly string[] Network =
        ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "fuse.sshfs", "fuse.glusterfs", "afs", "lustre", "virtiofs"];

    /// <summary>The best level, and a remark where that is less than <see cref="DurabilityLevel.Filed"/> or uncertain.</summary>
    public static (DurabilityLevel Best, string? Remark) Judge(VolumeInfo volume)
    {
        string[] options = volume.MountOptions.Split(',');
        if (InMemory.Contains(volume.Type))
        {
            return (DurabilityLevel.Volatile, $"{volume.Type} keeps data in memory: nothing survives a power cut.");
        }

        if (volume.Type == "overlay" && options.Contains("volatile"))
        {
            return (DurabilityLevel.Volatile, "The overlay is mounted volatile: its syncs do nothing.");
        }

        if (options.Contains("nobarrier") || options.Contains("barrier=0"))
        {
            return (DurabilityLevel.Volatile, "The filesystem is mounted without barriers: a sync does not reach the device's medium.");
        }

        return Network.Contains(volume.Type)
            ? (DurabilityLevel.Filed, $"{volume.Type} is a network filesystem: what its syncs keep depends on the server.")
            : (DurabilityLevel.Filed, null);
    }
}
