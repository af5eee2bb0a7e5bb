using System.Runtime.CompilerServices;
using System.Text;
using DocService.Storage.Clock;
using DocService.Storage.Engine;
using DocService.Storage.Engine.Committing;
using DocService.Storage.Engine.Health;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Recovery;
using DocService.Storage.Engine.Requests;
using DocService.Storage.Engine.Space;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Followers;
using DocService.Storage.Io;
using DocService.Storage.Io.Posix;
using DocService.Storage.Io.Volumes;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Writing;
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
    private readonly StoreOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly (DurabilityLevel Best, string? Remark) _promise;
    private StrongBox<VolumeInfo> _lastVolume; // replaced as a whole: read and written by any thread
    private Task? _closing;

    private DocumentStore(DataDirectory directory, StoreOptions options, IReadOnlyList<IWriteRule> rules, IReadOnlyList<IFollower> followers, IThreads threads, ILogger logger)
    {
        _operations = new OperationGate(threads);
        _directory = directory;
        _options = options;
        _clock = threads.Clock;
        Time = new StoreTime(_clock);
        _logger = logger;
        _lastVolume = new StrongBox<VolumeInfo>(directory.Root.GetVolumeInfo());
        _promise = VolumePromise.Judge(_lastVolume.Value);
        if (directory.Remark is { } remark)
        {
            logger.LogWarning("{Remark}", remark);
            _promise.Remark = _promise.Remark is null ? remark : $"{_promise.Remark} {remark}";
        }

        _health = new StoreHealth(logger);
        try
        {
            RememberedRequests? requests = null;
            OpenedJournal journal = new JournalOpening(directory, options, threads)
            {
                LeastPosition = LeastPosition(followers),
                TakeOverRequests = (end, read) => (requests = new RememberedRequests(directory, options, _health, threads)).TakeOver(end, read),
            }.Open();
            WarnOfCopy(journal);
            _engine = new StoreEngine(directory, journal, options, rules, followers, requests!, _health, Time, threads, logger);
        }
        catch (JournalDamagedException exception)
        {
            _health.MarkDamaged(exception.Message);
        }

        _healthMetrics = new HealthMetrics(_health);
    }

    /// <inheritdoc/>
    public StoreTime Time { get; }

    /// <summary>A snapshot for operators; asks the volume and reads the table of mounts. Where the disk no longer answers, what it answered last.</summary>
    public JournalStatus Status
    {
        get
        {
            using OperationGate.Passage passage = _operations.Enter();
            VolumeInfo volume = AskVolume();
            Watermarks? marks = _engine?.Journal.Marks;
            return new JournalStatus
            {
                State = _health.State,
                Reason = _health.Reason,
                StoreId = _directory.Format.StoreId,
                DataDirectory = _directory.Root.Path,
                IsFirstStart = _directory.IsFirstStart,
                FiledThrough = marks?.FiledThrough ?? 0, // read in this order, they are in theirs
                DurableThrough = marks?.DurableThrough ?? 0,
                AppendedThrough = marks?.AppendedThrough ?? 0,
                PendingDocuments = _engine?.Pending.Count ?? 0,
                JournalBytes = _engine?.Journal.UsedBytes ?? 0,
                QueuedCommits = _engine?.Journal.QueueLength ?? 0,
                Cache = _engine?.Cache.Report ?? default,
                SyncRunningFor = _engine?.Journal.Statistics.SyncRunningFor ?? TimeSpan.Zero,
                FilingObstacle = _engine?.FilingObstacle,
                Recovery = _engine?.Recovery,
                Requests = _engine?.Requests.Report,
                Promise = _promise.Best,
                PromiseRemark = _promise.Remark,
                Time = new TimeReport(Time.Now, Time.WallAhead, Time.IsInDoubt),
                FileSystem = volume.Type,
                MountOptions = volume.MountOptions,
                FreeBytes = volume.Free.Bytes,
                FreeInodes = volume.Free.Inodes,
            };
        }
    }

    StoreStatus IDocumentStore.Status => Status;

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

    /// <summary>
    /// Offline: files what is intact in a damaged journal, keeps the evidence, begins a new journal, and says what
    /// could not be read. Does nothing to a journal that is whole.
    /// </summary>
    /// <exception cref="StoreException">As <see cref="Open(StoreOptions, TimeProvider, ILoggerFactory, IReadOnlyList{IWriteRule}, IReadOnlyList{IFollower})"/>.</exception>
    public static SalvageReport Salvage(StoreOptions options, TimeProvider clock) => Salvage(PosixFileSystem.Create(), options, clock);

    /// <summary>As the public one, on any filesystem.</summary>
    internal static SalvageReport Salvage(IFileSystem files, StoreOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        options = options.Validated();
        try
        {
            using DataDirectory directory = DataDirectory.OpenForRepair(files, options.DataDirectory, new SystemThreads(clock));
            return new Salvage(directory, options, clock).Run();
        }
        catch (FileSystemException exception)
        {
            throw new StoreConfigurationException($"The data directory {options.DataDirectory} cannot be salvaged: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoredDocument?> ReadAsync(DocumentKey key, ByteBudget? budget, CancellationToken cancellation) =>
        LookUpAsync(key, budget, static (documents, key, budget) => documents.Read(key, budget), cancellation);

    /// <inheritdoc/>
    public ValueTask<StoredDocument?> OpenAsync(DocumentKey key, ByteBudget? budget, CancellationToken cancellation) =>
        LookUpAsync(key, budget, static (documents, key, budget) => documents.Open(key, budget), cancellation);

    /// <inheritdoc/>
    public CachedDocument? TryReadCached(ReadOnlySpan<char> id)
    {
        using OperationGate.Passage passage = _operations.Enter();
        StoreEngine engine = Engine();
        if (engine.Cache.IsOff || !engine.Reads.TryEnter(out ReadGate.Place place))
        {
            return null;
        }

        using (place)
        {
            return engine.Documents.TryReadCached(id);
        }
    }

    /// <inheritdoc/>
    public ValueTask<DocumentInfo?> ReadInfoAsync(DocumentKey key, CancellationToken cancellation) =>
        LookUpAsync(key, budget: null, static (documents, key, _) => documents.ReadInfo(key), cancellation);

    /// <inheritdoc/>
    public ValueTask<StoredDocument?> OpenVersionAsync(DocumentKey key, long version, ByteBudget? budget, CancellationToken cancellation) =>
        LookUpAsync(key, budget, (documents, key, budget) => documents.OpenVersion(key, version, budget), cancellation);

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
        CommitAsync(operations, level, turn: null, cancellation);

    /// <inheritdoc/>
    public async ValueTask<CommitResult> CommitAsync(IReadOnlyList<DocumentOperation> operations, DurabilityLevel level, IdempotentRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        Validate(operations, isRemembered: true);
        using OperationGate.Passage passage = _operations.Enter();
        StoreEngine engine = Engine();
        (RequestTurn? turn, RememberedRequest? known) = await engine.EnterAsync(request, cancellation).ConfigureAwait(false);
        if (known is not null)
        {
            bool isFiled = level == DurabilityLevel.Filed && await engine.ReachFiledAsync(known, _options.BusyTimeout).ConfigureAwait(false);
            return Replayed(known, Lower(isFiled ? DurabilityLevel.Filed : DurabilityLevel.Durable, _promise.Best));
        }

        try
        {
            return await CommitAsync(operations, level, turn, cancellation).ConfigureAwait(false);
        }
        finally
        {
            turn!.End();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<FoundRequest?> FindRequestAsync(RequestKey key, CancellationToken cancellation)
    {
        using OperationGate.Passage passage = _operations.Enter();
        StoreEngine engine = Engine();
        if (await engine.FindAsync(key, cancellation).ConfigureAwait(false) is not { } found)
        {
            return null;
        }

        bool isFiled = await engine.ReachFiledAsync(found, TimeSpan.Zero).ConfigureAwait(false);
        return new FoundRequest(found, Lower(isFiled ? DurabilityLevel.Filed : DurabilityLevel.Durable, _promise.Best));
    }

    private async ValueTask<CommitResult> CommitAsync(IReadOnlyList<DocumentOperation> operations, DurabilityLevel level, RequestTurn? turn, CancellationToken cancellation)
    {
        long cost = Validate(operations, isRemembered: turn is not null);
        using OperationGate.Passage passage = _operations.Enter();
        StoreEngine engine = Engine();
        BodyJudgement bodies = await engine.Commits.JudgeBodiesAsync(operations, cancellation).ConfigureAwait(false);
        if (bodies.Violations is { } violations)
        {
            return Refused(operations, violations);
        }

        _health.ThrowIfFenced();
        engine.Space.ThrowIfNoRoom(cost);
        foreach (DocumentOperation operation in operations)
        {
            engine.ThrowIfBlocked(operation.Key);
        }

        long started = _clock.GetTimestamp();
        await engine.Admission.EnterAsync(isDeletesOnly: cost == 0, cancellation).ConfigureAwait(false);
        TimeSpan left = _options.BusyTimeout - _clock.GetElapsedTime(started);
        JudgedWrite? write = null;
        try
        {
            write = await engine.Commits.SubmitAsync(operations, bodies, level == DurabilityLevel.Buffered, turn, left, cancellation).ConfigureAwait(false);
            if (write.Commit is not { } commit)
            {
                long through = engine.Journal.Marks.DurableThrough;
                return write.ToResult(through, DurableOrFiled(engine, through));
            }

            DurabilityLevel reached = await ReachAsync(engine, commit, level).ConfigureAwait(false);
            return write.ToResult(commit.Sequence, reached);
        }
        catch (TimeoutException exception)
        {
            throw new StoreBusyException($"The write waited {_options.BusyTimeout.TotalSeconds} s for its turn.", exception);
        }
        catch (OutOfMemoryException exception)
        {
            throw write?.Commit is null
                ? new StoreBusyException("There was no memory for the write. Nothing of it was done.", exception)
                : new OutcomeUnknownException("Memory ran out while the write was under way: it may or may not have happened.", exception);
        }
    }

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

    /// <summary>With a place among the readers of the disk, and not while the store is being closed.</summary>
    private async ValueTask<T> LookUpAsync<T>(DocumentKey key, ByteBudget? budget, Func<PresentDocuments, DocumentKey, ByteBudget?, T> look, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using OperationGate.Passage passage = _operations.Enter();
        StoreEngine engine = Engine();
        using ReadGate.Place place = await engine.Reads.EnterAsync(cancellation).ConfigureAwait(false);
        return look(engine.Documents, key, budget);
    }

    private async Task CloseAsync()
    {
        Task ended = _operations.CloseAsync();
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

        LogWhatWaits();
        _engine?.CloseFiles();
        _healthMetrics.Dispose();
        _directory.Dispose();
    }

    private void LogWhatWaits()
    {
        if (_engine is not { } engine)
        {
            return;
        }

        Watermarks marks = engine.Journal.Marks;
        if (marks.FiledThrough >= marks.DurableThrough)
        {
            _logger.LogInformation("Closed: every document is filed, durable through {DurableThrough}", marks.DurableThrough);
        }
        else
        {
            _logger.LogInformation(
                "Closed: {Documents} documents wait in the journal to be filed by the next start; filed through {FiledThrough}, durable through {DurableThrough}",
                engine.Pending.Count, marks.FiledThrough, marks.DurableThrough);
        }
    }

    /// <summary>A copy of one moment is fine. A copy made while files changed is not. The two look alike, so the operator must decide.</summary>
    private void WarnOfCopy(OpenedJournal journal)
    {
        if (!journal.Report.IsCopy)
        {
            return;
        }

        _logger.LogWarning(
            "{Directory} is a copy of another data directory. It goes on as a store of its own: new store id, versions from {First} on.",
            _directory.Root.Path,
            journal.Current.Header.FirstSequence);
        if (!journal.Report.WasCleanStop)
        {
            _logger.LogWarning(
                "{Directory} was copied from a server that had not been stopped. Unless the copy was made from a snapshot of one moment, "
                + "documents in it may be older than what was acknowledged (docs/durability.md, \"Copies and backups\").",
                _directory.Root.Path);
        }
    }

    private static long LeastPosition(IReadOnlyList<IFollower> followers)
    {
        foreach (IFollower follower in followers)
        {
            follower.Prepare();
        }

        return followers.Select(follower => follower.DurablePosition).DefaultIfEmpty(long.MaxValue).Min();
    }

    private VolumeInfo AskVolume()
    {
        try
        {
            _lastVolume = new StrongBox<VolumeInfo>(_directory.Root.GetVolumeInfo());
        }
        catch (Exception exception) when (exception is FileSystemException or OutOfMemoryException)
        {
            // The state matters most when the disk is failing; free space is the lesser part of the answer.
        }

        return _lastVolume.Value;
    }

    /// <summary>Checks the arguments; returns what the puts will take of the disk.</summary>
    private long Validate(IReadOnlyList<DocumentOperation> operations, bool isRemembered)
    {
        ArgumentNullException.ThrowIfNull(operations);
        ArgumentOutOfRangeException.ThrowIfZero(operations.Count);
        long cost = CommitSize.Measure(operations, isRemembered, StoreEngine.CommitBytesMax(_options));
        if (operations.Count > 1 && operations.DistinctBy(operation => operation.Key).Count() != operations.Count)
        {
            throw new ArgumentException("A commit names a document at most once.", nameof(operations));
        }

        return cost;
    }

    /// <summary>A body that is refused for itself needs neither locks nor room. The other operations have not been judged.</summary>
    private static CommitResult Refused(IReadOnlyList<DocumentOperation> operations, IReadOnlyDictionary<int, RuleViolation> violations) => new()
    {
        IsCommitted = false,
        Sequence = 0,
        Level = default,
        Results = [.. operations.Select((_, index) => new WriteResult { Status = WriteStatus.Refused, Violation = violations.GetValueOrDefault(index) })],
    };

    /// <summary>What an earlier request with the same key has done, as its own result. Of the documents only their versions are known.</summary>
    private static CommitResult Replayed(RememberedRequest known, DurabilityLevel reached) => new()
    {
        IsCommitted = true,
        Sequence = known.Sequence,
        Level = reached,
        Results = [.. known.Results.Select(result => new WriteResult { Status = result.Status, Sequence = result.Writes ? known.Sequence : 0, Level = reached })],
        Replayed = known,
    };

    private StoreEngine Engine() => _engine ?? throw new JournalDamagedException(_health.Reason!);

    /// <summary>Waits for the level asked for, or as long as that is worth waiting; returns the one truly reached.</summary>
    private async ValueTask<DurabilityLevel> ReachAsync(StoreEngine engine, Commit commit, DurabilityLevel level)
    {
        await commit.Acknowledged.ConfigureAwait(false);
        if (level != DurabilityLevel.Filed)
        {
            return Lower(commit.IsBuffered ? DurabilityLevel.Buffered : DurabilityLevel.Durable, _promise.Best);
        }

        // After the time the write is durable. The result says whether it came further.
        bool isFiled = await engine.ReachFiledAsync(commit, _options.BusyTimeout).ConfigureAwait(false);
        return Lower(isFiled ? DurabilityLevel.Filed : DurabilityLevel.Durable, _promise.Best);
    }

    /// <summary>The level that a durable sequence has reached by now.</summary>
    private DurabilityLevel DurableOrFiled(StoreEngine engine, long sequence) =>
        Lower(engine.Journal.Marks.FiledThrough >= sequence ? DurabilityLevel.Filed : DurabilityLevel.Durable, _promise.Best);

    private static DurabilityLevel Lower(DurabilityLevel left, DurabilityLevel right) => left < right ? left : right;
}
