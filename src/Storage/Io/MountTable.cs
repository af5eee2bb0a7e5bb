namespace DocService.Storage.Io;

/// <summary>Looks a device up in /proc/self/mountinfo (proc_pid_mountinfo(5)).</summary>
internal static class MountTable
{
    private const string Location = "/proc/self/mountinfo";

    /// <summary>Filesystem type and options of the mount that holds the path; nulls when the table cannot be read or does not list it.</summary>
    public static (string? Type, string? Options) Find(uint major, uint minor, string path)
    {
        try
        {
            return Find(File.ReadLines(Location), $"{major}:{minor}", path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Only /status and start-up warnings ask; they show the magic number instead.
            return (null, null);
        }
    }

    /// <summary>The longest mount point above the path wins among the mounts of the device; btrfs and overlay report devices of their own, so the mount point alone is the fallback.</summary>
    internal static (string? Type, string? Options) Find(IEnumerable<string> lines, string device, string path)
    {
        (string? Type, string? Options, int Rank) best = (null, null, -1);
        foreach (string line in lines)
        {
            // 36 35 98:0 /root /mount/point rw,noatime shared:1 - ext4 /dev/sda1 rw,errors=continue
            string[] halves = line.Split(" - ", 2);
            string[] mount = halves[0].Split(' ');
            string[] volume = halves.Length == 2 ? halves[1].Split(' ') : [];
            if (mount.Length < 6 || volume.Length < 3 || !IsAbove(Unescape(mount[4]), path))
            {
                continue;
            }

            int rank = mount[4].Length + (mount[2] == device ? 0x10000 : 0);
            if (rank >= best.Rank)
            {
                best = (volume[0], $"{mount[5]},{volume[2]}", rank);
            }
        }

        return (best.Type, best.Options);
    }

    private static bool IsAbove(string mountPoint, string path) =>
        mountPoint == "/" || path == mountPoint ||
        (path.Length > mountPoint.Length && path.StartsWith(mountPoint, StringComparison.Ordinal) && path[mountPoint.Length] == '/');

    private static string Unescape(string field) =>
        field.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal)
            .Replace("\\012", "\n", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);
}
