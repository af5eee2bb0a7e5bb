using DocService.Storage.Engine.Versions;

namespace DocService.Storage.Engine;

/// <summary>Reads of documents: with a place among the readers of the disk, and not while the store is being closed.</summary>
/// <remarks>Thread: the caller's, which waits for no writer.</remarks>
/// <param name="gate">Which requests are under way.</param>
/// <param name="engine">The store's; throws where its journal is damaged.</param>
internal sealed class StoreReads(OperationGate gate, Func<StoreEngine> engine)
{
    /// <inheritdoc cref="IDocumentStore.ReadAsync"/>
    public ValueTask<StoredDocument?> ReadAsync(DocumentKey key, ByteBudget? budget, CancellationToken cancellation) =>
        LookUpAsync(key, budget, static (documents, key, budget) => documents.Read(key, budget), cancellation);

    /// <inheritdoc cref="IDocumentStore.OpenAsync"/>
    public ValueTask<StoredDocument?> OpenAsync(DocumentKey key, ByteBudget? budget, CancellationToken cancellation) =>
        LookUpAsync(key, budget, static (documents, key, budget) => documents.Open(key, budget), cancellation);

    /// <inheritdoc cref="IDocumentStore.TryReadCached"/>
    public CachedDocument? TryReadCached(ReadOnlySpan<char> id)
    {
        using OperationGate.Passage passage = gate.Enter();
        StoreEngine store = engine();
        if (store.Cache.IsOff || !store.Reads.TryEnter(out ReadGate.Place place))
        {
            return null;
        }

        using (place)
        {
            return store.Documents.TryReadCached(id);
        }
    }

    /// <inheritdoc cref="IDocumentStore.ReadInfoAsync"/>
    public ValueTask<DocumentInfo?> ReadInfoAsync(DocumentKey key, CancellationToken cancellation) =>
        LookUpAsync(key, budget: null, static (documents, key, _) => documents.ReadInfo(key), cancellation);

    /// <inheritdoc cref="IDocumentStore.OpenVersionAsync"/>
    public ValueTask<StoredDocument?> OpenVersionAsync(DocumentKey key, long version, ByteBudget? budget, CancellationToken cancellation) =>
        LookUpAsync(key, budget, (documents, key, budget) => documents.OpenVersion(key, version, budget), cancellation);

    private async ValueTask<T> LookUpAsync<T>(DocumentKey key, ByteBudget? budget, Func<PresentDocuments, DocumentKey, ByteBudget?, T> look, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using OperationGate.Passage passage = gate.Enter();
        StoreEngine store = engine();
        using ReadGate.Place place = await store.Reads.EnterAsync(cancellation).ConfigureAwait(false);
        return look(store.Documents, key, budget);
    }
}
