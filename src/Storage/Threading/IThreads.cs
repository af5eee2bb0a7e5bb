namespace DocService.Storage.Threading;

/// <summary>
/// How the store starts threads, lets them wait and wakes them: the only door to the scheduler, as <c>IFileSystem</c> is
/// the only door to the disk.
/// </summary>
/// <remarks>
/// The store's loops stay ordinary loops on ordinary threads. What decides which of them runs next goes through here:
/// a thread's start and end, waiting at a gate, being woken, work for the thread pool, time. A test puts a scheduler in
/// place that lets exactly one thread run at a time, and chooses by a seed at each of these calls and at each call of
/// the file system; then the seed is the replay.
/// Rules that make this possible, for every user:
/// a gate is held for bookkeeping only, never during a system call or another wait;
/// nothing blocks in any other way (no event, no semaphore, no <c>Task.Wait</c>, no <c>Thread.Sleep</c>);
/// what completes somebody's wait runs its continuations through <see cref="Queue"/> (<see cref="Turn"/> does).
/// </remarks>
internal interface IThreads
{
    /// <summary>The time by which waits are measured.</summary>
    TimeProvider Clock { get; }

    /// <summary>Whether to go on as before that mend. Only a simulation says yes, and nothing that is configured decides it.</summary>
    bool LeavesOut(Mend mend) => false;

    /// <summary>Starts a background thread.</summary>
    /// <param name="name">For debuggers and tests.</param>
    /// <param name="work">Must not throw.</param>
    /// <param name="stackBytes">0 for the usual size.</param>
    /// <exception cref="OutOfMemoryException">The system has no thread left for this process.</exception>
    IThread Start(string name, Action work, int stackBytes = 0);

    /// <summary>As <see cref="Monitor.Wait(object, TimeSpan)"/>: the caller holds the gate, and has it again afterwards.</summary>
    /// <returns>False when the time ran out before a pulse.</returns>
    bool Wait(object gate, TimeSpan timeout);

    /// <summary>As <see cref="Monitor.Pulse"/>: wakes the thread that has waited longest. The caller holds the gate.</summary>
    void Pulse(object gate);

    /// <summary>As <see cref="Monitor.PulseAll"/>. The caller holds the gate.</summary>
    void PulseAll(object gate);

    /// <summary>
    /// Runs the item on the thread pool; returns at once. It never fails, because an outcome must be told. If the pool has
    /// no memory for the item, it waits for some.
    /// </summary>
    void Queue(IThreadPoolWorkItem item);
}
