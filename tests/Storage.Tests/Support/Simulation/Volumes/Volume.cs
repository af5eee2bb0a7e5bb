using System.Collections.Immutable;
using DocService.Storage.Engine.Checks;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Support.Simulation.Volumes;

/// <summary>A whole file system at one moment: what processes see, and what of it a power cut would leave.</summary>
/// <remarks>
/// Owns: nothing that changes; keeping one is a snapshot, and costs what changes later.
/// Thread: any.
/// Invariants: <see cref="Changed"/> holds exactly the inodes that have changes which are not durable.
/// On failure: none of its methods fails.
/// </remarks>
internal sealed record Volume
{
    public const long RootNumber = 1;

    private const int NotCounted = -1;

    /// <summary>Removed files of which the content is kept as what a disk may show in place of unwritten bytes.</summary>
    private const int FreedMax = 4;

    public static readonly Volume Fresh = new()
    {
        Inodes = ImmutableDictionary<long, Inode>.Empty.Add(RootNumber, new DirectoryInode { Number = RootNumber }),
        UsedBlocks = 1,
        UsedInodes = 1,
    };

    public VolumeSettings Settings { get; init; } = new();

    public required ImmutableDictionary<long, Inode> Inodes { get; init; }

    public ImmutableSortedSet<long> Changed { get; init; } = [];

    /// <summary>Contents of files removed last, the newest last.</summary>
    public ImmutableList<FileContent> Freed { get; init; } = [];

    public required long UsedBlocks { get; init; }

    public required long UsedInodes { get; init; }

    public long NextNumber { get; init; } = RootNumber + 1;

    public long NextOrdinal { get; init; } = 1;

    public long FreeBlocks => Math.Max(0, Settings.CapacityBlocks - UsedBlocks);

    public long FreeInodes => Math.Max(0, Settings.CapacityInodes - UsedInodes);

    public FileInode File(long number) => (FileInode)Inodes[number];

    public DirectoryInode Directory(long number) => (DirectoryInode)Inodes[number];

    public Inode? Find(long directory, string name) =>
        Directory(directory).Current.TryGetValue(name, out long number) ? Inodes[number] : null;

    /// <summary>Stores a new state of an inode, and keeps the count of blocks.</summary>
    public Volume With(Inode inode)
    {
        long before = Inodes.TryGetValue(inode.Number, out Inode? old) ? old.Blocks : 0;
        return this with
        {
            Inodes = Inodes.SetItem(inode.Number, inode),
            Changed = inode.HasChanges ? Changed.Add(inode.Number) : Changed.Remove(inode.Number),
            UsedBlocks = UsedBlocks + inode.Blocks - before,
        };
    }

    /// <summary>A new inode; its number is <see cref="NextNumber"/> as it was.</summary>
    public Volume WithNew(Inode inode) => With(inode) with { UsedInodes = UsedInodes + 1, NextNumber = NextNumber + 1 };

    /// <summary>
    /// The last name and the last handle are gone: the space is free. The inode stays known, because names that are
    /// still durable may lead to it after a power cut.
    /// </summary>
    public Volume WithFreed(Inode inode)
    {
        var freed = Freed;
        if (inode is FileInode { Current.Blocks: > 0 } file)
        {
            freed = (freed.Count == FreedMax ? freed.RemoveAt(0) : freed).Add(file.Current);
        }

        return this with { UsedBlocks = UsedBlocks - inode.Blocks, UsedInodes = UsedInodes - 1, Freed = freed };
    }

    /// <summary>A sync of a file or directory has succeeded that began when this ordinal was the next one: what came between is not covered.</summary>
    public Volume WithSynced(long number, long below)
    {
        Volume synced = Inodes[number] switch
        {
            FileInode { HasChanges: true } file => With(file.Synced(below)),
            DirectoryInode { HasChanges: true } directory => With(directory.Synced(below)),
            _ => this,
        };
        return Settings.Profile == DurabilityProfile.Ext4Ordered ? synced.WithEntriesSynced(below) : synced;
    }

    /// <summary>A sync of a file or directory has failed.</summary>
    public Volume WithSyncFailed(long number) => With(Inodes[number] switch
    {
        FileInode file => file.SyncFailed(),
        DirectoryInode directory => directory.SyncFailed(),
        Inode other => other,
    });

    /// <summary>
    /// Counts names and space afresh, as if nothing were open. What has no name counts no more, and is marked with
    /// <see cref="NotCounted"/> so that a handle which is still open does not free it again.
    /// </summary>
    public Volume WithoutHandles()
    {
        var names = new Dictionary<long, int> { [RootNumber] = 1 };
        CountNames(RootNumber, names);
        var inodes = Inodes.ToBuilder();
        long blocks = 0;
        foreach (var (number, inode) in Inodes)
        {
            bool named = names.TryGetValue(number, out int links);
            blocks += named ? inode.Blocks : 0;
            links = named ? links : NotCounted;
            if (inode.Links != links)
            {
                inodes[number] = inode with { Links = links };
            }
        }

        return this with { Inodes = inodes.ToImmutable(), UsedBlocks = blocks, UsedInodes = names.Count };
    }

    /// <summary>Forgets inodes that no name, durable name or change of a name leads to, and that nobody has open.</summary>
    public Volume Sweep(IEnumerable<long> open)
    {
        var reachable = new HashSet<long>();
        var waiting = new Stack<long>([RootNumber, .. open]);
        while (waiting.TryPop(out long number))
        {
            if (!reachable.Add(number) || Inodes[number] is not DirectoryInode directory)
            {
                continue;
            }

            foreach (long child in directory.Current.Values.Concat(directory.Durable.Values)
                .Concat(directory.Changes.SelectMany(change => change.Assignments).Select(assignment => assignment.Inode ?? number)))
            {
                waiting.Push(child);
            }
        }

        return this with
        {
            Inodes = Inodes.RemoveRange(Inodes.Keys.Where(number => !reachable.Contains(number))),
            Changed = Changed.Intersect(reachable),
        };
    }

    private void CountNames(long directory, Dictionary<long, int> names)
    {
        foreach (long child in Directory(directory).Current.Values)
        {
            int count = names[child] = names.GetValueOrDefault(child) + 1;
            if (count == 1 && Inodes[child] is DirectoryInode)
            {
                CountNames(child, names);
            }
        }
    }

    private Volume WithEntriesSynced(long below) => Changed
        .Select(number => Inodes[number])
        .OfType<DirectoryInode>()
        .Aggregate(this, (volume, directory) => volume.With(directory.Synced(below)));
}
