using System.Collections.Immutable;
using System.Text;
using System.IO.Hashing;

namespace DocService.Storage.Tests.Support.Simulation;

/// <summary>Builds the volume that a power cut leaves, for one choice of what reached the disk.</summary>
/// <remarks>
/// Owns: the drafts of the files and directories that the choice concerns.
/// Thread: one; used once.
/// Invariants: in the result everything is durable, and only what names lead to exists.
/// On failure: cannot fail.
/// </remarks>
internal sealed class CrashStateBuilder(Volume volume, UnsyncedUnit[] units, CrashSelection selection, int seed)
{
    private readonly Dictionary<long, FileDraft> _files = [];
    private readonly Dictionary<long, ImmutableSortedDictionary<string, long>> _directories = [];

    public Volume Build()
    {
        for (int index = 0; index < units.Length; index++)
        {
            Apply(units[index], selection.Reached[index]);
        }

        var inodes = ImmutableDictionary.CreateBuilder<long, Inode>();
        Settle(Volume.RootNumber, inodes);
        return new Volume
        {
            Settings = volume.Settings,
            Inodes = inodes.ToImmutable(),
            Freed = volume.Freed,
            NextNumber = volume.NextNumber,
            NextOrdinal = volume.NextOrdinal,
            UsedBlocks = inodes.Values.Sum(inode => inode.Blocks),
            UsedInodes = inodes.Count,
        };
    }

    /// <summary>Equal for volumes with the same names, contents and hard links.</summary>
    public static UInt128 Hash(Volume volume)
    {
        var hash = new XxHash128();
        var seen = new Dictionary<long, int>();
        HashDirectory(Volume.RootNumber);
        return hash.GetCurrentHashAsUInt128();

        void HashDirectory(long number)
        {
            foreach (var (name, child) in volume.Directory(number).Current)
            {
                Inode inode = volume.Inodes[child];
                bool first = seen.TryAdd(child, seen.Count);
                hash.Append(Encoding.UTF8.GetBytes($"{name}/{inode.Kind}{seen[child]}{(inode as SpecialInode)?.Target}\n"));
                if (first && inode is FileInode file)
                {
                    hash.Append(Encoding.ASCII.GetBytes(file.Current.Hash().ToString("x", null)));
                }
                else if (first && inode is DirectoryInode)
                {
                    HashDirectory(child);
                    hash.Append("..\n"u8);
                }
            }
        }
    }

    private void Apply(UnsyncedUnit unit, bool reached)
    {
        switch (unit.Change)
        {
            case PageWrite write:
                FileOf(unit.Inode).Apply(write, 1 << unit.Sector, reached);
                break;
            case LengthChange length when reached:
                FileDraft file = FileOf(unit.Inode);
                file.Length = Math.Max(file.Length, length.Length);
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
            draft = new FileDraft(volume.File(number).Durable);
            _files.Add(number, draft);
        }

        return draft;
    }

    private ImmutableSortedDictionary<string, long> Entries(long number) =>
        _directories.TryGetValue(number, out var entries) ? entries : volume.Directory(number).Durable;

    private void Settle(long number, ImmutableDictionary<long, Inode>.Builder inodes)
    {
        if (inodes.TryGetValue(number, out Inode? seen))
        {
            inodes[number] = seen with { Links = seen.Links + 1 };
            return;
        }

        switch (volume.Inodes[number])
        {
            case DirectoryInode:
                var entries = Entries(number);
                inodes[number] = new DirectoryInode { Number = number, Current = entries, Durable = entries };
                foreach (long child in entries.Values)
                {
                    Settle(child, inodes);
                }

                break;
            case FileInode file:
                FileContent content = _files.TryGetValue(number, out FileDraft? draft)
                    ? draft.Finish(number, new MissingBytes(selection.Missing, seed, volume.Freed))
                    : file.Durable.Trim(file.Durable.Length);
                inodes[number] = new FileInode { Number = number, Current = content, Durable = content };
                break;
            case Inode other:
                inodes[number] = other with { Links = 1 };
                break;
        }
    }

    /// <summary>One file being put together.</summary>
    private sealed class FileDraft(FileContent durable)
    {
        private readonly ContentDraft _content = new(durable);

        // Per page: the sectors of which some version reached the disk, and those of which any was written.
        private readonly SortedDictionary<long, (int Reached, int Written)> _sectors = [];

        public long Length { get; set; } = durable.Length;

        public void Apply(PageWrite write, int sector, bool reached)
        {
            var (reachedBefore, written) = _sectors.GetValueOrDefault(write.Page);
            _sectors[write.Page] = (reachedBefore | (reached ? sector : 0), written | sector);
            if (reached)
            {
                _content.Apply(write, sector);
            }
        }

        public FileContent Finish(long number, MissingBytes missing)
        {
            foreach (var (page, (reached, written)) in _sectors)
            {
                missing.Fill(_content, number, page, written & ~reached);
            }

            return _content.ToContent(Length).Trim(Length);
        }
    }
}
