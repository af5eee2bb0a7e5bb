using System.IO.Hashing;
using DocService.Storage.Documents;
using DocService.Storage.Engine.Health;
using DocService.Storage.Engine.Locks;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Scrubbing;

/// <summary>Restores a damaged file from an intact copy, by the four steps that file a document.</summary>
/// <remarks>
/// Thread: the filer's, between two chunks. So no file that is being filed can be the one that is mended, and only one thread ever gives
/// documents their names. It has a temporary slot of its own, because a chunk that waits for memory keeps its slots.
/// Invariants: nothing is replaced but the file that was examined, under its key's writer lock, with nothing of the key pending. So the
/// copy, which is that file's version, never replaces a later one, and never brings back what was deleted or dropped.
/// On failure: a step that has changed nothing leaves the damage as it is. A failed sync, or a filesystem that went read-only, fences.
/// </remarks>
internal sealed class DocumentMending(DocumentFiles files, Pending pending, KeptVersions versions, DigestLocks locks, StoreHealth health)
{
    /// <summary>False: it is not the file that was examined any more, somebody writes it, or there is no room. Looked at again in the next round.</summary>
    /// <param name="damaged">The file.</param>
    /// <param name="copy">The bytes that it should have.</param>
    /// <param name="confirms">Asked under the lock, last: whether the copy still is the document.</param>
    public bool TryMend(DamagedFile damaged, IntactCopy copy, Func<bool> confirms)
    {
        // The filer waits for nobody: a writer may be waiting for it.
        ValueTask<DigestLocks.Lease> acquired = locks.AcquireAsync(damaged.Key.Digest, LockMode.Exclusive, TimeSpan.Zero, CancellationToken.None);
        if (!acquired.IsCompletedSuccessfully)
        {
            _ = acquired.AsTask().Exception; // it has timed out at once: somebody writes the document
            return false;
        }

        using DigestLocks.Lease lease = acquired.Result;
        if (!versions.TryHold())
        {
            return false; // some are being dropped
        }

        try
        {
            return MayReplace(damaged, copy, confirms) && Replace(damaged, copy);
        }
        catch (Exception exception) when (exception is OutOfMemoryException || IsHarmless(exception))
        {
            files.TryDropTemp(DocumentFiles.MendingSlot, damaged.Path.Shard);
            return false;
        }
        catch (Exception exception)
        {
            health.Fence("a damaged document could not be restored", exception);
            return false;
        }
        finally
        {
            versions.LetGo();
        }
    }

    private bool MayReplace(DamagedFile damaged, IntactCopy copy, Func<bool> confirms) =>
        health.State == StoreState.Ready && !IsPending(damaged, copy.Info.Version) && IsAsExamined(damaged) && confirms();

    private bool IsPending(DamagedFile damaged, long version) =>
        pending.Contains(damaged.Key.Digest) || pending.Contains(VersionDigest.Of(damaged.Key.Digest, version));

    private bool IsAsExamined(DamagedFile damaged) =>
        (damaged.IsOfVersion ? files.Versions.TryGetState(damaged.Path, damaged.KeptVersion) : files.TryGetState(damaged.Path)) == damaged.State;

    private bool Replace(DamagedFile damaged, IntactCopy copy)
    {
        DocumentPath path = damaged.Path;
        ReadOnlySpan<byte> body = copy.Document.Body.Span;
        using (IFile temp = files.WriteTemp(DocumentFiles.MendingSlot, path, damaged.Key, copy.Info, XxHash3.HashToUInt64(body), body))
        {
            temp.Sync();
        }

        if (damaged.State is not null)
        {
            KeepEvidence(damaged, copy.Info.Version);
        }

        if (damaged.IsOfVersion)
        {
            files.PublishVersion(DocumentFiles.MendingSlot, path, damaged.KeptVersion);
            files.Versions.SyncNames(path.Shard);
        }
        else
        {
            files.Publish(DocumentFiles.MendingSlot, path);
            files.SyncNames(path.Shard);
        }

        return true;
    }

    private void KeepEvidence(DamagedFile damaged, long version)
    {
        if (damaged.IsOfVersion)
        {
            files.Versions.Quarantine(damaged.Path, version);
        }
        else
        {
            files.Quarantine(damaged.Path, version);
        }
    }

    /// <summary>As filing judges: it is known to have had no lasting effect.</summary>
    private static bool IsHarmless(Exception exception) =>
        exception is FileSystemException { IsOutOfSpace: true } or FileSystemException { IsSync: false, Error: not Errno.EROFS };
}
