using DocService.Storage.Clock;
using DocService.Storage.Engine;
using DocService.Storage.Engine.Following;
using DocService.Storage.Engine.Health;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Recovery;
using DocService.Storage.Engine.Requests;
using DocService.Storage.Engine.Space;
using DocService.Storage.Followers;
using DocService.Storage.Io;
using DocService.Storage.Io.Posix;
using DocService.Storage.Io.Volumes;
using DocService.Storage.Journal.Format;
using DocService.Storage.Requests;
using DocService.Storage.Rules;
using DocService.Storage.Threading;
using Microsoft.Extensions.Logging;

namespace DocService.Storage;

/// <summary>
/// Durable JSON documents in one directory. A completed write is on disk to the level its result names; a reader
/// never sees a version that a power cut could undo.
/// </summary>
/// <remarks>
/// Owns: the opened data directory and the engine on it.
/// Thread: any. Reads run on the caller's thread and wait for no writer; writes wait for the journal's
/// thread.
/// Invariant: an exception other than <see cref="OutcomeUnknownException"/> means that nothing of the request was done.
/// On failure: see <see cref="StoreException"/>; the store never repairs by trying again.
/// </remarks>
public sealed class DocumentStore : IDocumentStore
{
    /// <summary>Longest that closing waits for running requests, before and after it stops: a hung disk must not hold a shutdown.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(0.5);

    /// <summary>Longest that closing files for: the rest is replayed at the next start.</summary>
    private static readonly TimeSpan FilingTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StopTimeout = FilingTimeout + (2 * CloseTimeout);

    private readonly DataDirectory _directory;
    private readonly StoreHealth _health;
    private readonly HealthMetrics _healthMetrics;
    private readonly StoreEngine? _engine; // null when the journal is damaged
    private readonly OperationGate _operations;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly StoreReads _reads;
    private readonly StoreWrites _writes;
    private readonly StoreSnapshots _snapshots;
    private readonly StatusReader _status;
    private Task? _closing;

    private DocumentStore(DataDirectory directory, StoreOptions options, IReadOnlyList<IWriteRule> rules, IReadOnlyList<IFollower> followers, IThreads threads, ILogger logger)
    {
        _operations = new OperationGate(threads);
        _directory = directory;
        _clock = threads.Clock;
        Time = new StoreTime(_clock);
        _logger = logger;
        VolumeInfo volume = directory.Root.GetVolumeInfo();
        (DurabilityLevel Best, string? Remark) promise = VolumePromise.Judge(volume);
        if (directory.Remark is { } remark)
        {
            logger.LogWarning("{Remark}", remark);
            promise.Remark = promise.Remark is null ? remark : $"{promise.Remark} {remark}";
        }

        _health = new StoreHealth(logger);
        try
        {
            RememberedRequests? requests = null;
            OpenedJournal journal = new JournalOpening(directory, options, threads)
            {
                LeastPosition = FollowerSet.LeastPosition(followers),
                TakeOverRequests = (end, read) => (requests = new RememberedRequests(directory, options, _health, threads)).TakeOver(end, read),
            }.Open();
            RecoveryReports.WarnOfCopy(journal, directory, logger);
            _engine = new StoreEngine(directory, journal, options, rules, followers, requests!, _health, Time, threads, logger);
        }
        catch (JournalDamagedException exception)
        {
            _health.MarkDamaged(exception.Message);
        }

        _healthMetrics = new HealthMetrics(_health);
        _reads = new StoreReads(_operations, Engine);
        _writes = new StoreWrites(_operations, Engine, _health, options, promise.Best, _clock);
        _snapshots = new StoreSnapshots(_operations, Engine, _health);
        _status = new StatusReader(directory, volume, promise, _health, Time, _engine);
    }

    /// <inheritdoc/>
    public StoreTime Time { get; }

    /// <summary>A snapshot for operators; asks the volume and reads the table of mounts. Where the disk no longer answers, what it answered last.</summary>
    public JournalStatus Status
    {
        get
        {
            using OperationGate.Passage passage = _operations.Enter();
            return _status.Read();
        }
    }

    StoreStatus IDocumentStore.Status => Status;

    /// <inheritdoc/>
    public ISnapshots Snapshots => _snapshots;

    /// <inheritdoc/>
    public bool BeginScrub()
    {
        using OperationGate.Passage passage = _operations.Enter();
        return Engine().BeginScrub();
    }

    /// <summary>Opens the directory, creating it when absent. Blocks while it syncs what it found.</summary>
    /// <exception cref="StoreConfigurationException">An option is impossible or the directory cannot be used.</exception>
    /// <exception cref="StoreInUseException">Another process, or another store of this one, holds it.</exception>
    /// <exception cref="StoreFormatException">It holds something else, or another format.</exception>
    /// <param name="options">Where, and within which limits.</param>
    /// <param name="clock">For the documents' dates and all waiting.</param>
    /// <param name="loggers">Where it tells of its state.</param>
    /// <param name="rules">What judges writes beside their own conditions, in this order; none by default.</param>
    /// <param name="followers">What reads the log behind the writes; none by default.</param>
    /// <exception cref="PlatformNotSupportedException">Not Linux on x64 or arm64.</exception>
    public static DocumentStore Open(StoreOptions options, TimeProvider clock, ILoggerFactory loggers, IReadOnlyList<IWriteRule>? rules = null, IReadOnlyList<IFollower>? followers = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(loggers);
        return Open(PosixFileSystem.Create(), options, clock, loggers, rules, followers);
    }

