using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Journal.Writing;

/// <summary>The system's threads, by a clock of the test's own, which find no memory when they are told so.</summary>
internal sealed class ScarceThreads : IThreads
{
    private readonly ScarceClock _clock = new();
    private readonly SystemThreads _system;

    public ScarceThreads() => _system = new SystemThreads(_clock);

    public TimeProvider Clock => _clock;

    /// <summary>On the journal's thread, where a segment's header is made.</summary>
    public bool FailsNextDate { set => _clock.Fails = value ? 1 : 0; }

    public bool FailsDates { set => _clock.Fails = value ? int.MaxValue : 0; }

    /// <summary>Where the late are refused.</summary>
    public bool FailsNextChoice { get; set; }

    public void Advance(TimeSpan time) => _clock.Advance(time);

    public void Clear() => _clock.Fails = 0;

    public bool LeavesOut(Mend mend)
    {
        if (FailsNextChoice && mend == Mend.BusyIsNotFull)
        {
            FailsNextChoice = false;
            throw new InsufficientMemoryException();
        }

        return false;
    }

    public IThread Start(string name, Action work, int stackBytes = 0) => _system.Start(name, work, stackBytes);

    public bool Wait(object gate, TimeSpan timeout) => _system.Wait(gate, timeout);

    public void Pulse(object gate) => _system.Pulse(gate);

    public void PulseAll(object gate) => _system.PulseAll(gate);

    public void Queue(IThreadPoolWorkItem item) => _system.Queue(item);

    private sealed class ScarceClock : TimeProvider
    {
        private long _now;
        private int _fails;

        public int Fails { set => Volatile.Write(ref _fails, value); }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks);

        public override long GetTimestamp() => Volatile.Read(ref _now);

        public override DateTimeOffset GetUtcNow()
        {
            if (Thread.CurrentThread.Name == "docservice-journal" && Interlocked.Decrement(ref _fails) >= 0)
            {
                throw new InsufficientMemoryException();
            }

            return DateTimeOffset.UnixEpoch;
        }
    }
}
