using System.Collections.Immutable;
using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation.Volumes;

/// <summary>A file, directory or link, independent of its names, as it is at one moment.</summary>
/// <remarks>
/// Owns: its current content, its durable content, and the ordered changes between them.
/// Thread: any; instances never change.
/// Invariants: durable content with all changes applied in order is the current content.
/// On failure: none of its methods fails.
/// </remarks>
internal abstract record Inode
{
    /// <summary>Never used twice in one volume.</summary>
    public required long Number { get; init; }

    /// <summary>Names that lead here at present.</summary>
    public int Links { get; init; } = 1;

    public abstract EntryKind Kind { get; }

    public abstract long Blocks { get; }

    public virtual bool HasChanges => false;
}

/// <summary>A symbolic link, or a device, socket or FIFO; durable from its creation, since only tests make them.</summary>
internal sealed record SpecialInode : Inode
{
    /// <summary>Where a symbolic link leads; null for anything else.</summary>
    public string? Target { get; init; }

    public override EntryKind Kind => Target is null ? EntryKind.Other : EntryKind.SymbolicLink;

    public override long Blocks => 0;
}

/// <summary>A regular file.</summary>
internal sealed record FileInode : Inode
{
    public FileContent Current { get; init; } = FileContent.Empty;

    /// <summary>May hold sectors behind its length, where bytes are durable and a length is doubtful.</summary>
    public FileContent Durable { get; init; } = FileContent.Empty;

    public ImmutableList<PageWrite> Writes { get; init; } = [];

    public ImmutableList<LengthChange> Lengths { get; init; } = [];

    public override EntryKind Kind => EntryKind.File;

    public override long Blocks => Current.Blocks;

    public override bool HasChanges => Writes.Count > 0 || Lengths.Count > 0;

    public FileInode With(FileContent.WriteOutcome outcome) => this with
    {
        Current = outcome.Content,
        Writes = Writes.AddRange(outcome.Writes),
        Lengths = Lengths.AddRange(outcome.Lengths),
    };

    /// <summary>After a sync that succeeded: the changes below that ordinal, which were there when it began, are durable, but for the doubtful ones.</summary>
    public FileInode Synced(long below)
    {
        bool IsLeft(long ordinal, bool doubtful) => doubtful || ordinal >= below;
        if (!Writes.Exists(write => IsLeft(write.Ordinal, write.Doubtful)) && !Lengths.Exists(length => IsLeft(length.Ordinal, length.Doubtful)))
        {
            return this with { Durable = Current, Writes = [], Lengths = [] };
        }

        var draft = new ContentDraft(Durable);
        var written = new Dictionary<long, int>();
        foreach (PageWrite write in Writes.Where(write => !IsLeft(write.Ordinal, write.Doubtful)))
        {
            draft.Apply(write, write.Sectors);
            written[write.Page] = written.GetValueOrDefault(write.Page) | write.Sectors;
        }

        long length = Math.Max(Durable.Length, Lengths.Where(change => !IsLeft(change.Ordinal, change.Doubtful)).Select(change => change.Length).DefaultIfEmpty().Max());
        return this with
        {
            Durable = draft.ToContent(length),
            Writes = [.. Writes.Where(write => IsLeft(write.Ordinal, write.Doubtful))
                .Select(write => write.Ordinal >= below ? write : write with { Sectors = write.Sectors & ~written.GetValueOrDefault(write.Page) })
                .Where(write => write.Sectors != 0)],
            Lengths = [.. Lengths.Where(change => IsLeft(change.Ordinal, change.Doubtful) && change.Length > length)],
        };
    }

    /// <summary>After a sync that failed: the kernel takes every page for clean, whatever became of it.</summary>
    public FileInode SyncFailed() => this with
    {
        Writes = [.. Writes.Select(write => write with { Doubtful = true })],
        Lengths = [.. Lengths.Select(length => length with { Doubtful = true })],
    };
}

/// <summary>A directory.</summary>
internal sealed record DirectoryInode : Inode
{
    /// <summary>Entries that one block of a directory is taken to hold.</summary>
    private const int EntriesPerBlock = 64;

    public static readonly ImmutableSortedDictionary<string, long> NoEntries =
        ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);

    public ImmutableSortedDictionary<string, long> Current { get; init; } = NoEntries;

    public ImmutableSortedDictionary<string, long> Durable { get; init; } = NoEntries;

    public ImmutableList<EntryChange> Changes { get; init; } = [];

    public override EntryKind Kind => EntryKind.Directory;

    public override long Blocks => 1 + (Current.Count / EntriesPerBlock);

    public override bool HasChanges => Changes.Count > 0;

    public DirectoryInode With(EntryChange change) => this with
    {
        Current = Apply(Current, change.Assignments),
        Changes = Changes.Add(change),
    };

    /// <summary>As that of a file.</summary>
    public DirectoryInode Synced(long below)
    {
        bool IsLeft(EntryChange change) => change.Doubtful || change.Ordinal >= below;
        if (!Changes.Exists(IsLeft))
        {
            return this with { Durable = Current, Changes = [] };
        }

        var durable = Durable;
        var settled = new HashSet<string>(StringComparer.Ordinal);
        foreach (EntryChange change in Changes.Where(change => !IsLeft(change)))
        {
            durable = Apply(durable, change.Assignments);
            settled.UnionWith(change.Assignments.Select(assignment => assignment.Name));
        }

        return this with
        {
            Durable = durable,
            Changes = [.. Changes.Where(IsLeft)
                .Select(change => change.Ordinal >= below ? change : change with { Assignments = change.Assignments.RemoveAll(assignment => settled.Contains(assignment.Name)) })
                .Where(change => !change.Assignments.IsEmpty)],
        };
    }

    /// <summary>After a sync that failed: which of the changes reached the disk is unknown and stays unknown.</summary>
    public DirectoryInode SyncFailed() => this with { Changes = [.. Changes.Select(change => change with { Doubtful = true })] };

    public static ImmutableSortedDictionary<string, long> Apply(
        ImmutableSortedDictionary<string, long> entries, ImmutableArray<EntryAssignment> assignments)
    {
        foreach (EntryAssignment assignment in assignments)
        {
            entries = assignment.Inode is { } inode ? entries.SetItem(assignment.Name, inode) : entries.Remove(assignment.Name);
        }

        return entries;
    }
}
