using System.IO.Hashing;
using System.Runtime.InteropServices;
using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation.Crashes;

/// <summary>
/// Hashes of the durable files and directories of one volume below which nothing is unsynced: they are the same in
/// every state of a crash point, and by far the most.
/// </summary>
/// <remarks>
/// Owns: the hashes found so far.
/// Thread: one.
/// Invariants: null is remembered for what has something unsynced in it or below it.
/// On failure: cannot fail.
/// </remarks>
internal sealed class CleanTree(Volume volume)
{
    private readonly Dictionary<long, UInt128?> _known = [];

    /// <summary>Null when something unsynced is in it or below it.</summary>
    public UInt128? Hash(long number)
    {
        if (_known.TryGetValue(number, out UInt128? hash))
        {
            return hash;
        }

        hash = Compute(number);
        _known.Add(number, hash);
        return hash;
    }

    /// <summary>The hash of a directory, of its names and the hashes of what they lead to.</summary>
    public static UInt128 HashEntries(IEnumerable<KeyValuePair<string, long>> entries, Func<long, UInt128> hashOf)
    {
        var hash = new XxHash128((long)EntryKind.Directory);
        foreach (var (name, child) in entries)
        {
            hash.Append(MemoryMarshal.AsBytes(name.AsSpan()));
            UInt128 below = hashOf(child);
            hash.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in below)));
        }

        return hash.GetCurrentHashAsUInt128();
    }

    private UInt128? Compute(long number)
    {
        Inode inode = volume.Inodes[number];
        bool clean = !inode.HasChanges;
        switch (inode)
        {
            case FileInode file:
                return clean ? file.Durable.Hash() : null;
            case DirectoryInode directory:
                // All children are visited also when one has made the answer known: they are asked for in any case.
                foreach (long child in directory.Durable.Values)
                {
                    clean &= Hash(child) is not null;
                }

                return clean ? HashEntries(directory.Durable, child => _known[child]!.Value) : null;
            default:
                return XxHash128.HashToUInt128(MemoryMarshal.AsBytes($"{inode.Kind} {(inode as SpecialInode)?.Target}".AsSpan()));
        }
    }
}
