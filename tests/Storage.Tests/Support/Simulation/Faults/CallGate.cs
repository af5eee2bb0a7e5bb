namespace DocService.Storage.Tests.Support.Simulation.Faults;

/// <summary>A hung disk: holds one call before its effect until the test lets it go.</summary>
/// <remarks>
/// Owns: the event that the call waits on.
/// Thread: the calling thread waits; the test's thread releases. No lock of the file system is held meanwhile.
/// Invariants: holds one call, once.
/// On failure: disposing releases, so that a failed test does not hang.
/// </remarks>
internal sealed class CallGate(int number, Func<SimulatedCall, bool> where) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource<SimulatedCall> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _released = new();
    private int _matched;

    /// <summary>Completes when the call has arrived and waits; fails when it does not come in time.</summary>
    public Task<SimulatedCall> Reached => _reached.Task.WaitAsync(Patience);

    public void Release() => _released.Set();

    public void Dispose()
    {
        _released.Set();
        _ = _reached.TrySetCanceled();
    }

    /// <summary>Called by the file system at the start of every call.</summary>
    public void Pass(SimulatedCall call)
    {
        if (where(call) && Interlocked.Increment(ref _matched) == number)
        {
            _ = _reached.TrySetResult(call);
            if (!_released.Wait(Patience))
            {
                throw new TimeoutException("The gate was not released."); // perhaps by the thread that waits here
            }
        }
    }
}
