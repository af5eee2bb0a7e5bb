using System.Globalization;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Opening;

/// <summary>
/// What tells a data directory from a copy of it: the number of its inode and the moment at which that was made. It stays the
/// same through renames, restarts and a snapshot of the whole volume, and no copy, file by file, has it.
/// </summary>
internal static class DirectoryMark
{
    /// <summary>Filesystems that make up the numbers of inodes as they go: there the moment alone must do.</summary>
    private static readonly string[] WithoutLastingInodes = ["9p", "virtiofs", "cifs", "smb3", "smbfs", "vfat", "exfat", "overlay"];

    /// <summary>Null where the filesystem has nothing lasting to tell them by.</summary>
    public static string? Of(IDirectory data)
    {
        string type = data.GetVolumeInfo().Type;
        bool isLasting = !WithoutLastingInodes.Contains(type) && !type.StartsWith("fuse", StringComparison.Ordinal);
        InodeIdentity identity = data.GetIdentity();
        ulong inode = isLasting ? identity.Inode : 0;
        return inode == 0 && identity is { BornSeconds: 0, BornNanoseconds: 0 }
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{inode}-{identity.BornSeconds}.{identity.BornNanoseconds:D9}");
    }
}
