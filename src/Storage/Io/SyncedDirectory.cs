using DocService.Storage.Threading;

namespace DocService.Storage.Io;

/// <summary>A directory whose entries have to be durable, open for as long as the store is.</summary>
/// <remarks>
/// Owns: the directory's descriptor and the order of its syncs. Thread: any; <see cref="Sync"/> blocks.
/// Invariant: one sync of the descriptor runs at a time. So its error reaches every caller whose changes it covers: it
/// waited for the sync, and finds the latch.
/// On failure: latched. Linux reports a failed write-back once per open file description, so a second sync would say
/// nothing about the changes of the first; there is none.
/// </remarks>
internal sealed class SyncedDirectory(IDirectory directory, IThreads threads) : IDisposable
{
    private readonly FileSystemException _untold = new(SystemCall.SyncDirectory, directory.Path, Errno.EIO);
    private readonly object _gate = new();
    private bool _isRunning;
    private bool _hasFailed;
    private Errno _error = Errno.EIO;

    public IDirectory Entries => directory;

    /// <summary>Entries changed before the call survive a power cut once it has returned.</summary>
    /// <exception cref="FileSystemException">This sync failed, or an earlier one did.</exception>
    public void Sync()
    {
        if (threads.LeavesOut(Mend.OneSyncForAll))
        {
            directory.Sync();
            return;
        }

        try
        {
            Enter();
            SyncAlone();
        }
        catch (OutOfMemoryException)
        {
            throw _untold; // a sync that succeeds takes no memory: this one failed, and there was none to say so
        }
    }

    public void Dispose() => directory.Dispose();

    private void SyncAlone()
    {
        bool isSynced = false;
        try
        {
            directory.Sync();
            isSynced = true;
        }
        catch (FileSystemException exception)
        {
            _error = exception.Error;
            throw;
        }
        finally
        {
            Leave(isSynced);
        }
    }

    private void Enter()
    {
        lock (_gate)
        {
            while (_isRunning)
            {
                threads.Wait(_gate, Timeout.InfiniteTimeSpan);
            }

            if (_hasFailed)
            {
                throw new FileSystemException(SystemCall.SyncDirectory, directory.Path, _error);
            }

            _isRunning = true;
        }
    }

    /// <summary>Any exception, lack of memory included: the kernel may have reported its error by then.</summary>
    private void Leave(bool isSynced)
    {
        lock (_gate)
        {
            _isRunning = false;
            _hasFailed = !isSynced;
            threads.PulseAll(_gate);
        }
    }
}
