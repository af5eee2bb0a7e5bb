using System.Collections.Immutable;

namespace DocService.Storage.Tests.Support.Simulation.Crashes;

/// <summary>Builds the volume that a power cut leaves, for one choice of what reached the disk.</summary>
/// <remarks>
/// Owns: the drafts of the files and directories that the choice concerns.
/// Thread: one; used for one state.
/// Invariants: in the result everything is durable, and only what names lead to counts.
/// On failure: cannot fail.
/// </remarks>
internal sealed class CrashStateBuilder(Volume volume, CleanTree clean, MissingContent missing, int seed)
{
    private readonly MissingBytes _missing = new(missing, seed, volume.Freed);
    private readonly Dictionary<long, FileDraft> _files = [];
    private readonly Dictionary<long, ImmutableSortedDictionary<string, long>> _directories = [];

    public void Apply(UnsyncedUnit[] units, bool[] reached)
    {
        for (int index = 0; index < units.Length; index++)
        {
            Apply(units[index], reached[index]);
        }
    }

    /// <summary>Equal for volumes with the same names and bytes.</summary>
    public UInt128 Hash() => Hash(Volume.RootNumber);

    public Volume Build()
    {
        var inodes = volume.Inodes.ToBuilder();
        foreach (long number in volume.Changed)
        {
            inodes[number] = Settle(volume.Inodes[number]);
        }

        return (volume with { Inodes = inodes.ToImmutable(), Changed = [] }).WithoutHandles();
    }

    private void Apply(UnsyncedUnit unit, bool reached)
    {
        switch (unit.Change)
        {
            case PageWrite write:
                FileOf(unit.Inode).Apply(write, 1 << unit.Sector, reached);
                break;
            case LengthChange length when reached:
                FileOf(unit.Inode).Apply(length);
                break;
            case EntryChange change when reached:
                _directories[unit.Inode] = DirectoryInode.Apply(Entries(unit.Inode), change.Assignments);
                break;
        }
    }

    private FileDraft FileOf(long number)
    {
        if (!_files.TryGetValue(number, out FileDraft? draft))
        {
            draft = new FileDraft(number, volume.File(number).Durable);
            _files.Add(number, draft);
        }

        return draft;
    }

    private ImmutableSortedDictionary<string, long> Entries(long number) =>
        _directories.TryGetValue(number, out var entries) ? entries : volume.Directory(number).Durable;

    private FileContent Content(FileInode file) => _files.TryGetValue(file.Number, out FileDraft? draft)
        ? draft.Finish(_missing)
        : file.Durable.Trim(file.Durable.Length);

    private UInt128 Hash(long number) => clean.Hash(number) ?? volume.Inodes[number] switch
    {
        FileInode file => Content(file).Hash(),
        _ => CleanTree.HashEntries(Entries(number), Hash),
    };

    private Inode Settle(Inode inode)
    {
        if (inode is FileInode file)
        {
            FileContent content = Content(file);
            return file with { Current = content, Durable = content, Writes = [], Lengths = [] };
        }

        var entries = Entries(inode.Number);
        return ((DirectoryInode)inode) with { Current = entries, Durable = entries, Changes = [] };
    }
}
