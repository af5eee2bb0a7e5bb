using DocService.Storage.Io;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Threading;

namespace DocService.Storage.Journal.Segments;

/// <summary>Keeps spares ready: recycles retired segments and prepares new files, so that the journal's thread never waits for zeros.</summary>
/// <remarks>
/// Owns: a thread. Thread: <see cref="Recycle"/> and <see cref="Wake"/> from any.
/// On failure: without room it tells so and tries again every second; anything else stops the journal, because a
/// directory's state is then unknown.
/// </remarks>
internal sealed class SegmentKeeper : IDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly SegmentPool _pool;
    private readonly JournalHooks _hooks;
    private readonly object _gate = new();
    private readonly Queue<Segment> _retired = new();
    private readonly IThreads _threads;
    private readonly IThread _thread;
    private bool _isWoken = true;
    private volatile SpareObstacle _obstacle;
    private bool _isStopped;

    /// <param name="pool">The spares to look after.</param>
    /// <param name="hooks">Whom to tell.</param>
    public SegmentKeeper(SegmentPool pool, JournalHooks hooks)
    {
        _pool = pool;
        _hooks = hooks;
        _threads = hooks.Threads;
        _thread = _threads.Start("docservice-segments", Work);
    }

    /// <summary>What came of the last attempt to make a spare since <see cref="Wake"/>.</summary>
    public SpareObstacle Obstacle => _obstacle;

    /// <summary>Takes a segment that nobody reads and whose commits are all filed.</summary>
    public void Recycle(Segment segment)
    {
        lock (_gate)
        {
            _retired.Enqueue(segment);
            _threads.PulseAll(_gate);
        }
    }

    /// <summary>A spare was taken, or is missed: try now to make one, whatever came of it before.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _isWoken = true;
            _obstacle = SpareObstacle.None;
            _threads.PulseAll(_gate);
        }
    }

    /// <summary>Waits until a spare may have become available; on the journal's thread.</summary>
    public void WaitForChange(TimeSpan timeout)
    {
        lock (_gate)
        {
            _isWoken = true;
            _threads.PulseAll(_gate);
            _threads.Wait(_gate, timeout);
        }
    }

    /// <summary>Stops the thread and waits for it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopped = true;
            _threads.PulseAll(_gate);
        }

        _thread.Join();
        foreach (Segment segment in _retired)
        {
            segment.Dispose();
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
                    _pool.Recycle(segment);
                }
                else if (_pool.Count < _pool.Wanted)
                {
                    PrepareOne();
                }
                else
                {
                    _pool.Trim(isFull: _hooks.IsDiskFull());
                }

                lock (_gate)
                {
                    _threads.PulseAll(_gate);
                }
            }
        }
        catch (Exception exception)
        {
            _hooks.Failed($"the journal's directory cannot be kept: {exception.Message}", exception);
        }
    }

    private bool WaitForWork(out Segment? segment)
    {
        lock (_gate)
        {
            segment = null;
            while (!_isStopped)
            {
                if (_retired.TryDequeue(out segment))
                {
                    return true;
                }

                if (_isWoken && _pool.Count < _pool.Wanted)
                {
                    _isWoken = false;
                    return true;
                }

                // While none can be made, or some could be removed, look again by itself; otherwise somebody wakes us.
                bool hasMany = _pool.Count > _pool.Wanted;
                if (!_threads.Wait(_gate, _obstacle != SpareObstacle.None || hasMany ? RetryInterval : Timeout.InfiniteTimeSpan))
                {
                    _isWoken = true;
                    if (hasMany)
                    {
                        return true;
                    }
                }
            }

            return false;
        }
    }

    private void PrepareOne()
    {
        try
        {
            if (!_pool.HasRoom())
            {
                _obstacle = SpareObstacle.Space;
                return;
            }

            _pool.Add();
            _obstacle = SpareObstacle.None;
            lock (_gate)
            {
                _isWoken = true; // perhaps one more is wanted
            }
        }
        catch (FileSystemException exception) when (exception.IsOutOfSpace)
        {
            _obstacle = SpareObstacle.Space;
        }
        catch (FileSystemException exception) when (exception.IsOutOfHandles || exception.Operation is "open" or "pwrite" or "fstatfs")
        {
            // Nothing is known to be wrong with what is there; the journal goes on with the spares it has.
            _obstacle = SpareObstacle.Other;
        }
    }
}
