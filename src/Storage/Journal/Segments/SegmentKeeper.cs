using DocService.Storage.Io;
using DocService.Storage.Threading;

namespace DocService.Storage.Journal.Segments;

/// <summary>Keeps spares ready: recycles released segments and prepares new files, so that the journal's thread never waits for zeros.</summary>
/// <remarks>
/// Owns: a thread, and the released segments until it has recycled them. Thread: its own; the other members from any.
/// On failure: an error that leaves the directory as it was (no room, no descriptors, no memory) is tried again every
/// second. After any other error the state of the directory is unknown: the thread ends and reports it.
/// </remarks>
internal sealed class SegmentKeeper
{
    private readonly SegmentPool _pool;
    private readonly Action<string, Exception> _failed;
    private readonly IThreads _threads;
    private readonly object _gate = new();
    private Segment? _firstReleased; // a list through the segments themselves: a release needs no memory
    private Segment? _lastReleased;
    private IThread? _thread; // null before the start
    private bool _isWoken = true;
    private bool _isRetryDue;
    private volatile bool _isOutOfSpace;
    private bool _isStopped;
    private bool _isClosed;

    /// <param name="pool">The spares to look after.</param>
    /// <param name="threads">How its thread runs and waits.</param>
    /// <param name="failed">Told when the state of the journal's directory is unknown; must neither block nor throw.</param>
    public SegmentKeeper(SegmentPool pool, IThreads threads, Action<string, Exception> failed)
    {
        _pool = pool;
        _failed = failed;
        _threads = threads;
    }

    /// <summary>Whether the last attempt to make a spare since <see cref="Wake"/> has met a full disk.</summary>
    public bool IsOutOfSpace => _isOutOfSpace;

    public void Start() => _thread = _threads.Start("docservice-segments", Work);

    /// <summary>Takes a segment that has no readers left and whose commits are all filed.</summary>
    public void Recycle(Segment segment)
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                Release_NeedsLock(segment);
                _threads.PulseAll(_gate);
                return;
            }
        }

        segment.Dispose();
    }

    /// <summary>A spare was taken or is needed: the thread tries at once to make one, even after a failure.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _isWoken = true;
            _isOutOfSpace = false;
            _threads.PulseAll(_gate);
        }
    }

    /// <summary>
    /// Waits until a spare may have become available; on the journal's thread. Wakes nobody: where none can be made, the
    /// two threads would wake each other in turn, without a pause.
    /// </summary>
    public void WaitForChange(TimeSpan timeout)
    {
        lock (_gate)
        {
            _threads.Wait(_gate, timeout);
        }
    }

    /// <summary>Stops the thread and waits for it. What is not recycled by then is a segment of the next start.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            _threads.PulseAll(_gate);
        }

        _thread?.Join();
    }

    /// <summary>Closes what has not been recycled, and from now on what is released. After <see cref="Stop"/>; reads may still end.</summary>
    public void CloseFiles()
    {
        lock (_gate)
        {
            _isClosed = true;
            while (TakeReleased_NeedsLock() is { } segment)
            {
                segment.Dispose();
            }
        }
    }

    private void Work()
    {
        try
        {
            while (WaitForWork(out Segment? segment))
            {
                if (segment is not null)
                {
                    RecycleOne(segment);
                }
                else
                {
                    PrepareOne();
                }

                lock (_gate)
                {
                    _threads.PulseAll(_gate);
                }
            }
        }
        catch (Exception exception)
        {
            _failed("the journal's directory cannot be kept", exception);
        }
    }

    private bool WaitForWork(out Segment? segment)
    {
        lock (_gate)
        {
            segment = null;
            while (!_isStopped)
            {
                segment = TakeReleased_NeedsLock();
                if (segment is not null)
                {
                    return true;
                }

                if (_isWoken && _pool.NeedsMore)
                {
                    _isWoken = false;
                    return true;
                }

                // Taking a spare wakes this thread. After a failure it tries again by itself.
                if (!_threads.Wait(_gate, _isRetryDue ? Intervals.Retry : Timeout.InfiniteTimeSpan))
                {
                    _isWoken = true;
                }
            }

            return false;
        }
    }

    private void Release_NeedsLock(Segment segment)
    {
        _ = _lastReleased is null ? _firstReleased = segment : _lastReleased.NextReleased = segment;
        _lastReleased = segment;
    }

    private Segment? TakeReleased_NeedsLock()
    {
        Segment? segment = _firstReleased;
        _firstReleased = segment?.NextReleased;
        _lastReleased = _firstReleased is null ? null : _lastReleased;
        if (segment is not null)
        {
            segment.NextReleased = null;
        }

        return segment;
    }

    private void RecycleOne(Segment segment)
    {
        try
        {
            _pool.Recycle(segment);
        }
        catch (OutOfMemoryException)
        {
            lock (_gate)
            {
                Release_NeedsLock(segment); // nothing has changed
                if (!_isStopped)
                {
                    _threads.Wait(_gate, Intervals.Retry);
                }
            }
        }
    }

    private void PrepareOne()
    {
        _isRetryDue = true;
        try
        {
            if (!_pool.HasRoom())
            {
                _isOutOfSpace = true;
                return;
            }

            _pool.Add();
            _isOutOfSpace = false;
            _isRetryDue = false;
            lock (_gate)
            {
                _isWoken = true; // perhaps one more is wanted
            }
        }
        catch (FileSystemException exception) when (exception.IsOutOfSpace)
        {
            _isOutOfSpace = true;
        }
        catch (FileSystemException exception) when (exception.IsOutOfHandles || exception.Call is SystemCall.Open or SystemCall.Write or SystemCall.StatVolume)
        {
            // The directory is as it was. The journal goes on with the spares that it has.
        }
        catch (OutOfMemoryException)
        {
            // The same. If it was a sync that lacked memory, the next one throws.
        }
    }
}
