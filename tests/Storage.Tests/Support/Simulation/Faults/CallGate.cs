using DocService.Storage.Tests.Support.Scheduling;

namespace DocService.Storage.Tests.Support.Simulation.Faults;

/// <summary>A hung disk: holds one call before its effect until the test lets it go.</summary>
/// <remarks>
/// Owns: the event that the call waits on.
/// Thread: the calling thread waits, or the fiber; the test's thread or a client releases. No lock of the file system is held meanwhile.
/// Invariants: holds one call, once.
/// On failure: disposing releases, so that a failed test does not hang.
/// </remarks>
internal sealed class CallGate(int number, Func<SimulatedCall, bool> where) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource<SimulatedCall> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _released = new();
    private int _matched;
    private SeededScheduler? _scheduler; // of the fiber that waits

    /// <summary>Completes when the call has arrived and waits; fails when it does not come in time.</summary>
    public Task<SimulatedCall> Reached => _reached.Task.WaitAsync(Patience);

    /// <summary>The same for clients under a scheduler: they look again and again, by its time.</summary>
    public bool IsReached => _reached.Task.IsCompletedSuccessfully;

    public void Release()
    {
        _released.Set();
        _scheduler?.PulseAll(this);
    }

    public void Dispose()
    {
        Release();
        _ = _reached.TrySetCanceled();
    }

    /// <summary>Called by the file system at the start of every call.</summary>
    public void Pass(SimulatedCall call)
    {
        if (where(call) && Interlocked.Increment(ref _matched) == number)
        {
            _ = _reached.TrySetResult(call);
            _scheduler = SeededScheduler.CurrentScheduler;
            while (_scheduler is not null && !_released.IsSet)
            {
                _scheduler.ParkAt(this);
            }

            if (!_released.Wait(Patience))
            {
                throw new TimeoutException("The gate was not released."); // perhaps by the thread that waits here
            }
        }
    }
}
