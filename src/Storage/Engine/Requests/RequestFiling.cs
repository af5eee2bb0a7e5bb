using DocService.Storage.Engine.Health;
using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Io;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Requests;

/// <summary>The thread that reads the files after a start, moves requests from the table into them, and drops what is old enough.</summary>
/// <remarks>
/// Owns: the thread. Thread: its own. It is the only one that writes the files once the store is open.
/// On failure: lack of room or memory is tried again. After any other error the effect is unknown: the store is fenced.
/// </remarks>
internal sealed class RequestFiling(RequestTable table, RequestFiles files, Turn loaded, Action noteFiled, StoreHealth health, IThreads threads)
{
    /// <summary>A request waits so long for others to be synced with it, unless a segment waits for it.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    /// <summary>It looks at least so often for files that are old enough.</summary>
    private static readonly TimeSpan LookMax = TimeSpan.FromHours(1);

    private readonly object _gate = new();
    private IThread? _thread; // null before the start
    private volatile bool _isStopping;

    public void Start() => _thread = threads.Start("docservice-requests", Work);

    /// <summary>Files what is in the table, as far as that can be done now, and ends.</summary>
    public void Stop()
    {
        _isStopping = true;
        table.Stop();
        lock (_gate)
        {
            threads.PulseAll(_gate);
        }

        _thread?.Join();
    }

    private void Work()
    {
        try
        {
            while (!TryDo(() => files.Load(() => _isStopping)) && !_isStopping)
            {
                // Tried again.
            }

            if (_isStopping)
            {
                return; // the journal keeps what is not filed
            }

            loaded.TryGive();
            FileAll();
            TryDo(() => files.KeepTime(isStopping: true));
        }
        catch (Exception exception)
        {
            health.Fence("remembered requests cannot be filed", exception);
        }
    }

    private void FileAll()
    {
        var batch = new List<KnownRequest>();
        TimeSpan timeout = TimeSpan.Zero;
        while (table.Wait(Rest, timeout, batch))
        {
            if (batch.Count > 0)
            {
                if (!TryDo(() => files.Add(batch)))
                {
                    if (_isStopping)
                    {
                        return; // the journal keeps them
                    }

                    continue;
                }

                table.Drop(batch);
                noteFiled();
            }

            TimeSpan? next = null;
            timeout = !TryDo(() => next = DropAndKeepTime()) ? Intervals.Retry
                : next is { } left ? TimeSpan.FromTicks(Math.Clamp(left.Ticks, Intervals.Retry.Ticks, LookMax.Ticks)) : Timeout.InfiniteTimeSpan;
        }
    }

    private TimeSpan? DropAndKeepTime()
    {
        TimeSpan? next = files.Drop();
        files.KeepTime(isStopping: false);
        return next > files.NoteEvery ? files.NoteEvery : next;
    }

    /// <summary>False after a pause, where there was no room or no memory: nothing that counts has changed.</summary>
    private bool TryDo(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (FileSystemException exception) when (exception.IsOutOfSpace || exception.IsOutOfHandles)
        {
            // Tried again below.
        }
        catch (OutOfMemoryException)
        {
            // The same.
        }

        lock (_gate)
        {
            if (!_isStopping)
            {
                threads.Wait(_gate, Intervals.Retry);
            }
        }

        return false;
    }
}
