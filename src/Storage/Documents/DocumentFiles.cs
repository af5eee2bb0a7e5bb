using System.Buffers;
using System.Globalization;
using DocService.Storage.Io;

namespace DocService.Storage.Documents;

/// <summary>
/// The document files of one data directory, and the only code that does the four steps: write a temporary file, sync it,
/// rename it into place, sync the directory.
/// </summary>
/// <remarks>
/// Owns: the shard directories, the quarantine directory, and the files of versions.
/// Thread: any. A temporary slot belongs to one thread at a time; writes of one key are serialized by the caller.
/// On failure: every <see cref="FileSystemException"/> goes to the caller, who knows what the step's failure means.
/// </remarks>
internal sealed class DocumentFiles(SyncedDirectory[] shards, SyncedDirectory quarantine, VersionFiles versions) : IDisposable
{
    /// <summary>Temporary names in each shard directory. They are few and fixed, so that a start removes leftovers without reading a large directory.</summary>
    public const int TempSlots = 64;

    /// <summary>One more, for restoring what is damaged: filing uses all the others.</summary>
    public const int MendingSlot = TempSlots;

    private static readonly string[] TempNames =
        [.. Enumerable.Range(0, TempSlots + 1).Select(slot => string.Create(CultureInfo.InvariantCulture, $".tmp-{slot}"))];

    /// <summary>
    /// Removes every temporary file that a crash left in the directory. Not synced, because a leftover is removed again
    /// before its slot is used. For the same reason a directory that cannot be written does not keep the store from being
    /// opened.
    /// </summary>
    /// <remarks>
    /// A directory with no more names than there are temporary ones is listed. In a larger one, or one that cannot be listed, each
    /// temporary name is unlinked, whether or not it is there: a start must not take longer the more documents there are.
    /// </remarks>
    /// <exception cref="FileSystemException">A name could not be unlinked, for another reason than permissions.</exception>
    public static void RemoveTemps(IDirectory directory)
    {
        try
        {
            foreach (string name in TempsIn(directory))
            {
                directory.TryUnlink(name);
            }
        }
        catch (FileSystemException exception) when (exception.Error is Errno.EACCES or Errno.EPERM)
        {
            // Whatever is to be filed there waits, and says why.
        }
    }

    /// <summary>All temporary names that the directory has; maybe also some that it has not.</summary>
    private static IEnumerable<string> TempsIn(IDirectory directory)
    {
        try
        {
            IReadOnlyList<string> names = directory.List(TempSlots + 1);
            return names.Count > TempSlots ? TempNames : names.Where(TempNames.Contains);
        }
        catch (FileSystemException)
        {
            return TempNames;
        }
    }

    /// <summary>The files of kept versions.</summary>
    public VersionFiles Versions => versions;

    /// <summary>Opens the document's file, or returns null when there is none.</summary>
    public IFile? TryOpen(DocumentPath path) => shards[path.Shard].Entries.TryOpen(path.Name, FileAccess.Read);

    /// <summary>Opens a file of a shard by its name, or returns null when there is none.</summary>
    public IFile? TryOpen(int shard, string name) => shards[shard].Entries.TryOpen(name, FileAccess.Read);

    /// <summary>Names of the documents in a shard, in the order of their inodes. For followers that are made anew; no request waits for it.</summary>
    public IReadOnlyList<string> ListByInode(int shard)
    {
        IDirectory directory = shards[shard].Entries;
        return [.. directory.List()
            .Where(DocumentPath.IsName)
            .Select(name => (Name: name, Stamp: directory.TryGetStamp(name)))
            .Where(entry => entry.Stamp is not null)
            .OrderBy(entry => entry.Stamp!.Value.Inode)
            .Select(entry => entry.Name)];
    }

    /// <summary>Gives a snapshot the directory of a shard, and the names of the documents in it, unsorted.</summary>
    public void TakeNames(int shard, Action<IDirectory, IEnumerable<string>> take) =>
        take(shards[shard].Entries, shards[shard].Entries.List().Where(DocumentPath.IsName));

    /// <summary>The stamp of what has the document's name; null if nothing has it.</summary>
    public FileStamp? TryGetStamp(DocumentPath path) => shards[path.Shard].Entries.TryGetStamp(path.Name);

    /// <summary>The state of what has the document's name; null if nothing has it.</summary>
    public FileState? TryGetState(DocumentPath path) => shards[path.Shard].Entries.TryGetState(path.Name);

