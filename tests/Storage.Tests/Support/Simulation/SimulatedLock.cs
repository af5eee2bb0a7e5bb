namespace DocService.Storage.Tests.Support.Simulation;

/// <summary>A lock held on a simulated file.</summary>
/// <remarks>
/// Owns: one handle and the lock.
/// Thread: any.
/// Invariants: released once.
/// On failure: cannot fail.
/// </remarks>
internal sealed class SimulatedLock(MountedVolume mounted, long number, string path) : IDisposable
{
    private bool _disposed;

    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _disposed, true))
        {
            mounted.Close(number, path, locked: true);
        }
    }
}