    /// <summary>As the public one, on any filesystem.</summary>
    internal static DocumentStore Open(IFileSystem files, StoreOptions options, TimeProvider clock, ILoggerFactory loggers, IReadOnlyList<IWriteRule>? rules = null, IReadOnlyList<IFollower>? followers = null) =>
        Open(files, options, new SystemThreads(clock), loggers, rules, followers);

    /// <summary>As the public one, on any filesystem and by any scheduler.</summary>
    internal static DocumentStore Open(IFileSystem files, StoreOptions options, IThreads threads, ILoggerFactory loggers, IReadOnlyList<IWriteRule>? rules = null, IReadOnlyList<IFollower>? followers = null)
    {
        options = options.Validated();
        DataDirectory? directory = null;
        try
        {
            directory = DataDirectory.Open(files, options.DataDirectory, threads);
            return new DocumentStore(directory, options, rules ?? [], followers ?? [], threads, new SafeLog(loggers.CreateLogger<DocumentStore>()));
        }
        catch (FileSystemException exception)
        {
            directory?.Dispose();
            throw new StoreConfigurationException($"The data directory {options.DataDirectory} cannot be used: {exception.Message}", exception);
        }
        catch (OutOfMemoryException exception)
        {
            directory?.Dispose();
            throw new StoreConfigurationException($"There is not enough memory to open {options.DataDirectory}; no document was changed. Give the process more and start it again.", exception);
        }
        catch
        {
            directory?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoredDocument?> ReadAsync(DocumentKey key, ByteBudget? budget, CancellationToken cancellation) => _reads.ReadAsync(key, budget, cancellation);

    /// <inheritdoc/>
    public ValueTask<StoredDocument?> OpenAsync(DocumentKey key, ByteBudget? budget, CancellationToken cancellation) => _reads.OpenAsync(key, budget, cancellation);

    /// <inheritdoc/>
    public CachedDocument? TryReadCached(ReadOnlySpan<char> id) => _reads.TryReadCached(id);

    /// <inheritdoc/>
    public ValueTask<DocumentInfo?> ReadInfoAsync(DocumentKey key, CancellationToken cancellation) => _reads.ReadInfoAsync(key, cancellation);

    /// <inheritdoc/>
    public ValueTask<StoredDocument?> OpenVersionAsync(DocumentKey key, long version, ByteBudget? budget, CancellationToken cancellation) =>
        _reads.OpenVersionAsync(key, version, budget, cancellation);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<KeptVersion>> DropVersionsAsync(IReadOnlyList<KeptVersion> versions, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(versions);
        cancellation.ThrowIfCancellationRequested();
        using OperationGate.Passage passage = _operations.Enter();
        StoreEngine engine = Engine();
        _health.ThrowIfFenced();
        return await engine.DropVersionsAsync(versions).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void ThrowIfRefusing(long bodyBytes)
    {
        using OperationGate.Passage passage = _operations.Enter();
        StoreEngine engine = Engine();
        _health.ThrowIfFenced();
        if (bodyBytes > 0 && _health.State == StoreState.ReadOnly)
        {
            engine.Space.ThrowIfNoRoom(DiskSpace.CostOf(OperationKind.Put, (int)Math.Min(bodyBytes, int.MaxValue / 2)));
        }
    }

    /// <inheritdoc/>
    public ValueTask<CommitResult> CommitAsync(IReadOnlyList<DocumentOperation> operations, DurabilityLevel level, CancellationToken cancellation) =>
        _writes.CommitAsync(operations, level, cancellation);

    /// <inheritdoc/>
    public ValueTask<CommitResult> CommitAsync(IReadOnlyList<DocumentOperation> operations, DurabilityLevel level, IdempotentRequest request, CancellationToken cancellation) =>
        _writes.CommitAsync(operations, level, request, cancellation);

    /// <inheritdoc/>
    public ValueTask<FoundRequest?> FindRequestAsync(RequestKey key, CancellationToken cancellation) => _writes.FindRequestAsync(key, cancellation);

    /// <summary>
    /// Refuses new requests, gives running ones a moment, files what is there, seals, releases the directory. Takes 4 s
    /// at most. A write that still waits for <see cref="DurabilityLevel.Filed"/> gets the level reached.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        lock (_operations)
        {
            return new ValueTask(_closing ??= CloseAsync());
        }
    }

    private async Task CloseAsync()
    {
        Task ended = _operations.CloseAsync();
        _engine?.Snapshots.RequestStop();
        try
        {
            await Task.WhenAny(ended, Task.Delay(CloseTimeout, _clock)).ConfigureAwait(false);
            if (_engine is not null)
            {
                await _engine.StopAsync(FilingTimeout).WaitAsync(StopTimeout, _clock).ConfigureAwait(false);
            }

            await ended.WaitAsync(CloseTimeout, _clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The lock stays with this process until it ends, because no other may open the directory while a write is under way.
            _logger.LogError("The disk has not answered in time; the data directory stays locked until the process ends.");
            return;
        }

        _engine?.LogWhatWaits();
        _engine?.CloseFiles();
        _healthMetrics.Dispose();
        _directory.Dispose();
    }

    private StoreEngine Engine() => _engine ?? throw new JournalDamagedException(_health.Reason!);
}
