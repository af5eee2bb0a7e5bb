using DocService.Index.Reading;
using DocService.Postgres.Committing;
using DocService.Postgres.Connecting;
using DocService.Postgres.Opening;
using DocService.Postgres.Querying;
using DocService.Postgres.Replication;
using DocService.Postgres.Rows;
using DocService.Postgres.Watching;
using DocService.Storage.Clock;
using DocService.Storage.Engine;
using DocService.Storage.Requests;
using DocService.Storage.Threading;
using Microsoft.Extensions.Logging;

namespace DocService.Postgres;

/// <summary>Durable JSON documents in a PostgreSQL database, which several processes may share. It keeps no state of its own but connections.</summary>
/// <remarks>
/// Owns: the connections, the loop that writes, and the loop that watches. Thread: any.
/// Invariant: an exception other than <see cref="OutcomeUnknownException"/> means that nothing of the request was done.
/// On failure: what the database does not take now is tried again for <see cref="PostgresOptions.BusyTimeout"/>. It is fenced only where the
/// database has gone back, or is another.
/// </remarks>
public sealed class PostgresStore : IDocumentStore
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly PostgresOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Database _database;
    private readonly StoreWatch _watch;
    private readonly StandbyConfirmation _standbys;
    private readonly GroupWriter _writer;
    private readonly DocumentReads _reads;
    private readonly DatabaseSource _snapshots;
    private readonly OperationGate _operations;
    private Task? _closing;

    private PostgresStore(PostgresOptions options, TimeProvider clock, ILogger logger, Database database, StoreWatch watch)
    {
        _options = options;
        _clock = clock;
        _logger = logger;
        _database = database;
        _watch = watch;
        _operations = new OperationGate(new SystemThreads(clock));
        Time = new StoreTime(clock);
        _reads = new DocumentReads(database);
        _snapshots = new DatabaseSource(database, watch, Time);
        _standbys = new StandbyConfirmation(database, options.Replicas, clock);
        _writer = new GroupWriter(database, new GroupTransaction(database, watch, Time, clock), _standbys, clock);
    }

    /// <inheritdoc/>
    public StoreTime Time { get; }

    /// <summary>What queries read from. It ends with the store: dispose whatever uses it before.</summary>
    public IReaderSource Snapshots => _snapshots;

    /// <summary>As of the last second.</summary>
    public StoreStatus Status
    {
        get
        {
            using OperationGate.Passage passage = _operations.Enter();
            ServerFacts? facts = _watch.Facts;
            return new PostgresStatus
            {
                State = _watch.Fence is not null ? StoreState.Fenced : _watch.Obstacle is not null ? StoreState.Unavailable : StoreState.Ready,
                Reason = _watch.Fence ?? _watch.Obstacle,
                StoreId = facts?.StoreId ?? Guid.Empty,
                IsFirstStart = _watch.IsFirstStart,
                DurableThrough = facts?.Sequence ?? 0,
                Promise = facts?.Settings.Promise ?? DurabilityLevel.Volatile,
                PromiseRemark = facts is null ? "The database has not answered yet." : facts.Settings.Remark,
                Time = new TimeReport(Time.Now, Time.WallAhead, Time.IsInDoubt),
                Database = _database.Name,
                ServerVersion = _watch.ServerVersion,
                Replicas = _options.Replicas,
                Settings = facts?.Settings,
            };
        }
    }

    /// <summary>Opens the database, and makes the tables where there are none. One that does not answer is waited for while requests are refused.</summary>
    /// <exception cref="StoreConfigurationException">The connection string is none, the server is too old, or the user lacks rights.</exception>
    /// <exception cref="StoreFormatException">The tables are of a later version of this program.</exception>
    public static async Task<PostgresStore> OpenAsync(PostgresOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(loggers);
        ILogger logger = loggers.CreateLogger<PostgresStore>();
        var database = new Database(options, clock);
        var watch = new StoreWatch(database, new SchemaUpkeep(database, options.Replicas, clock), options, clock, logger);
        try
        {
            await watch.StartAsync().ConfigureAwait(false);
            return new PostgresStore(options, clock, logger, database, watch);
        }
        catch
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<StoredDocument?> ReadAsync(DocumentKey key, ByteBudget? budget, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using OperationGate.Passage passage = _operations.Enter();
        return await _reads.ReadAsync(key, budget, cancellation).ConfigureAwait(false);
    }

    /// <summary>As <see cref="ReadAsync"/>: the body is read whole.</summary>
    public ValueTask<StoredDocument?> OpenAsync(DocumentKey key, ByteBudget? budget, CancellationToken cancellation) => ReadAsync(key, budget, cancellation);

    /// <summary>Nothing: another process may have written it a moment ago.</summary>
    public CachedDocument? TryReadCached(ReadOnlySpan<char> id)
    {
        using OperationGate.Passage passage = _operations.Enter();
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask<DocumentInfo?> ReadInfoAsync(DocumentKey key, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using OperationGate.Passage passage = _operations.Enter();
        return await _reads.ReadInfoAsync(key, cancellation).ConfigureAwait(false);
    }

    /// <summary>No version is kept here.</summary>
    public ValueTask<StoredDocument?> OpenVersionAsync(DocumentKey key, long version, ByteBudget? budget, CancellationToken cancellation)
    {
        using OperationGate.Passage passage = _operations.Enter();
        return new ValueTask<StoredDocument?>((StoredDocument?)null);
    }

    /// <summary>No version is kept here.</summary>
    public ValueTask<IReadOnlyList<KeptVersion>> DropVersionsAsync(IReadOnlyList<KeptVersion> versions, CancellationToken cancellation)
    {
        using OperationGate.Passage passage = _operations.Enter();
        return new ValueTask<IReadOnlyList<KeptVersion>>([]);
    }

    /// <inheritdoc/>
    public ValueTask<CommitResult> CommitAsync(IReadOnlyList<DocumentOperation> operations, DurabilityLevel level, CancellationToken cancellation) =>
        WriteAsync(operations, level, request: null, cancellation);

    /// <inheritdoc/>
    public ValueTask<CommitResult> CommitAsync(IReadOnlyList<DocumentOperation> operations, DurabilityLevel level, IdempotentRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        return WriteAsync(operations, level, request, cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<FoundRequest?> FindRequestAsync(RequestKey key, CancellationToken cancellation)
    {
        using OperationGate.Passage passage = _operations.Enter();
        return await _reads.FindRequestAsync(key, cancellation).ConfigureAwait(false) is { } found
            ? new FoundRequest(found, _watch.Facts?.Settings.Promise ?? DurabilityLevel.Volatile)
            : null;
    }

    /// <inheritdoc/>
    public void ThrowIfRefusing(long bodyBytes)
    {
        using OperationGate.Passage passage = _operations.Enter();
        _watch.ThrowIfFenced();
    }

    /// <summary>Refuses new requests, carries out what is queued if the database answers, and closes the connections. Takes 4 s at most.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_operations)
        {
            return new ValueTask(_closing ??= CloseAsync());
        }
    }

    private async ValueTask<CommitResult> WriteAsync(IReadOnlyList<DocumentOperation> operations, DurabilityLevel level, IdempotentRequest? request, CancellationToken cancellation)
    {
        Validate(operations, level);
        cancellation.ThrowIfCancellationRequested();
        using OperationGate.Passage passage = _operations.Enter();
        _watch.ThrowIfFenced();
        var write = new QueuedWrite(operations, request, level, _clock.GetTimestamp() + (long)(_options.BusyTimeout.TotalSeconds * _clock.TimestampFrequency));
        _writer.Queue(write);
        try
        {
            return await write.Ended.WaitAsync(_options.BusyTimeout, _clock, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            return write.TryWithdraw()
                ? throw new StoreBusyException($"The write waited {_options.BusyTimeout.TotalSeconds} s for its turn.", exception)
                : await write.Ended.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!write.TryWithdraw())
        {
            return await write.Ended.ConfigureAwait(false); // its bodies are in use until it has ended
        }
    }

    private void Validate(IReadOnlyList<DocumentOperation> operations, DurabilityLevel level)
    {
        ArgumentNullException.ThrowIfNull(operations);
        ArgumentOutOfRangeException.ThrowIfZero(operations.Count);
        if (level is DurabilityLevel.Filed or DurabilityLevel.Buffered || (level == DurabilityLevel.Replicated && _options.Replicas == 0))
        {
            string has = _options.Replicas > 0 ? "durable and replicated" : "durable; with DocService:Replicas replicated, too";
            throw new LevelNotAvailableException($"The engine on PostgreSQL does not have the level '{level.ToString().ToLowerInvariant()}' here. It has: {has}.");
        }

        foreach (DocumentOperation operation in operations)
        {
            (operation as PutOperation)?.Content.Validate();
        }

        if (operations.Count > 1 && operations.DistinctBy(static operation => operation.Key).Count() != operations.Count)
        {
            throw new ArgumentException("A commit names a document at most once.", nameof(operations));
        }
    }

    private async Task StopWritingAsync()
    {
        await _writer.StopAsync().ConfigureAwait(false);
        await _standbys.StopAsync().ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        Task ended = _operations.CloseAsync();
        try
        {
            await Task.WhenAll(StopWritingAsync(), _watch.DisposeAsync().AsTask(), ended).WaitAsync(CloseTimeout, _clock).ConfigureAwait(false);
            await _database.DisposeAsync().AsTask().WaitAsync(CloseTimeout, _clock).ConfigureAwait(false);
            _snapshots.Dispose();
        }
        catch (TimeoutException)
        {
            _logger.LogError("The database has not answered in time; its connections are closed when the process ends.");
        }
    }
}
