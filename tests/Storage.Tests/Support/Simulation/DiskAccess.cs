using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation;

/// <summary>Looks at a simulated disk and damages it behind the engine's back: no calls, no log, no faults.</summary>
/// <remarks>
/// Owns: nothing; every edit is one replacement of the volume.
/// Thread: any.
/// Invariants: what it writes is durable at once, in what processes see and in what a power cut leaves.
/// On failure: <see cref="ArgumentException"/> for a path that does not exist.
/// </remarks>
internal sealed class DiskAccess(SimulatedFileSystem fileSystem)
{
    /// <summary>Current bytes of a file.</summary>
    public byte[] Read(string path) => TryRead(path) ?? throw new ArgumentException($"There is no file {path}.", nameof(path));

    public byte[]? TryRead(string path) => (Find(fileSystem.Snapshot(), path) as FileInode)?.Current.ToArray();

    /// <summary>Every path that processes see, sorted; those of directories end in a slash.</summary>
    public IReadOnlyList<string> Tree() => Tree(directory => directory.Current);

    /// <summary>Every path that is durable, sorted; those of directories end in a slash.</summary>
    public IReadOnlyList<string> DurableTree() => Tree(directory => directory.Durable);

    /// <summary>Makes a directory and all above it.</summary>
    public void CreateDirectory(string path) => fileSystem.Edit(volume =>
    {
        long parent = Volume.RootNumber;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (volume.Find(parent, name) is not { } found)
            {
                found = new DirectoryInode { Number = volume.NextNumber };
                volume = SetEntry(volume.WithNew(found), parent, name, found.Number);
            }

            parent = found.Number;
        }

        return volume;
    });

    /// <summary>A file with these bytes, new or instead of what is there; its directory must exist.</summary>
    public void Write(string path, ReadOnlySpan<byte> bytes)
    {
        FileContent content = FileContent.From(bytes);
        Put(path, number => new FileInode { Number = number, Current = content, Durable = content });
    }

    public void CreateSymbolicLink(string path, string target) => Put(path, number => new SpecialInode { Number = number, Target = target });

    /// <summary>A device, socket or FIFO.</summary>
    public void CreateSpecial(string path) => Put(path, number => new SpecialInode { Number = number });

    /// <summary>Takes a name away, whatever it leads to.</summary>
    public void Remove(string path) => fileSystem.Edit(volume =>
    {
        var (parent, name) = Parent(volume, path);
        return SetEntry(volume, parent, name, null).WithoutHandles();
    });

    /// <summary>What has the name gets another in a directory that exists; whoever has it open keeps it.</summary>
    public void Move(string path, string newPath) => fileSystem.Edit(volume =>
    {
        long moved = (Find(volume, path) ?? throw Missing(path)).Number;
        var (parent, name) = Parent(volume, path);
        var (newParent, newName) = Parent(volume, newPath);
        return SetEntry(SetEntry(volume, parent, name, null), newParent, newName, moved);
    });

    /// <summary>Two names change places.</summary>
    public void Swap(string path, string other) => fileSystem.Edit(volume =>
    {
        long first = (Find(volume, path) ?? throw Missing(path)).Number;
        long second = (Find(volume, other) ?? throw Missing(other)).Number;
        var (firstParent, firstName) = Parent(volume, path);
        var (secondParent, secondName) = Parent(volume, other);
        return SetEntry(SetEntry(volume, firstParent, firstName, second), secondParent, secondName, first);
    });

    /// <summary>Flips one bit of one byte.</summary>
    public void FlipBit(string path, long offset, int bit)
    {
        Span<byte> one = [0];
        if (((FileInode?)Find(fileSystem.Snapshot(), path) ?? throw Missing(path)).Current.Read(one, offset) == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"Behind the end of {path}.");
        }

        Overwrite(path, offset, [(byte)(one[0] ^ (1 << bit))]);
    }

    /// <summary>Replaces bytes in place; makes the file longer when they reach past its end.</summary>
    public void Overwrite(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        EditContent(path, content => content.Write(copy, offset, 0, long.MaxValue).Content);
    }

    /// <summary>Cuts a file off, or makes it longer with a hole.</summary>
    public void Truncate(string path, long length) => EditContent(path, content => content.Trim(length));

    private static ArgumentException Missing(string path) => new($"There is no {path}.", nameof(path));

    private static Inode? Find(Volume volume, string path) => PathWalk.Find(volume, path, new SimulatedCall(CallKind.GetKind, path));

    private static (long Parent, string Name) Parent(Volume volume, string path)
    {
        int slash = path.LastIndexOf('/');
        return Find(volume, path[..slash]) is DirectoryInode directory ? (directory.Number, path[(slash + 1)..]) : throw Missing(path[..slash]);
    }

    private static Volume SetEntry(Volume volume, long parent, string name, long? number)
    {
        DirectoryInode directory = volume.Directory(parent);
        EntryAssignment[] assignment = [new(name, number)];
        return volume.With(directory with
        {
            Current = DirectoryInode.Apply(directory.Current, [.. assignment]),
            Durable = DirectoryInode.Apply(directory.Durable, [.. assignment]),
        });
    }

    private void Put(string path, Func<long, Inode> make) => fileSystem.Edit(volume =>
    {
        var (parent, name) = Parent(volume, path);
        Inode inode = make(volume.NextNumber);
        return SetEntry(volume.WithNew(inode), parent, name, inode.Number).WithoutHandles();
    });

    private void EditContent(string path, Func<FileContent, FileContent> edit) => fileSystem.Edit(volume =>
        Find(volume, path) is FileInode file
            ? volume.With(file with { Current = edit(file.Current), Durable = edit(file.Durable) })
            : throw Missing(path));

    private List<string> Tree(Func<DirectoryInode, IReadOnlyDictionary<string, long>> entries)
    {
        Volume volume = fileSystem.Snapshot();
        var paths = new List<string>();
        Visit(Volume.RootNumber, "/");
        paths.Sort(StringComparer.Ordinal);
        return paths;

        void Visit(long number, string prefix)
        {
            foreach (var (name, child) in entries(volume.Directory(number)))
            {
                bool isDirectory = volume.Inodes[child].Kind == EntryKind.Directory;
                paths.Add($"{prefix}{name}{(isDirectory ? "/" : string.Empty)}");
                if (isDirectory)
                {
                    Visit(child, $"{prefix}{name}/");
                }
            }
        }
    }
}
