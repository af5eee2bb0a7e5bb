namespace DocService.Storage.Tests.Support.Simulation;

/// <summary>What the processes hold open and locked; a crash forgets it.</summary>
/// <remarks>
/// Owns: the counts of handles and the set of locks.
/// Thread: under the file system's lock.
/// Invariants: a lock is also an open handle.
/// On failure: cannot fail.
/// </remarks>
internal sealed class OpenInodes
{
    private readonly Dictionary<long, int> _handles = [];
    private readonly HashSet<long> _locks = [];
    private readonly Dictionary<long, int> _syncErrors = [];

    public IEnumerable<long> Numbers => _handles.Keys;

    /// <summary>Open handles of all kinds: what a test for leaks looks at.</summary>
    public int Handles => _handles.Values.Sum();

    public bool IsOpen(long number) => _handles.ContainsKey(number);

    public void Open(long number) => _handles[number] = _handles.GetValueOrDefault(number) + 1;

    /// <summary>True when that was the last handle.</summary>
    public bool Close(long number) => --_handles[number] == 0 && _handles.Remove(number);

    /// <summary>Syncs of it that have failed so far.</summary>
    public int SyncErrors(long number) => _syncErrors.GetValueOrDefault(number);

    public void AddSyncError(long number) => _syncErrors[number] = SyncErrors(number) + 1;

    public bool TryLock(long number) => _locks.Add(number);

    public void Unlock(long number) => _ = _locks.Remove(number);
}
