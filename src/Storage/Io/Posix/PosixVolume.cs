using System.Runtime.InteropServices;
using DocService.Storage.Io.Volumes;
using Microsoft.Win32.SafeHandles;

namespace DocService.Storage.Io.Posix;

/// <summary>What the kernel tells of the filesystem that an open directory is on.</summary>
internal static class PosixVolume
{
    public static FreeSpace GetFreeSpace(SafeFileHandle directory, string path) => FreeOf(Stat(directory, path));

    public static VolumeInfo GetInfo(SafeFileHandle directory, string path)
    {
        LibC.StatfsBuffer volume = Stat(directory, path);
        LibC.StatxBuffer file;
        unsafe
        {
            if (LibC.Stat(directory, string.Empty, LibC.AtEmptyPath, LibC.StatxType, &file) != 0)
            {
                throw Failed(SystemCall.Stat, path);
            }
        }

        IReadOnlyList<Mount> mounts = MountTable.Find(file.Device, path, other => DeviceOf(directory, other));
        return new VolumeInfo
        {
            Type = mounts.Count > 0 ? mounts[0].Type : $"0x{volume.Type:x}",
            Mounts = mounts,
            BlockBytes = checked((int)UnitOf(volume)),
            TotalBytes = Multiply(volume.Blocks, UnitOf(volume)),
            Free = FreeOf(volume),
        };
    }

    /// <summary>The device of any absolute path, as the mount table writes it; null when nothing is there for us.</summary>
    private static string? DeviceOf(SafeFileHandle directory, string path)
    {
        LibC.StatxBuffer buffer;
        unsafe
        {
            return LibC.Stat(directory, path, 0, LibC.StatxType, &buffer) == 0 ? buffer.Device : null;
        }
    }

    private static LibC.StatfsBuffer Stat(SafeFileHandle directory, string path)
    {
        LibC.StatfsBuffer volume;
        unsafe
        {
            return LibC.StatVolume(directory, &volume) == 0 ? volume : throw Failed(SystemCall.StatVolume, path);
        }
    }

    private static FileSystemException Failed(SystemCall call, string path) => new(call, path, (Errno)Marshal.GetLastPInvokeError());

    private static FreeSpace FreeOf(in LibC.StatfsBuffer volume) => new(
        Multiply(volume.BlocksAvailable, UnitOf(volume)),
        volume.Files == 0 ? long.MaxValue : Multiply(volume.FilesFree, 1));

    /// <summary>
    /// Blocks are counted in fragments (statvfs(3): f_frsize), which filesystems with large blocks for transfer, such as
    /// those of a network, have smaller; 0 where the filesystem does not say.
    /// </summary>
    private static long UnitOf(in LibC.StatfsBuffer volume) => volume.FragmentBytes > 0 ? volume.FragmentBytes : volume.BlockBytes;

    private static long Multiply(ulong count, long unit) => (long)UInt128.Min((UInt128)count * (ulong)unit, long.MaxValue);
}