    /// <summary>
    /// First half of the first step: creates the slot's temporary file in the document's own directory and writes
    /// header and body. The caller syncs it (second step) and disposes it; on failure it calls <see cref="TryDropTemp"/>.
    /// </summary>
    public IFile WriteTemp(int slot, DocumentPath path, DocumentKey key, DocumentInfo info, ulong bodyHash, ReadOnlySpan<byte> body)
    {
        IDirectory directory = shards[path.Shard].Entries;
        IFile file = CreateTemp(directory, TempNames[slot]);
        try
        {
            WriteContent(file, key, info, bodyHash, body);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A hint before the second step of many temporary files: it does once what their syncs have in common.</summary>
    public void WriteBack() => shards[0].Entries.WriteBackVolume();

    /// <summary>Removes a temporary file that is not to be published; false when it is not there or cannot be removed.</summary>
    public bool TryDropTemp(int slot, int shard)
    {
        try
        {
            return shards[shard].Entries.TryUnlink(TempNames[slot]);
        }
        catch (Exception exception) when (exception is FileSystemException or OutOfMemoryException)
        {
            // Removed before the slot's next use and at every start; what matters here is only that it is not known to be gone.
            return false;
        }
    }

    /// <summary>Third step: the synced temporary file takes the document's name, replacing what had it.</summary>
    public void Publish(int slot, DocumentPath path)
    {
        IDirectory directory = shards[path.Shard].Entries;
        directory.Rename(TempNames[slot], directory, path.Name);
    }

    /// <summary>Before the third step, of a version that is kept: its synced temporary file gets the version's name as well. False: it needs a file of its own.</summary>
    public bool TryLinkVersion(int slot, DocumentPath path, long version) => versions.TryLink(shards[path.Shard].Entries, TempNames[slot], path, version);

    /// <summary>Third step of a version whose document has a later one: the synced temporary file takes the version's name alone.</summary>
    public void PublishVersion(int slot, DocumentPath path, long version) => versions.Publish(shards[path.Shard].Entries, TempNames[slot], path, version);

    /// <summary>Removes the document's name; false when there was none.</summary>
    public bool Remove(DocumentPath path) => shards[path.Shard].Entries.TryUnlink(path.Name);

    /// <summary>Fourth step: names changed in the document's directory survive a power cut.</summary>
    public void SyncNames(int shard) => shards[shard].Sync();

    /// <summary>
    /// Keeps what has the document's name as evidence in quarantine/, synced there before this returns. The document never ceases to
    /// exist in between.
    /// </summary>
    public void Quarantine(DocumentPath path, long sequence) => Evidence.Keep(shards[path.Shard].Entries, path.Name, quarantine, sequence);

    /// <summary>
    /// The highest version in any readable document file, or file of a kept version; 0 when there is none. What a failing device cannot
    /// read is passed over. For repair, offline, where nothing else knows how far the sequence had come.
    /// </summary>
    public long HighestVersion() => shards.Select(shard => VersionScan.Highest(shard.Entries)).Append(versions.HighestVersion()).Max();

    public void Dispose()
    {
        foreach (SyncedDirectory shard in shards)
        {
            shard.Dispose();
        }

        quarantine.Dispose();
        versions.Dispose();
    }

    private static IFile CreateTemp(IDirectory directory, string name)
    {
        try
        {
            return directory.Create(name);
        }
        catch (FileSystemException exception) when (exception.Error == Errno.EEXIST)
        {
            // Left by a chunk that failed and could not remove it.
            directory.TryUnlink(name);
            return directory.Create(name);
        }
    }

    private static void WriteContent(IFile file, DocumentKey key, DocumentInfo info, ulong bodyHash, ReadOnlySpan<byte> body)
    {
        // Most documents fit one buffer with their header: one system call. A large body is not copied for that.
        bool isCopied = body.Length <= BodySizes.Large;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(DocumentHeader.BytesMax + (isCopied ? body.Length : 0));
        try
        {
            int headerBytes = DocumentHeader.Write(buffer, key, info, bodyHash);
            if (isCopied)
            {
                body.CopyTo(buffer.AsSpan(headerBytes));
                file.Write(buffer.AsSpan(0, headerBytes + body.Length), 0);
            }
            else
            {
                file.Write(buffer.AsSpan(0, headerBytes), 0);
                file.Write(body, headerBytes);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
