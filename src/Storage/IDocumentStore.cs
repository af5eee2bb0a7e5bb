using DocService.Storage.Clock;
using DocService.Storage.Requests;

namespace DocService.Storage;

/// <summary>
/// Durable JSON documents: the contract that every engine keeps. A completed write is durable to the level its result names;
/// a reader never sees a version that a power cut could undo.
/// </summary>
/// <remarks>Thread: any. An exception other than <see cref="OutcomeUnknownException"/> means that nothing of the request was done.</remarks>
public interface IDocumentStore : IAsyncDisposable
{
    /// <summary>By which documents end. One that has ended (<see cref="DocumentInfo.Expires"/>) is absent for every method here.</summary>
    StoreTime Time { get; }

    /// <summary>A snapshot for operators.</summary>
    StoreStatus Status { get; }

    /// <summary>Copies of the whole store as of one moment. Null where the engine has none.</summary>
    ISnapshots? Snapshots => null;

    /// <summary>Has every file read for rot, beginning at once; <see cref="Status"/> tells what is found. False: that is under way, and goes on.</summary>
    /// <exception cref="NotSupportedException">The engine leaves that to its database.</exception>
    bool BeginScrub() => throw new NotSupportedException();

    /// <summary>The newest published version with its body, or null. Its checksums have been verified.</summary>
    /// <param name="key">Which document.</param>
    /// <param name="budget">What its bytes are charged to before they are read, until it is disposed; null: nothing.</param>
    /// <param name="cancellation">Honoured while it waits for its turn to read.</param>
    /// <exception cref="DocumentCorruptException">It exists and cannot be read.</exception>
    /// <exception cref="StoreBusyException">Descriptors, memory or the budget have run out, or the disk does not answer other reads.</exception>
    /// <exception cref="JournalDamagedException">Nothing is served.</exception>
    /// <exception cref="StoreClosedException">The store is closed.</exception>
    ValueTask<StoredDocument?> ReadAsync(DocumentKey key, ByteBudget? budget, CancellationToken cancellation);

    /// <summary>
    /// As <see cref="ReadAsync"/>, for a reader who may be slow: a large body that is filed stays on the disk, is charged to
    /// nothing, and is read a piece at a time. It stays readable whatever becomes of the document.
    /// </summary>
    ValueTask<StoredDocument?> OpenAsync(DocumentKey key, ByteBudget? budget, CancellationToken cancellation);

    /// <summary>
    /// The newest published version, if it is in memory and known to be current: at once, without memory of its own, charged to
    /// nothing. Null says nothing about the document; what <see cref="OpenAsync"/> reads may be in memory from then on.
    /// </summary>
    /// <param name="id">A client's, not a hidden document's.</param>
    /// <exception cref="JournalDamagedException">Nothing is served.</exception>
    /// <exception cref="StoreClosedException">The store is closed.</exception>
    CachedDocument? TryReadCached(ReadOnlySpan<char> id);

    /// <summary>As <see cref="ReadAsync"/>, without the body, which has not been verified.</summary>
    ValueTask<DocumentInfo?> ReadInfoAsync(DocumentKey key, CancellationToken cancellation);

    /// <summary>
    /// One version of the document, as <see cref="OpenAsync"/> reads the newest. Null where it is not kept: it never was
    /// (<see cref="DocumentInfo.Keep"/> 0), has been dropped, is not published yet, or has ended. It does not matter whether the document has
    /// a later version, or has been deleted.
    /// </summary>
    /// <exception cref="DocumentCorruptException">It is kept and cannot be read.</exception>
    ValueTask<StoredDocument?> OpenVersionAsync(DocumentKey key, long version, ByteBudget? budget, CancellationToken cancellation);

    /// <summary>
    /// Drops kept versions, for good: those that it has dropped, or that were not there, do not come back, not after a power cut either.
    /// The document itself is not touched: its newest version stays under its own name when the kept one is dropped.
    /// </summary>
    /// <param name="versions">Any, of any documents; one call with many syncs each directory once.</param>
    /// <param name="cancellation">Honoured before anything is done.</param>
    /// <returns>
    /// Those that cannot be dropped yet, because the journal may still file them once more: they stay, and are asked for again later.
    /// That takes a moment without writes; it takes longer while their directory cannot be written.
    /// </returns>
    /// <exception cref="StorageFaultException">One cannot be removed. Those before it may be gone, or be back after a power cut: ask for all of them again.</exception>
    /// <exception cref="StoreFencedException">The store is fenced. It becomes so if what has been removed cannot be made durable.</exception>
    ValueTask<IReadOnlyList<KeptVersion>> DropVersionsAsync(IReadOnlyList<KeptVersion> versions, CancellationToken cancellation);

    /// <summary>
    /// Carries out all operations as one commit, or none: readers see all of it at once, and so does recovery. If a
    /// condition of any of them fails, a rule refuses any, or the document of a patch is missing, nothing is written and the
    /// result names every failure.
    /// Cancellation is honoured until the commit is queued and ignored from then on.
    /// </summary>
    /// <exception cref="StoreException">See the family: every member but the three that only opening throws.</exception>
    /// <exception cref="ArgumentException">No operations, two of one document, or an impossible media type or size.</exception>
    ValueTask<CommitResult> CommitAsync(IReadOnlyList<DocumentOperation> operations, DurabilityLevel level, CancellationToken cancellation);

    /// <summary>
    /// The same for a request with a key, which is carried out once: if one with this key and fingerprint was carried out before,
    /// the result is that one's, at the level that this one asks for. A write that succeeds is remembered with its commit;
    /// one that fails a condition or is refused is not.
    /// </summary>
    /// <exception cref="RequestInProgressException">Another one with this key is under way for longer than a write may wait.</exception>
    /// <exception cref="RequestKeyReusedException">The key came with another fingerprint before.</exception>
    /// <exception cref="RequestsUnknownException">Remembered requests are damaged, so whether there was one cannot be known.</exception>
    /// <exception cref="OutcomeUnknownException">Of this request, or of the earlier one with this key.</exception>
    ValueTask<CommitResult> CommitAsync(IReadOnlyList<DocumentOperation> operations, DurabilityLevel level, IdempotentRequest request, CancellationToken cancellation);

    /// <summary>What the request with that key has done; null: nothing so far, which it may still do.</summary>
    /// <exception cref="StoreException">As when the request comes again: it is under way, or its outcome cannot be known.</exception>
    ValueTask<FoundRequest?> FindRequestAsync(RequestKey key, CancellationToken cancellation);

    /// <summary>
    /// Throws if any write would be refused now, whatever its body. For a caller that asks before the body is sent. It
    /// reserves and promises nothing.
    /// </summary>
    /// <param name="bodyBytes">Length of what is to be put as far as it is known; 0 for none, which needs no room on the disk.</param>
    /// <exception cref="StoreException">Damaged, fenced, closing, or known to be out of space.</exception>
    void ThrowIfRefusing(long bodyBytes);
}
