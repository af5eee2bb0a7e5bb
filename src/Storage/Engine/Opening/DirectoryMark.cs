using System.Globalization;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Opening;

/// <summary>
/// What tells a data directory from a copy of it: the number of its inode and the moment at which that was made. It stays
/// the same after a rename, a restart and a snapshot of the whole volume. A file-by-file copy has another.
/// </summary>
internal static class DirectoryMark
{
    /// <summary>In place of a mark: of a snapshot, which has never been started. A program that knows no snapshots takes it for a copy, too.</summary>
    public const string Snapshot = "snapshot";

    /// <summary>Filesystems that make inode numbers up. There only the moment counts.</summary>
    private static readonly string[] WithoutLastingInodes = ["9p", "virtiofs", "cifs", "smb3", "smbfs", "vfat", "exfat", "overlay"];

    /// <summary>Null if the filesystem has nothing lasting to compare.</summary>
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
