using System.Diagnostics;
using System.Text.Json;
using DocService.Collections.Definitions;
using DocService.Collections.Unique;
using DocService.Index;
using DocService.Index.Reading;
using DocService.Storage.Memory;
using Microsoft.Extensions.Logging;

namespace DocService.Collections;

/// <summary>Definitions of collections: hidden documents, as durable, versioned and conditional as any other.</summary>
/// <remarks>Thread: any; <see cref="LoadAsync"/> before any write. On failure: as the store.</remarks>
public sealed class CollectionService
{
    /// <summary>Spans of requests, for whoever listens.</summary>
    private static readonly ActivitySource Spans = new("DocService.Collections");

    private readonly IDocumentStore _store;
    private readonly CollectionRules _rules;
    private readonly IndexFollower? _index;
    private readonly UniqueVerification? _verification;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    /// <param name="store">Opened with these rules and this index.</param>
    /// <param name="rules">Changed by every definition.</param>
    /// <param name="index">Null where there is none.</param>
    /// <param name="clock">For waiting.</param>
    /// <param name="logger">For what is tried again.</param>
    public CollectionService(IDocumentStore store, CollectionRules rules, IndexFollower? index, TimeProvider clock, ILogger<CollectionService> logger)
    {
        _store = store;
        _rules = rules;
        _index = index;
        _clock = clock;
        _logger = logger;
        _verification = index is null ? null : new UniqueVerification(store, rules, index, clock, logger);
    }

    /// <summary>In force.</summary>
    public CollectionSet Collections => _rules.Collections;

    public bool HasIndex => _rules.HasIndex;

    /// <summary>Reads all definitions. Before that no write may be taken, and no query asked.</summary>
    /// <param name="cancellation">The caller's.</param>
    /// <param name="ignoresRules">Definitions that need an index are no reason to refuse: what they would judge is refused instead.</param>
    /// <exception cref="StoreConfigurationException">There are definitions with indexes, a time to live or a history, and the store has no index.</exception>
    public async Task LoadAsync(CancellationToken cancellation, bool ignoresRules = false)
    {
        try
        {
            var collections = new List<Collection>();
            foreach ((string name, string prefix) in await ReadCatalogueAsync(cancellation).ConfigureAwait(false))
            {
                collections.Add(await ReadDefinitionAsync(name, prefix, cancellation).ConfigureAwait(false));
            }

            if (!HasIndex && !ignoresRules && collections.Find(collection => collection.NeedsIndex is not null) is { NeedsIndex: { } what } collection)
            {
                throw new StoreConfigurationException($"Collection '{collection.Name}' has {what}, but the setting Index is off: its rules could not be kept. --ignore-rules starts all the same, refuses what unique values would judge, and leaves on the disk what has ended and what is beyond a history.");
            }

            _rules.Begin(new CollectionSet(1, collections), DurableThrough());
        }
        catch (Exception exception) when (exception is DocumentCorruptException or JsonException or JournalDamagedException)
        {
            _logger.LogError("The list of collections cannot be read: {Reason}", exception.Message);
            _rules.Stop("The list of collections cannot be read. The server's log says why."); // told to every writer: no files
        }
    }

    /// <summary>Looks for duplicates in the unique indexes, until the store stops.</summary>
    public Task RunAsync(CancellationToken stopping) => _verification?.RunAsync(stopping) ?? Task.CompletedTask;

    /// <summary>The definition as it was sent; null where there is none. Dispose it.</summary>
    public ValueTask<StoredDocument?> ReadAsync(string name, ByteBudget? budget, CancellationToken cancellation) =>
        _store.ReadAsync(CollectionName.KeyOf(name), budget, cancellation);

    /// <summary>Creates or replaces a definition. Refused by a <see cref="DefinitionViolation"/>.</summary>
    public ValueTask<WriteResult> PutAsync(string name, DocumentContent content, Conditions conditions, DurabilityLevel level, CancellationToken cancellation) =>
        _store.PutAsync(CollectionName.KeyOf(name), content, conditions, level, cancellation);

