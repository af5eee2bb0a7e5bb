using System.Text;
using DocService.Storage.Io.Volumes;

namespace DocService.Storage.Io.Posix;

/// <summary>Looks mounts up in /proc/self/mountinfo (proc_pid_mountinfo(5)).</summary>
internal static class MountTable
{
    private const string Location = "/proc/self/mountinfo";
    private const string Overlay = "overlay";

    /// <summary>An overlay on an overlay on an overlay is more than the kernel stacks.</summary>
    private const int LayersMax = 4;

    /// <summary>
    /// The mount that holds the path, and below an overlay the mount that holds its upper layer, where all that is written
    /// ends. So the last one decides what a sync keeps, unless it is an overlay: then its upper layer cannot be seen from
    /// here. Empty when the table cannot be read or does not list the path.
    /// </summary>
    /// <param name="device">Device of the path, "major:minor".</param>
    /// <param name="path">An absolute path.</param>
    /// <param name="deviceOf">The device of a path, or null when nothing is there.</param>
    public static IReadOnlyList<Mount> Find(string device, string path, Func<string, string?> deviceOf)
    {
        try
        {
            return Find([.. File.ReadLines(Location)], device, path, deviceOf);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Only reports and the promise at start-up ask; they show the magic number instead.
            return [];
        }
    }

    internal static IReadOnlyList<Mount> Find(IReadOnlyList<string> lines, string device, string path, Func<string, string?> deviceOf)
    {
        var found = new List<Mount>();
        string? at = path;
        string? on = device;
        while (found.Count < LayersMax && at is not null && on is not null && FindOne(lines, on, at) is { } mount)
        {
            found.Add(mount);
            at = mount.Type == Overlay && mount.ValueOf("upperdir") is { } upper ? UnescapeLayer(upper) : null;

            // A relative path was resolved long ago by somebody else. In a container the layer's path leads nowhere, or to
            // something of the container's own, and never to the overlay itself.
            string? layer = at is not null && at.StartsWith('/') ? deviceOf(at) : null;
            on = layer == on ? null : layer;
        }

        return found;
    }

    /// <summary>
    /// The longest mount point above the path wins among the mounts of the device, of equal ones the last, which lies on top.
    /// btrfs reports devices of its own for files, so the mount point alone is the fallback.
    /// </summary>
    private static Mount? FindOne(IReadOnlyList<string> lines, string device, string path)
    {
        (Mount? Mount, int Rank) best = (null, -1);
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
                best = (new Mount(volume[0], $"{mount[5]},{volume[2]}"), rank);
            }
        }

        return best.Mount;
    }

    private static bool IsAbove(string mountPoint, string path) =>
        mountPoint == "/" || path == mountPoint ||
        (path.Length > mountPoint.Length && path.StartsWith(mountPoint, StringComparison.Ordinal) && path[mountPoint.Length] == '/');

    /// <summary>The table writes white space, backslashes and, in options, commas as a backslash and three octal digits.</summary>
    private static string Unescape(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
        {
            return field;
        }

        var text = new StringBuilder();
        for (int at = 0; at < field.Length; at++)
        {
            bool isEscape = field[at] == '\\' && at + 3 < field.Length && field.AsSpan(at + 1, 3).IndexOfAnyExceptInRange('0', '7') < 0;
            text.Append(isEscape ? (char)Convert.ToInt32(field.Substring(at + 1, 3), 8) : field[at]);
            at += isEscape ? 3 : 0;
        }

        return text.ToString();
    }

    /// <summary>In a layer's path overlayfs puts a backslash of its own before commas, colons and backslashes.</summary>
    private static string UnescapeLayer(string value)
    {
        string path = Unescape(value);
        var text = new StringBuilder();
        for (int at = 0; at < path.Length; at++)
        {
            at += path[at] == '\\' && at + 1 < path.Length ? 1 : 0;
            text.Append(path[at]);
        }

        return text.ToString();
    }
}
