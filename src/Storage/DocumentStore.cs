using System.Runtime.CompilerServices;
using DocService.Storage.Documents;
using DocService.Storage.Engine;
using DocService.Storage.Io;
using Microsoft.Extensions.Logging;

namespace DocService.Storage;

/// <summary>
/// Durable JSON documents in one directory. A completed write is on disk to the level its result names; a reader
/// never sees a version that a power cut could undo.
/// </summary>
/// <remarks>
/// Owns: the opened data directory and the threads that write to it.
/// Thread: any. Reads run on the caller's thread; writes on dedicated threads, one at a time per key.
/// Invariant: an exception other than <see cref="OutcomeUnknownException"/> means that nothing of the request was done.
/// On failure: see <see cref="StoreException"/>; the store never repairs by trying again.
/// </remarks>
public sealed class DocumentStore : IAsyncDisposable
{
    /// <summary>Longest that closing waits for running requests: a hung disk must not hold a shutdown.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(3);

    private readonly DataDirectory _directory;
    private readonly StoreHealth _health;
    private readonly Sequences _sequences;
    private readonly KeyLocks _locks;
    private readonly Publications _publications = new();
    private readonly DocumentWriter _writer;
    private readonly WriteThreads _threads;
    private readonly SpaceWatch _space;
    private readonly OperationGate _operations = new();
    private readonly StoreOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly (DurabilityLevel Best, string? Remark) _promise;
    private StrongBox<VolumeInfo> _lastVolume; // replaced as a whole: read and written by any thread

    private DocumentStore(DataDirectory directory, StoreOptions options, TimeProvider clock, ILogger logger)
    {
        _directory = directory;
        _options = options;
        _clock = clock;
        _logger = logger;
        _lastVolume = new StrongBox<VolumeInfo>(directory.Root.GetVolumeInfo());
        _promise = VolumePromise.Judge(_lastVolume.Value);
        _health = new StoreHealth(logger);
        _sequences = new Sequences(SequenceLease.Open(directory.Root), _health);
        _locks = new KeyLocks(clock);
        _writer = new DocumentWriter(directory.Documents, _publications, _sequences, _health, _promise.Best, clock);
        _threads = new WriteThreads(DocumentFiles.TempSlots, clock);
        _space = new SpaceWatch(directory.Root, _health, clock);
    }

    /// <summary>A snapshot for operators; two system calls. Where the disk no longer answers those, what it answered last.</summary>
    public StoreStatus Status
    {
        get
        {
            using OperationGate.Passage passage = _operations.Enter();
            VolumeInfo volume = AskVolume();
            long settled = _sequences.SettledThrough;
            return new StoreStatus
            {
                State = _health.State,
                Reason = _health.Reason,
                StoreId = _directory.Format.StoreId,
                DataDirectory = _directory.Root.Path,
                IsFirstStart = _directory.IsFirstStart,
                AppendedThrough = _sequences.Last,
                DurableThrough = settled,
                FiledThrough = settled,
                Promise = _promise.Best,
                PromiseRemark = _promise.Remark,
                FileSystem = volume.Type,
                MountOptions = volume.MountOptions,
                FreeBytes = volume.FreeBytes,
                FreeInodes = volume.FreeInodes,
            };
        }
    }

    /// <summary>Opens the directory, creating it when absent. Blocks while it syncs what it found.</summary>
    /// <exception cref="StoreConfigurationException">An option is impossible or the directory cannot be used.</exception>
    /// <exception cref="StoreInUseException">Another process holds it.</exception>
    /// <exception cref="StoreFormatException">It holds something else, or another format.</exception>
    /// <exception cref="PlatformNotSupportedException">Not Linux on x64 or arm64.</exception>
    public static DocumentStore Open(StoreOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(loggers);
        return Open(PosixFileSystem.Create(), options, clock, loggers);
    }

    /// <summary>As the public one, on any filesystem.</summary>
    internal static DocumentStore Open(IFileSystem files, StoreOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        options = options.Validated();
        DataDirectory? directory = null;
        try
        {
            directory = DataDirectory.Open(files, options.DataDirectory, clock.GetUtcNow());
            return new DocumentStore(directory, options, clock, loggers.CreateLogger<DocumentStore>());
        }
        catch (FileSystemException exception)
        {
            directory?.Dispose();
            throw new StoreConfigurationException($"The data directory {options.DataDirectory} cannot be used: {exception.Message}", exception);
        }
        catch
        {
            directory?.Dispose();
            throw;
        }
    }

    /// <summary>The newest published version with its body, or null. Both checksums have been verified.</summary>
    /// <exception cref="DocumentCorruptException">It exists and cannot be read.</exception>
    /// <exception cref="StoreBusyException">Descriptors have run out, or a publication did not end in time.</exception>
    /// <exception cref="StoreFencedException">What is current for this document is unknown since a sync failed.</exception>
    /// <exception cref="StoreClosedException">The store is closed.</exception>
    public ValueTask<StoredDocument?> ReadAsync(DocumentKey key, CancellationToken cancellation) =>
        ReadPublishedAsync(key, DocumentReader.Read, cancellation);