    /// <summary>Removes a definition and its indexes, no document.</summary>
    public ValueTask<WriteResult> DeleteAsync(string name, Conditions conditions, DurabilityLevel level, CancellationToken cancellation) =>
        _store.DeleteAsync(CollectionName.KeyOf(name), conditions, level, cancellation);

    /// <summary>How far its indexes are; null where there is no such collection.</summary>
    public IReadOnlyList<CollectionIndexStatus>? GetStatus(string name)
    {
        if (Collections.Get(name) is not { } collection)
        {
            return null;
        }

        try
        {
            using IndexReader? reader = _index?.TryRead();
            return [.. collection.Indexes.Select(index => StatusOf(index, reader))];
        }
        catch (Exception exception) when (exception is IndexClosedException or IndexFailedException)
        {
            return [.. collection.Indexes.Select(index => StatusOf(index, null))];
        }
    }

    /// <summary>Whether all its indexes have every document, whatever duplicates they may hold.</summary>
    public bool IsIndexed(string name)
    {
        using IndexReader? reader = _index?.TryRead();
        return reader is not null && (Collections.Get(name)?.Indexes.All(index => reader.GetDeclared(index.Declared) is { IsBuilt: true }) ?? true);
    }

    /// <summary>Waits until all indexes of the collection are ready or violated; false when they are not in that time.</summary>
    public async Task<bool> WaitUntilBuiltAsync(string name, TimeSpan longest, CancellationToken cancellation)
    {
        if (_index is null || _verification is null)
        {
            return true;
        }

        using Activity? waiting = Spans.StartActivity("docservice.index.build.wait");
        using var limit = new CancellationTokenSource(longest, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        while (true)
        {
            Task indexed = _index.WhenDeclaredChanges();
            Task verified = _verification.Changed;
            if (GetStatus(name) is not { } status || status.All(index => index.State is IndexState.Ready or IndexState.Violated))
            {
                return true;
            }

            try
            {
                await Task.WhenAny(indexed, verified).WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    private CollectionIndexStatus StatusOf(CollectionIndex index, IndexReader? reader)
    {
        DeclaredState? state = reader?.GetDeclared(index.Declared);
        IReadOnlyList<DuplicatePair>? duplicates = index.IsUnique ? _verification?.Of(index) : [];
        IndexStatus? whole = reader is null ? _index?.Status : null;
        return new CollectionIndexStatus
        {
            Name = index.Name,
            State = whole is { Stage: IndexStage.Waiting } ? IndexState.Failed
                : state is not { IsBuilt: true } || duplicates is null ? IndexState.Building
                : duplicates.Count > 0 ? IndexState.Violated : IndexState.Ready,
            Done = state?.Done ?? whole?.Done ?? 0,
            CountsStore = state is null,
            Total = state is null ? whole?.Total ?? 0 : reader!.EstimateTotal(index.Declared, state),
            SizeBytes = state is null ? 0 : reader!.MeasureBytes(state),
            Duplicates = duplicates ?? [],
        };
    }

    private async Task<IReadOnlyDictionary<string, string>> ReadCatalogueAsync(CancellationToken cancellation)
    {
        using StoredDocument? list = await _store.ReadAsync(Catalogue.Key, cancellation).ConfigureAwait(false);
        return list is null ? new Dictionary<string, string>() : Catalogue.Read(list.Body.Span);
    }

    private async Task<Collection> ReadDefinitionAsync(string name, string prefix, CancellationToken cancellation)
    {
        try
        {
            using StoredDocument? definition = await _store.ReadAsync(CollectionName.KeyOf(name), cancellation).ConfigureAwait(false);
            if (definition is not null && DefinitionParser.Parse(name, definition.Body, out _) is { } collection && collection.Prefix == prefix)
            {
                return collection;
            }
        }
        catch (DocumentCorruptException)
        {
            // Writes under its prefix are refused until it is written again.
        }

        return new Collection { Name = name, Prefix = prefix, Indexes = [], IsUnreadable = true };
    }

    private long DurableThrough() => _store.Status.DurableThrough;
}
