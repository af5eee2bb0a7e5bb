using DocService.Storage.Engine.Health;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Requests;
using DocService.Storage.Engine.Space;
using DocService.Storage.Followers;
using DocService.Storage.Io;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Threading;
using Microsoft.Extensions.Logging;

namespace DocService.Storage.Engine.Snapshots;

/// <summary>Takes, lists and deletes snapshots. While one is taken, it follows the log, so that the journal keeps what it has not copied.</summary>
/// <remarks>
/// Owns: the directory of snapshots, and a thread while one is taken. Thread: any.
/// Invariants: one is taken at a time. A directory has a snapshot's name only when all of it is durable.
/// On failure: the draft is given up, and the store does not notice. As any derived follower it is let go when a segment has waited
/// <c>BusyTimeout</c> for it.
/// </remarks>
internal sealed class SnapshotTaker(DataDirectory data, RememberedRequests requests, TimeSpan patience, StoreHealth health, IThreads threads, ILogger logger) : IFollower, IDisposable
{
    private readonly SnapshotDirectory _directory = new(data, threads);
    private readonly object _gate = new();
    private SnapshotFigures? _figures; // set before the start, as are the next four
    private SnapshotRemoval? _removal;
    private JournalWriter? _journal;
    private DiskSpace? _space;
    private ICommitLog? _log;
    private IThread? _thread; // of the last one that was taken
    private SnapshotOrder? _order; // of the one that is being taken
    private SnapshotTaking? _taking;
    private string? _letGo;
    private long _held = long.MaxValue;
    private volatile bool _isStopping;

    public string Name => "snapshot";

    /// <summary>It can be taken once more.</summary>
    public bool IsDerived => true;

    /// <summary>Without a snapshot it asks for nothing.</summary>
    public long DurablePosition => Volatile.Read(ref _held) == long.MaxValue ? long.MaxValue : Volatile.Read(ref _taking)?.CopiedThrough ?? 0;

    /// <summary>A record above this may be filed once more by the first start of the snapshot that is being taken: the version that it made must not be dropped.</summary>
    public long HeldThrough => Volatile.Read(ref _held);

    /// <summary>For the metrics.</summary>
    public SnapshotFigures Figures => _figures!;

    /// <summary>Before the start.</summary>
    public void Follow(JournalWriter journal, DiskSpace space)
    {
        _journal = journal;
        _space = space;
        _figures = new SnapshotFigures(_directory, threads.Clock);
        _removal = new SnapshotRemoval(_directory, () => journal.Marks, threads, logger);
    }

    public void Start(ICommitLog log)
    {
        _log = log;
        try
        {
            if (_directory.Open())
            {
                _removal!.Start();
            }

            _figures!.Read();
        }
        catch (Exception exception) when (exception is FileSystemException or OutOfMemoryException)
        {
            logger.LogWarning("Snapshots cannot be looked after: {Reason}", exception.Message);
        }
    }

    public void Hurry(long through)
    {
        // It copies as fast as it can.
    }

    public void LetGo(string reason) => Volatile.Write(ref _letGo, reason);

    /// <summary>What is under way ends soon.</summary>
    public void RequestStop()
    {
        _isStopping = true;
        _removal!.RequestStop();
    }

    public void StopFollowing()
    {
        IThread? running;
        lock (_gate)
        {
            _isStopping = true;
            running = _thread;
        }

        running?.Join();
        _removal!.Stop();
    }

    public void Dispose() => _directory.Dispose();

    /// <exception cref="FileSystemException">The directory cannot be read.</exception>
    public SnapshotList List()
    {
        SnapshotProgress? progress = Volatile.Read(ref _order) is { } order ? (Volatile.Read(ref _taking)?.Progress(order.Name) ?? new SnapshotProgress(order.Name, 0, 0, 0)) : null;
        return new SnapshotList(_figures!.Read(), progress);
    }

    /// <inheritdoc cref="ISnapshots.Delete"/>
    /// <exception cref="FileSystemException">It is not known whether it is deleted.</exception>
    public bool Delete(string name)
    {
        bool isDeleted = _directory.Delete(name);
        if (isDeleted)
        {
            TryRemove();
            _figures!.TryRead();
        }

        return isDeleted;
    }

    /// <inheritdoc cref="ISnapshots.TakeAsync"/>
    /// <exception cref="FileSystemException">A call failed. Nothing of it is left.</exception>
    public async Task<SnapshotInfo> TakeAsync(string? name)
    {
        var order = new SnapshotOrder(name ?? _directory.FreeName(), threads);
        if (_directory.Has(order.Name))
        {
            throw new SnapshotConflictException($"There is a snapshot '{order.Name}' already.");
        }

        lock (_gate)
        {
            ThrowIfStopping();
            if (_order is { } other)
            {
                throw new StoreBusyException($"The snapshot '{other.Name}' is being taken.");
            }

            Volatile.Write(ref _order, order);
            try
            {
                _thread = threads.Start("docservice-snapshot", () => Take(order));
            }
            catch
            {
                Volatile.Write(ref _order, null);
                throw;
            }
        }

        await order.Ended.Given.ConfigureAwait(false);
        return order.Info ?? throw order.Failure!;
    }

    private void Take(SnapshotOrder order)
    {
        long since = threads.Clock.GetTimestamp();
        try
        {
            order.Info = TakeOne(order.Name);
            _figures!.NoteTaken(threads.Clock.GetElapsedTime(since));
            _figures!.TryRead();
        }
        catch (Exception exception)
        {
            order.Failure = exception;
            _figures!.NoteFailed();
            logger.LogWarning("The snapshot '{Name}' is given up: {Reason}", order.Name, exception.Message);
            GiveUpDraft();
        }

        Volatile.Write(ref _order, null);
        order.Ended.TryGive();
    }

    private SnapshotInfo TakeOne(string name)
    {
        health.ThrowIfFenced();
        Volatile.Write(ref _letGo, null);
        using IDirectory draft = _directory.MakeDraft();
        try
        {
            Volatile.Write(ref _held, 0); // in this order: what might be dropped before is at or below F
            long filedThrough = _log!.Rejoin(this);
            Volatile.Write(ref _held, filedThrough);
            using var taking = new SnapshotTaking(data, _journal!, requests, _space!, threads, filedThrough, ThrowIfEnded);
            Volatile.Write(ref _taking, taking);
            SnapshotInfo info = taking.Fill(draft, name, patience);
            health.ThrowIfFenced();
            _directory.Publish(name);
            return info with { Path = $"{data.Root.Path}/{DataDirectory.SnapshotsName}/{name}" };
        }
        finally
        {
            Volatile.Write(ref _held, long.MaxValue);
            Volatile.Write(ref _taking, null);
            _log!.NoteDurable(this);
        }
    }

    private void GiveUpDraft()
    {
        try
        {
            _directory.GiveUpDraft();
            TryRemove();
        }
        catch (Exception exception) when (exception is FileSystemException or OutOfMemoryException)
        {
            // The next snapshot or the next start gives it up.
        }
    }

    private void TryRemove()
    {
        try
        {
            _removal!.Start();
        }
        catch (OutOfMemoryException)
        {
            // It is removed the next time.
        }
    }

    private void ThrowIfEnded()
    {
        ThrowIfStopping();
        health.ThrowIfFenced();
        if (Volatile.Read(ref _letGo) is { } reason)
        {
            throw new StoreBusyException($"The snapshot was given up: {reason}.");
        }
    }

    private void ThrowIfStopping()
    {
        if (_isStopping)
        {
            throw new StoreClosedException("The store is closing.");
        }
    }
}
