using System.Diagnostics;
using DocService.Storage.Engine.Filing;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Engine.Filing;

/// <summary>Waits of the filer and for the filer: none is missed, none ends for something else.</summary>
public sealed class FilingQueueTests
{
    private static readonly IThreads Threads = new SystemThreads(TimeProvider.System);

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [Fact]
    public void WaitAsync_TriedBetweenTheLookAndTheWait_DoesNotWait()
    {
        var queue = new FilingQueue(Threads);
        const long looked = 4;
        queue.CompleteWaiting(5, 0); // the filer gets there after the caller has looked

        Assert.True(queue.WaitAsync(5, looked).IsCompletedSuccessfully);
        Assert.False(queue.WaitAsync(6, looked).IsCompleted);
    }

    [Fact]
    public async Task Stop_LetsEverybodyGo()
    {
        var queue = new FilingQueue(Threads);
        Task waiting = queue.WaitAsync(9, 0);
        Task<bool> filer = Task.Run(() => queue.WaitForTickets(Timeout.InfiniteTimeSpan));
        queue.Stop();
        await waiting.SoonAsync();
        Assert.False(await filer.SoonAsync());
        Assert.False(queue.Pause(Long, endsWhenAwaited: false));
        Assert.True(queue.WaitAsync(10, 0).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task WaitForTickets_OneComes_ReturnsAtOnce()
    {
        var queue = new FilingQueue(Threads);
        Task<bool> filer = Task.Run(() => queue.WaitForTickets(Long));
        queue.Add([Ticket(1)]);
        Assert.True(await filer.SoonAsync());
        Task waiting = queue.WaitAsync(1, 0);
        queue.CompleteWaiting(1, 0);
        await waiting.SoonAsync();
    }

    [Fact]
    public void WaitForTickets_NoneComes_ReturnsAfterTheTime()
    {
        var queue = new FilingQueue(Threads);
        Assert.True(queue.WaitForTickets(TimeSpan.FromMilliseconds(5)));
        Assert.True(queue.WaitForTickets(TimeSpan.Zero));
    }

    /// <summary>Tickets and waits for <c>filed</c> ended it, also where it was to hold back the next attempt.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pause_PulsesForSomethingElse_TakesItsTime(bool endsWhenAwaited)
    {
        var queue = new FilingQueue(Threads);
        TimeSpan time = TimeSpan.FromMilliseconds(100);
        long started = Stopwatch.GetTimestamp();
        var filer = new Thread(() => queue.Pause(time, endsWhenAwaited)) { IsBackground = true };
        filer.Start();
        for (int n = 1; filer.IsAlive; n++)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Long);
            queue.Add([Ticket(n)]);
            _ = endsWhenAwaited ? Task.CompletedTask : queue.WaitAsync(long.MaxValue, 0);
            queue.Take();
        }

        Assert.True(Stopwatch.GetElapsedTime(started) >= time);
    }

    [Fact]
    public async Task Pause_OfTheRhythm_EndsWhenSomebodyWaits()
    {
        var queue = new FilingQueue(Threads);
        Task<bool> filer = Task.Run(() => queue.Pause(Long, endsWhenAwaited: true));
        _ = queue.WaitAsync(1, 0);
        Assert.True(await filer.SoonAsync());
    }

    /// <summary>A filer that saw the first ticket alone would count the whole commit as filed, and the journal would let go of the rest.</summary>
    [Fact]
    public void Add_Commit_IsNotSeenInPart()
    {
        var queue = new FilingQueue(Threads);
        bool wasSeen = false;
        var filer = new Thread(() => wasSeen = queue.TryPeek(out _)) { IsBackground = true };
        queue.Add(Tickets());
        filer.Join();
        Assert.True(wasSeen);

        IEnumerable<FilingTicket> Tickets()
        {
            yield return Ticket(1);
            filer.Start();
            Assert.True(SpinWait.SpinUntil(() => filer.ThreadState.HasFlag(System.Threading.ThreadState.WaitSleepJoin) || !filer.IsAlive, TimeSpan.FromMinutes(2)));
            Assert.True(filer.IsAlive, "It saw a part of the commit.");
            yield return new FilingTicket(1, DocumentKey.Create("b").Digest, 0);
        }
    }

    [Fact]
    public void Count_TicketsInTheFilersHandAndBlockedDocuments_Count()
    {
        var queue = new FilingQueue(Threads);
        queue.Add([Ticket(1), Ticket(2)]);
        queue.Take();
        Assert.Equal(2, queue.Count);
        queue.CompleteWaiting(1, blocked: 1);
        Assert.Equal(2, queue.Count);
        queue.Take();
        queue.CompleteWaiting(2, blocked: 0);
        Assert.Equal((0, 2), (queue.Count, queue.TriedThrough));
    }

    private static FilingTicket Ticket(long sequence) => new(sequence, DocumentKey.Create("a").Digest, 0);
}
