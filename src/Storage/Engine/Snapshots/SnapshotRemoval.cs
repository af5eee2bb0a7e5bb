using DocService.Storage.Engine.Following;
using DocService.Storage.Io;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Threading;
using Microsoft.Extensions.Logging;

namespace DocService.Storage.Engine.Snapshots;

/// <summary>Removes the files of snapshots that were deleted or given up, behind the call that did so: a million of them take half a minute.</summary>
/// <remarks>
/// Owns: a thread while there is something to remove. Thread: any starts it.
/// On failure: what cannot be removed stays until the next time.
/// </remarks>
internal sealed class SnapshotRemoval(SnapshotDirectory directory, Func<Watermarks> marks, IThreads threads, ILogger logger)
{
    private readonly object _gate = new();
    private IThread? _thread; // null while there is nothing to remove
    private bool _isDue;
    private volatile bool _isStopping;

    /// <summary>There is something to remove.</summary>
    /// <exception cref="OutOfMemoryException">The system has no thread left. It is removed the next time.</exception>
    public void Start()
    {
        lock (_gate)
        {
            _isDue = true;
            if (_thread is null && !_isStopping)
            {
                _thread = threads.Start("docservice-removal", Work);
            }
        }
    }

    /// <summary>What it has not removed by now is left to the next start.</summary>
    public void RequestStop() => _isStopping = true;

    public void Stop()
    {
        IThread? running;
        lock (_gate)
        {
            _isStopping = true;
            running = _thread;
        }

        running?.Join();
    }

    private void Work()
    {
        var pace = new SnapshotPace(marks(), threads);
        try
        {
            while (IsDue())
            {
                directory.RemoveGone(() => Pause(pace));
            }
        }
        catch (OperationCanceledException)
        {
            // It is stopping.
        }
        catch (Exception exception) when (exception is FileSystemException or OutOfMemoryException)
        {
            logger.LogWarning("Files of deleted snapshots are left for the next time: {Reason}", exception.Message);
            lock (_gate)
            {
                _thread = null;
            }
        }
    }

    private bool IsDue()
    {
        lock (_gate)
        {
            bool isDue = _isDue;
            _isDue = false;
            _thread = isDue ? _thread : null;
            return isDue;
        }
    }

    private void Pause(SnapshotPace pace)
    {
        if (_isStopping)
        {
            throw new OperationCanceledException();
        }

        pace.Rest();
    }
}
