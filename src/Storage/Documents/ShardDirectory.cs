using DocService.Storage.Io;
using DocService.Storage.Threading;

namespace DocService.Storage.Documents;

/// <summary>One directory of documents, open for as long as the store is.</summary>
/// <remarks>
/// Owns: the directory's descriptor and the order of its syncs.
/// Thread: any; <see cref="Sync"/> blocks.
/// Invariants: one sync of the descriptor runs at a time, so its error reaches everyone whose changes it covered.
/// On failure: latched. The kernel reports a failed writeback once per descriptor, so a second sync would say nothing
/// about the first one's changes; there is none.
/// </remarks>
internal sealed class ShardDirectory(IDirectory directory, IThreads threads) : IDisposable
{
    private readonly object _gate = new();
    private bool _isRunning;
    private long _started;
    private long _completed;
    private FileSystemException? _failure;

    public IDirectory Entries => directory;

    /// <summary>
    /// Returns once a sync that began after this call has succeeded. Callers that come while one is running share
    /// the next: a filesystem commit per group, not per document.
    /// </summary>
    /// <exception cref="FileSystemException">That sync failed, or any earlier one of this directory.</exception>
    public void Sync()
    {
        lock (_gate)
        {
            long mine = _started + 1;
            while (_completed < mine)
            {
                if (_failure is not null)
                {
                    throw new FileSystemException(_failure.Operation, _failure.Path, _failure.Error);
                }

                if (_isRunning)
                {
                    threads.Wait(_gate, Timeout.InfiniteTimeSpan);
                }
                else
                {
                    RunOne_NeedsLock();
                }
            }
        }
    }

    public void Dispose() => directory.Dispose();

    private void RunOne_NeedsLock()
    {
        _isRunning = true;
        long generation = ++_started;
        FileSystemException? failure = null;
        Monitor.Exit(_gate);
        try
        {
            directory.Sync();
        }
        catch (FileSystemException exception)
        {
            failure = exception;
        }
        finally
        {
            Monitor.Enter(_gate);
            _isRunning = false;
            threads.PulseAll(_gate);
        }

        // An exception of any other kind leaves by itself and completes nothing.
        _failure ??= failure;
        if (failure is null)
        {
            _completed = generation;
        }
    }
}
