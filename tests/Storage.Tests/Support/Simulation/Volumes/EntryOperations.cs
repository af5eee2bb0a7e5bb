using System.Collections.Immutable;
using System.Text;
using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation.Volumes;

/// <summary>
/// What Linux does with names: creates, links, renames and unlinks entries, and refuses where Linux refuses. Each
/// takes a volume and returns the next one.
/// </summary>
internal static class EntryOperations
{
    private const int NameBytesMax = 255;

    // A UTF-16 unit is at most three bytes of UTF-8.
    private const int BytesPerUnitMax = 3;

    // Errno numbers that the engine does not tell apart (asm-generic/errno.h).
    private const Errno NotEmpty = (Errno)39;

    /// <summary>A single component that a file system takes.</summary>
    /// <exception cref="ArgumentException">Not a single component: a mistake of the engine that no test may hide.</exception>
    public static void CheckName(SimulatedCall call, string name)
    {
        if (name.AsSpan().ContainsAny('/', '\0') || name is "." or "..")
        {
            throw new ArgumentException($"'{name}' is not a name.", nameof(name));
        }

        if (name.Length == 0)
        {
            throw call.Fail(Errno.ENOENT);
        }

        if (name.Length > NameBytesMax / BytesPerUnitMax && Encoding.UTF8.GetByteCount(name) > NameBytesMax)
        {
            throw call.Fail(Errno.ENAMETOOLONG);
        }
    }

    /// <summary>A new inode under a name that is free; its number is the volume's next.</summary>
    public static Volume Add(this Volume volume, SimulatedCall call, long directory, string name, Inode inode)
    {
        Volume added = volume.WithNew(inode).Change(directory, new EntryAssignment(name, inode.Number));
        return added.UsedInodes > added.Settings.CapacityInodes ? throw call.Fail(Errno.ENOSPC) : CheckBlocks(call, volume, added);
    }

    public static Volume Link(this Volume volume, SimulatedCall call, long source, string name, long target, string newName)
    {
        Inode inode = volume.Find(source, name) ?? throw call.Fail(Errno.ENOENT);
        if (volume.Find(target, newName) is not null)
        {
            throw call.Fail(Errno.EEXIST);
        }

        if (inode is DirectoryInode)
        {
            throw call.Fail(Errno.EPERM);
        }

        Volume linked = volume.With(inode with { Links = inode.Links + 1 }).Change(target, new EntryAssignment(newName, inode.Number));
        return CheckBlocks(call, volume, linked);
    }

    public static Volume Rename(this Volume volume, SimulatedCall call, long source, string name, long target, string newName, Func<long, bool> isOpen)
    {
        Inode inode = volume.Find(source, name) ?? throw call.Fail(Errno.ENOENT);
        Inode? replaced = volume.Find(target, newName);
        if (inode.Number == target || (inode is DirectoryInode && volume.IsBelow(target, inode.Number)))
        {
            throw call.Fail(Errno.EINVAL);
        }

        if (replaced is not null)
        {
            if (replaced.Number == source || volume.IsBelow(source, replaced.Number))
            {
                // Looked at before the kinds: the target is a directory above the source.
                throw call.Fail(NotEmpty);
            }

            if (replaced.Number == inode.Number)
            {
                // rename(2): two names of one file both stay.
                return volume;
            }

            CheckReplace(call, inode, replaced);
        }

        var take = new EntryAssignment(name, null);
        var give = new EntryAssignment(newName, inode.Number);
        Volume renamed = source == target ? volume.Change(source, take, give) : volume.Change(source, take).Change(target, give);
        renamed = CheckBlocks(call, volume, renamed);
        if (source != target)
        {
            // Two directories, one operation: what orders by number keeps the halves together.
            renamed = renamed.MergeLastOrdinals(source, target);
        }

        return replaced is null ? renamed : renamed.DropLink(replaced.Number, isOpen);
    }

    public static Volume Unlink(this Volume volume, SimulatedCall call, long directory, string name, Func<long, bool> isOpen)
    {
        Inode inode = volume.Find(directory, name)!;
        return inode is DirectoryInode
            ? throw call.Fail(Errno.EISDIR)
            : volume.Change(directory, new EntryAssignment(name, null)).DropLink(inode.Number, isOpen);
    }

    public static Volume RemoveDirectory(this Volume volume, SimulatedCall call, long parent, string name, Func<long, bool> isOpen) =>
        volume.Find(parent, name) switch
        {
            DirectoryInode { Current.IsEmpty: true } empty => volume.Change(parent, new EntryAssignment(name, null)).DropLink(empty.Number, isOpen),
            DirectoryInode => throw call.Fail(NotEmpty),
            _ => throw call.Fail(Errno.ENOTDIR),
        };

    private static void CheckReplace(SimulatedCall call, Inode inode, Inode replaced)
    {
        if (replaced is DirectoryInode directory)
        {
            if (inode is not DirectoryInode)
            {
                throw call.Fail(Errno.EISDIR);
            }

            if (!directory.Current.IsEmpty)
            {
                throw call.Fail(NotEmpty);
            }
        }
        else if (inode is DirectoryInode)
        {
            throw call.Fail(Errno.ENOTDIR);
        }
    }

    private static Volume CheckBlocks(SimulatedCall call, Volume before, Volume after) =>
        after.UsedBlocks > before.UsedBlocks && after.UsedBlocks > after.Settings.CapacityBlocks ? throw call.Fail(Errno.ENOSPC) : after;

    private static Volume Change(this Volume volume, long directory, params ImmutableArray<EntryAssignment> assignments) =>
        volume.With(volume.Directory(directory).With(new EntryChange(volume.NextOrdinal, assignments))) with { NextOrdinal = volume.NextOrdinal + 1 };

    private static Volume MergeLastOrdinals(this Volume volume, long source, long target)
    {
        DirectoryInode directory = volume.Directory(target);
        EntryChange last = directory.Changes[^1] with { Ordinal = volume.Directory(source).Changes[^1].Ordinal };
        return volume.With(directory with { Changes = directory.Changes.SetItem(directory.Changes.Count - 1, last) });
    }

    private static Volume DropLink(this Volume volume, long number, Func<long, bool> isOpen)
    {
        Inode inode = volume.Inodes[number];
        inode = inode with { Links = inode.Links - 1 };
        volume = volume.With(inode);
        return inode.Links == 0 && !isOpen(number) ? volume.WithFreed(inode) : volume;
    }

    private static bool IsBelow(this Volume volume, long number, long ancestor) =>
        volume.Inodes[ancestor] is DirectoryInode directory &&
        directory.Current.Values.Any(child => child == number || volume.IsBelow(number, child));
}
