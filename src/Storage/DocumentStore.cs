using Microsoft.Extensions.Logging;

namespace DocService.Storage;

/// <summary>
/// Durable JSON documents in one directory. A completed write is on disk to the level its result names; a reader
/// never sees a version that a power cut could undo.
/// </summary>
public sealed class DocumentStore : IAsyncDisposable
{
    private DocumentStore()
    {
    }

    /// <summary>A snapshot for operators; cheap enough to poll.</summary>
    public StoreStatus Status => throw new NotImplementedException();

    /// <summary>Opens the directory, creating it when absent. Blocks while it syncs what it found.</summary>
    /// <exception cref="StoreConfigurationException">An option is impossible or the directory cannot be used.</exception>
    /// <exception cref="StoreInUseException">Another process holds it.</exception>
    /// <exception cref="StoreFormatException">It holds something else, or a newer format.</exception>
    public static DocumentStore Open(StoreOptions options, TimeProvider clock, ILoggerFactory loggers) => throw new NotImplementedException();

    /// <summary>The newest published version with its body, or null. Both checksums have been verified.</summary>
    /// <exception cref="DocumentCorruptException">It exists and cannot be read.</exception>
    /// <exception cref="StoreBusyException">Descriptors have run out, or a publication did not end in time.</exception>
    /// <exception cref="StoreFencedException">What is current for this document is unknown since a sync failed.</exception>
    /// <exception cref="StoreClosedException">The store is closed.</exception>
    public ValueTask<StoredDocument?> ReadAsync(DocumentKey key, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>As <see cref="ReadAsync"/>, from the file's header alone; only the header's checksum has been verified.</summary>
    public ValueTask<DocumentInfo?> ReadInfoAsync(DocumentKey key, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>
    /// Creates or replaces a document if the conditions hold. Cancellation is honoured until the key's lock is held
    /// and ignored from then on.
    /// </summary>
    /// <returns><see cref="WriteStatus.Created"/>, <see cref="WriteStatus.Replaced"/> or <see cref="WriteStatus.ConditionFailed"/>.</returns>
    /// <exception cref="StoreException">See the family: every member but the three that only opening throws.</exception>
    public ValueTask<WriteResult> PutAsync(
        DocumentKey key, DocumentContent content, Conditions conditions, DurabilityLevel level, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>Removes a document if the conditions hold; conditions are ignored when there is none. Otherwise as <see cref="PutAsync"/>.</summary>
    /// <returns><see cref="WriteStatus.Deleted"/>, <see cref="WriteStatus.NotFound"/> or <see cref="WriteStatus.ConditionFailed"/>.</returns>
    public ValueTask<WriteResult> DeleteAsync(
        DocumentKey key, Conditions conditions, DurabilityLevel level, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>Refuses new requests, waits for running writes to end, releases the directory.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
