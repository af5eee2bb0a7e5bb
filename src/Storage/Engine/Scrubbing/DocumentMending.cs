using System.IO.Hashing;
using DocService.Storage.Documents;
using DocService.Storage.Engine.Health;
using DocService.Storage.Engine.Locks;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Scrubbing;

/// <summary>Restores a damaged document's file from an intact copy, by the four steps that file a document.</summary>
/// <remarks>
/// Thread: the scrub's. It has a temporary slot of its own, so the filer's are not touched.
/// Invariants: nothing is replaced but the file that was examined, under its key's writer lock, with nothing of the key pending. So the
/// copy, which was taken after the file was examined, has the file's version, and a later one always stays.
/// On failure: a step that has changed nothing leaves the damage as it is. A failed sync, or a filesystem that went read-only, fences.
/// </remarks>
internal sealed class DocumentMending(DocumentFiles files, Pending pending, DigestLocks locks, StoreHealth health)
{
    /// <summary>False: it is not the file that was examined any more, somebody writes it, or there is no room. Looked at again in the next round.</summary>
    /// <param name="key">Of the document.</param>
    /// <param name="examined">The damaged file; null: there was none.</param>
    /// <param name="copy">Taken after that, and whole.</param>
    /// <param name="confirms">Asked under the lock, last: whether the copy still is the document.</param>
    public bool TryMend(DocumentKey key, FileState? examined, StoredDocument copy, Func<bool> confirms)
    {
        if (Sha256Digest.Of(copy.Body.Span) != copy.Info.Sha256 || copy.Body.Length != copy.Info.Length)
        {
            return false;
        }

        ValueTask<DigestLocks.Lease> acquired = locks.AcquireAsync(key.Digest, LockMode.Exclusive, TimeSpan.Zero, CancellationToken.None);
        if (!acquired.IsCompletedSuccessfully)
        {
            _ = acquired.AsTask().Exception; // it has timed out at once: somebody writes the document
            return false;
        }

        using DigestLocks.Lease lease = acquired.Result;
        try
        {
            return TryReplace(key, DocumentPath.Of(key), examined, copy, confirms);
        }
        catch (Exception exception) when (exception is OutOfMemoryException || IsHarmless(exception))
        {
            files.TryDropTemp(DocumentFiles.MendingSlot, DocumentPath.Of(key).Shard);
            return false;
        }
        catch (Exception exception)
        {
            health.Fence("a damaged document could not be restored", exception);
            return false;
        }
    }

    private bool TryReplace(DocumentKey key, DocumentPath path, FileState? examined, StoredDocument copy, Func<bool> confirms)
    {
        if (health.State != StoreState.Ready || pending.Contains(key.Digest) || files.TryGetState(path) != examined || ToWrite(key, path, copy.Info) is not { } info || !confirms())
        {
            return false;
        }

        ReadOnlySpan<byte> body = copy.Body.Span;
        using (IFile temp = files.WriteTemp(DocumentFiles.MendingSlot, path, key, info, XxHash3.HashToUInt64(body), body))
        {
            temp.Sync();
        }

        if (examined is not null)
        {
            files.Quarantine(path, copy.Info.Version);
        }

        files.Publish(DocumentFiles.MendingSlot, path);
        files.SyncNames(path.Shard);
        return true;
    }

    /// <summary>
    /// Where the damaged file's header is intact, it must speak of the copy's bytes, and it is what is written again. Where it is not, or there
    /// is no file, the copy's is, unless the version is kept: how many are to be kept stands in the header alone, so it is taken from the
    /// kept version's file. Null: nothing may be written.
    /// </summary>
    private DocumentInfo? ToWrite(DocumentKey key, DocumentPath path, DocumentInfo copy)
    {
        try
        {
            using IFile? file = files.TryOpen(path);
            if (file is not null)
            {
                return Fitting(file, key, copy);
            }
        }
        catch (DocumentCorruptException)
        {
            // Its header is damaged.
        }

        try
        {
            using IFile? kept = files.Versions.TryOpen(path, copy.Version);
            return kept is null ? copy : Fitting(kept, key, copy);
        }
        catch (DocumentCorruptException)
        {
            return null;
        }
    }

    private static DocumentInfo? Fitting(IFile file, DocumentKey key, DocumentInfo copy) =>
        DocumentReader.ReadInfo(file, key) is var info && info.Version == copy.Version && info.Sha256 == copy.Sha256 ? info : null;

    /// <summary>As filing judges: it is known to have had no lasting effect.</summary>
    private static bool IsHarmless(Exception exception) =>
        exception is FileSystemException { IsOutOfSpace: true } or FileSystemException { IsSync: false, Error: not Errno.EROFS };
}
