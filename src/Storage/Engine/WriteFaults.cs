using DocService.Storage.Io;

namespace DocService.Storage.Engine;

/// <summary>What a failed system call means for the request and for the store. There are two kinds: effect nothing, effect unknown.</summary>
internal sealed class WriteFaults(StoreHealth health)
{
    /// <summary>The call is known to have changed nothing that counts: one request is refused.</summary>
    public StoreException Harmless(FileSystemException exception)
    {
        if (exception.IsOutOfSpace)
        {
            health.MarkOutOfSpace(exception.Message);
            return new OutOfSpaceException(exception.Message, exception);
        }

        if (exception.IsOutOfHandles)
        {
            return new StoreBusyException(exception.Message, exception);
        }

        if (exception.Error == Errno.EROFS)
        {
            // The kernel makes a filesystem read-only when it no longer trusts it; nothing is tried again.
            return FencedBefore("the filesystem has become read-only", exception);
        }

        return new StorageFaultException($"The disk refused the write, nothing was changed: {exception.Message}", exception);
    }

    /// <summary>
    /// The sync of a temporary file failed: the file is not used, so nothing of this request happened. Short of a full
    /// disk the device can no longer be trusted with anybody's data.
    /// </summary>
    public StoreException TempSync(FileSystemException exception) =>
        exception.IsOutOfSpace ? Harmless(exception) : FencedBefore($"a document could not be synced: {exception.Message}", exception);

    /// <summary>Whether the write is durable is unknown and stays unknown: the store is fenced.</summary>
    public StoreException Unknown(Exception exception)
    {
        health.Fence($"the outcome of a write is unknown: {exception.Message}", exception);
        return new OutcomeUnknownException($"The write may or may not survive: {exception.Message}", exception);
    }

    private StoreFencedException FencedBefore(string reason, FileSystemException exception)
    {
        health.Fence(reason, exception);
        return new StoreFencedException($"Nothing of this request was done; the store takes no writes until it is restarted: {reason}", exception);
    }
}
