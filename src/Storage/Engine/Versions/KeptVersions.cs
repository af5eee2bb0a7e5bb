using DocService.Storage.Documents;
using DocService.Storage.Engine.Health;
using DocService.Storage.Io;
using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Engine.Versions;

/// <summary>Drops the files of kept versions, so that none comes back.</summary>
/// <remarks>
/// Thread: any; it blocks for the disk. No lock is needed: what is pending is left alone, and what is not is filed, so its file changes no more.
/// On failure: an unlink that failed has removed nothing. A failed sync fences the store.
/// </remarks>
/// <param name="files">Of the versions.</param>
/// <param name="pending">What the filer may still write.</param>
/// <param name="journal">What the next start may still file.</param>
/// <param name="carriedThrough">By directory: the highest sequence of a record of a kept version that was carried forward.</param>
/// <param name="isCarrying">Whether a record that is carried forward is not published yet.</param>
/// <param name="heldThrough">What the first start of a snapshot that is being taken may still file lies above it.</param>
/// <param name="health">Fenced when a sync fails.</param>
internal sealed class KeptVersions(VersionFiles files, Pending pending, JournalWriter journal, long[] carriedThrough, Func<bool> isCarrying, Func<long> heldThrough, StoreHealth health)
{
    private int _dropping; // calls of Drop under way
    private int _held;

    /// <summary>
    /// Whoever puts the file of a version in its place once more asks this first, and lets go afterwards: nothing is dropped meanwhile. False,
    /// and nothing is held: some are being dropped just now. Neither side waits for the other; each is seen by the other, or sees it.
    /// </summary>
    public bool TryHold()
    {
        Interlocked.Increment(ref _held);
        if (Volatile.Read(ref _dropping) == 0)
        {
            return true;
        }

        LetGo();
        return false;
    }

    public void LetGo() => Interlocked.Decrement(ref _held);

    /// <summary>A record of a kept version was carried forward. On the journal's thread.</summary>
    public void NoteCarried(Sha256Digest document, long sequence) => Volatile.Write(ref carriedThrough[DocumentPath.ShardOf(document)], sequence);

    /// <summary>Returns those that cannot be dropped yet.</summary>
    /// <exception cref="StorageFaultException">One cannot be removed.</exception>
    public IReadOnlyList<KeptVersion> Drop(IReadOnlyList<KeptVersion> versions)
    {
        Interlocked.Increment(ref _dropping);
        try
        {
            return Volatile.Read(ref _held) > 0 ? versions : Remove(versions);
        }
        finally
        {
            Interlocked.Decrement(ref _dropping);
        }
    }

    private List<KeptVersion> Remove(IReadOnlyList<KeptVersion> versions)
    {
        var left = new List<KeptVersion>();
        var touched = new SortedSet<int>();
        try
        {
            foreach (KeptVersion version in versions)
            {
                if (MayComeBack(version))
                {
                    left.Add(version);
                }
                else
                {
                    var path = DocumentPath.Of(version.Key);
                    files.Remove(path, version.Version);
                    touched.Add(path.Shard);
                }
            }
        }
        catch (FileSystemException exception)
        {
            throw new StorageFaultException($"A kept version could not be removed: {exception.Message}", exception);
        }

        try
        {
            foreach (int shard in touched)
            {
                files.SyncNames(shard);
            }
        }
        catch (FileSystemException exception)
        {
            health.Fence("kept versions cannot be dropped durably", exception);
            health.ThrowIfFenced();
        }

        return left;
    }

    /// <summary>Whether the filer, or the next start, may file it once more: the journal does not say durably that its record is filed.</summary>
    private bool MayComeBack(in KeptVersion version)
    {
        // In this order. A version that is recorded as filed was filed before this look, so a copy of its record was begun before: it is
        // still on its way, or has been noted.
        long recorded = journal.RecordedFiledThrough;
        recorded = Math.Min(recorded, heldThrough());
        return version.Version > recorded || isCarrying() || Volatile.Read(ref carriedThrough[DocumentPath.ShardOf(version.Key.Digest)]) > recorded
            || pending.Contains(VersionDigest.Of(version.Key.Digest, version.Version));
    }
}
