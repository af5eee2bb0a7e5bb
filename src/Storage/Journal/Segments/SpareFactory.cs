using DocService.Storage.Io;
using DocService.Storage.Journal.Format;

namespace DocService.Storage.Journal.Segments;

/// <summary>Makes spares, and the names for them.</summary>
/// <remarks>
/// Owns: the last number of a spare. Thread: any; the disk work blocks.
/// Invariant: a name <c>spare-N</c> says that the file's blocks are synced.
/// On failure: nothing is left behind, or a file that the next start removes.
/// </remarks>
/// <param name="directory">The journal's.</param>
/// <param name="names">The same, for syncs of its names.</param>
internal sealed class SpareFactory(IDirectory directory, SyncedDirectory names)
{
    /// <summary>Written and synced at a time. The other sizes in which the journal is read and written go by it.</summary>
    public const int PieceBytes = 2 * 1024 * 1024;

    private static readonly byte[] Zeros = new byte[PieceBytes];

    private long _last;

    /// <summary>There is a file of this number: it is not given out again.</summary>
    public void NoteUsed(long number) => _last = Math.Max(_last, number);

    public string NextName() => Spare.NameOf(Interlocked.Increment(ref _last));

    /// <summary>A new one with all its blocks. Blocks for as long as the zeros take.</summary>
    /// <exception cref="FileSystemException">It could not be made.</exception>
    public Spare Make(long bytes)
    {
        string name = NextName();
        string temp = Spare.UnfinishedNameOf(name);
        IFile file = directory.Create(temp);
        try
        {
            var spare = new Spare(name, file, bytes); // first: memory that ran out behind the rename would leave a file that nobody knows

            // Real zeros, because blocks that are reserved and unwritten would make every later sync commit metadata too.
            // Synced piece by piece, because tens of megabytes at once would hold up the journal's own syncs.
            for (long offset = 0; offset < bytes; offset += Zeros.Length)
            {
                file.Write(Zeros.AsSpan(0, (int)Math.Min(Zeros.Length, bytes - offset)), offset);
                file.Sync();
            }

            directory.Rename(temp, directory, name);
            names.Sync(); // after a power cut on a full disk there is no making another
            return spare;
        }
        catch
        {
            file.Dispose();
            Drop(temp);
            throw;
        }
    }

    /// <summary>Removes a file that is not needed, or what a failed attempt left. A failure here must not hide that one.</summary>
    public void Drop(string name)
    {
        try
        {
            directory.TryUnlink(name);
        }
        catch (Exception exception) when (exception is FileSystemException or OutOfMemoryException)
        {
            // The next start removes it, or takes it up as a spare.
        }
    }
}