    /// <summary>As <see cref="ReadAsync"/>, from the file's header alone; only the header's checksum has been verified.</summary>
    public ValueTask<DocumentInfo?> ReadInfoAsync(DocumentKey key, CancellationToken cancellation) =>
        ReadPublishedAsync(key, DocumentReader.ReadInfo, cancellation);

    /// <summary>
    /// Creates or replaces a document if the conditions hold. Cancellation is honoured until the key's lock is held
    /// and ignored from then on.
    /// </summary>
    /// <returns><see cref="WriteStatus.Created"/>, <see cref="WriteStatus.Replaced"/> or <see cref="WriteStatus.ConditionFailed"/>.</returns>
    /// <exception cref="StoreException">See the family: every member but the three that only opening throws.</exception>
    /// <exception cref="ArgumentException">The media type is not 1 to 255 printable ASCII characters.</exception>
    public ValueTask<WriteResult> PutAsync(
        DocumentKey key, DocumentContent content, Conditions conditions, DurabilityLevel level, CancellationToken cancellation)
    {
        content.Validate();
        return WriteAsync(key, slot => _writer.Put(slot, key, content, conditions), cancellation);
    }

    /// <summary>Removes a document if the conditions hold; conditions are ignored when there is none. Otherwise as <see cref="PutAsync"/>.</summary>
    /// <returns><see cref="WriteStatus.Deleted"/>, <see cref="WriteStatus.NotFound"/> or <see cref="WriteStatus.ConditionFailed"/>.</returns>
    public ValueTask<WriteResult> DeleteAsync(
        DocumentKey key, Conditions conditions, DurabilityLevel level, CancellationToken cancellation) =>
        WriteAsync(key, _ => _writer.Delete(key, conditions), cancellation);

    /// <summary>Refuses new requests, waits for running ones to end, releases the directory. Takes 3 s at most.</summary>
    public async ValueTask DisposeAsync()
    {
        _space.Dispose();
        try
        {
            await _operations.CloseAsync().WaitAsync(CloseTimeout, _clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The lock stays with this process until it ends: nobody may open the directory while a write is under way.
            _logger.LogError("Requests are still under way after {Seconds} s; the data directory stays locked until the process ends.", CloseTimeout.TotalSeconds);
            return;
        }

        _threads.Dispose();
        _directory.Dispose();
    }

    private VolumeInfo AskVolume()
    {
        try
        {
            _lastVolume = new StrongBox<VolumeInfo>(_directory.Root.GetVolumeInfo());
        }
        catch (FileSystemException)
        {
            // The state matters most when the disk is failing; free space is the lesser part of the answer.
        }

        return _lastVolume.Value;
    }

    private async ValueTask<WriteResult> WriteAsync(DocumentKey key, Func<int, WriteResult> write, CancellationToken cancellation)
    {
        using OperationGate.Passage passage = _operations.Enter();
        _health.ThrowIfFenced();
        try
        {
            using KeyLocks.Lease lease = await _locks.AcquireAsync(key, _options.BusyTimeout, cancellation).ConfigureAwait(false);

            // From here on the write goes its way, whether or not the client is still there.
            return await _threads.RunAsync(write, _options.BusyTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new StoreBusyException($"The write waited {_options.BusyTimeout.TotalSeconds} s for its turn.", exception);
        }
    }

    private async ValueTask<T?> ReadPublishedAsync<T>(DocumentKey key, Func<IFile, DocumentKey, T> read, CancellationToken cancellation)
        where T : class
    {
        using OperationGate.Passage passage = _operations.Enter();
        try
        {
            using IFile? file = await OpenPublishedAsync(DocumentPath.Of(key), key, cancellation).ConfigureAwait(false);
            return file is null ? null : read(file, key);
        }
        catch (TimeoutException exception)
        {
            throw new StoreBusyException($"A write of this document did not end within {_options.BusyTimeout.TotalSeconds} s.", exception);
        }
        catch (FileSystemException exception) when (exception.IsOutOfHandles)
        {
            throw new StoreBusyException(exception.Message, exception);
        }
        catch (FileSystemException exception)
        {
            throw new DocumentCorruptException(key, exception.Path, exception.Message, exception);
        }
    }

    /// <summary>Opens the newest durable version; the rule that makes it so stands at <see cref="Publications"/>.</summary>
    private async ValueTask<IFile?> OpenPublishedAsync(DocumentPath path, DocumentKey key, CancellationToken cancellation)
    {
        while (true)
        {
            if (_publications.Find(key) is { } publication)
            {
                await publication.WaitAsync(_options.BusyTimeout, _clock, cancellation).ConfigureAwait(false);
            }

            IFile? file = _directory.Documents.TryOpen(path);
            if (_publications.Find(key) is null)
            {
                return file;
            }

            file?.Dispose();
        }
    }
}
