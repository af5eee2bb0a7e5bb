using DocService.Storage.Clock;

namespace DocService.Storage.Threading;

/// <summary>The operating system's threads, the runtime's monitors, its thread pool. Thread: any.</summary>
/// <param name="clock">What the store takes for the time; waits at gates take real time in any case.</param>
internal sealed class SystemThreads(TimeProvider clock) : IThreads
{
    public TimeProvider Clock => clock;

    public IThread Start(string name, Action work, int stackBytes = 0)
    {
        var thread = new Thread(() => work(), stackBytes) { IsBackground = true, Name = name };
        thread.Start();
        return new SystemThread(thread);
    }

    public bool Wait(object gate, TimeSpan timeout) => Monitor.Wait(gate, Waits.NeverEarly(timeout));

    public void Pulse(object gate) => Monitor.Pulse(gate);

    public void PulseAll(object gate) => Monitor.PulseAll(gate);

    public void Queue(IThreadPoolWorkItem item)
    {
        var pause = new SpinWait(); // which sleeps, a millisecond at a time, after its first rounds
        while (true)
        {
            try
            {
                ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
                return;
            }
            catch (OutOfMemoryException)
            {
                pause.SpinOnce();
            }
        }
    }

    private sealed class SystemThread(Thread thread) : IThread
    {
        public void Join() => thread.Join();
    }
}
