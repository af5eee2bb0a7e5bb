using DocService.Storage.Engine.Filing;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Journal;

/// <summary>No wake-up is lost between the threads that fill a queue and the one that empties it.</summary>
public sealed class QueueWakeTests
{
    private static readonly SystemThreads Threads = new(TimeProvider.System);
    private static readonly DocumentKey Key = DocumentKey.Create("a");

    [Fact]
    public async Task CommitQueue_WokenJustBeforeTheWait_DoesNotSleep()
    {
        var queue = new CommitQueue(Threads);
        queue.Wake();

        Task<bool> taken = Task.Run(() => queue.TryTakeGroup([], 1024, Timeout.InfiniteTimeSpan));

        try
        {
            Assert.False(await taken.WaitAsync(TimeSpan.FromSeconds(5)));
        }
        finally
        {
            queue.Close();
        }
    }

    [Fact]
    public async Task CommitQueue_ClosedWhileWaiting_ReturnsAtOnce()
    {
        var queue = new CommitQueue(Threads);
        Task<bool> taken = Task.Run(() => queue.TryTakeGroup([], 1024, Timeout.InfiniteTimeSpan));
        queue.Close();
        Assert.False(await taken.SoonAsync());
        Assert.True(queue.IsClosedAndEmpty);
        Assert.False(queue.TryAdd(new Commit(16, 1)));
    }

    [Fact]
    public void CommitQueue_Group_TakesAtLeastOneAndThenWhatFits()
    {
        var queue = new CommitQueue(Threads);
        for (int n = 0; n < 3; n++)
        {
            queue.TryAdd(new Commit(16, 1));
        }

        var group = new List<Commit>();
        Assert.True(queue.TryTakeGroup(group, 1, TimeSpan.Zero));
        Assert.Single(group);
        group.Clear();
        Assert.True(queue.TryTakeGroup(group, 2 * RecordHeader.Bytes, TimeSpan.Zero));
        Assert.Equal(2, group.Count);
    }

    [Fact]
    public async Task CommitQueue_WritersWhoWereThereTwice_HalfOfThemAreWaitedFor()
    {
        var queue = new CommitQueue(Threads, gatherMax: TimeSpan.FromMinutes(10));
        Take(queue, 4);
        Take(queue, 4);
        queue.TryAdd(new Commit(16, 1)); // of five who are known to be there: four of the last group, and this one
        List<Commit> group = [];
        var thread = new Thread(() => queue.TryTakeGroup(group, 1024, Timeout.InfiniteTimeSpan));
        thread.Start();
        await JournalTest.UntilAsync(() => thread.ThreadState is ThreadState.WaitSleepJoin or ThreadState.Stopped, "it waits");

        queue.TryAdd(new Commit(16, 1));
        queue.TryAdd(new Commit(16, 1));

        Assert.True(thread.Join(TimeSpan.FromSeconds(30)));
        Assert.Equal(3, group.Count);
    }

    [Fact]
    public async Task CommitQueue_WriterAlone_IsNotKeptWaiting()
    {
        var queue = new CommitQueue(Threads, gatherMax: TimeSpan.FromMinutes(10));
        await Task.Run(() =>
        {
            for (int n = 0; n < 5; n++)
            {
                Take(queue, 1);
            }
        }).SoonAsync();
    }

    [Fact]
    public async Task CommitQueue_ClosedWhileGathering_GivesOutWhatIsThere()
    {
        var queue = new CommitQueue(Threads, gatherMax: TimeSpan.FromMinutes(10));
        Take(queue, 8);
        Take(queue, 8);
        queue.TryAdd(new Commit(16, 1));
        Task<bool> taken = Task.Run(() => queue.TryTakeGroup([], 1024, Timeout.InfiniteTimeSpan));
        queue.Close();
        Assert.True(await taken.SoonAsync());
        Assert.True(queue.IsClosedAndEmpty);
    }

    [Fact]
    public void FilingQueue_FiledBetweenTheLookAndTheWait_DoesNotWait()
    {
        var queue = new FilingQueue(Threads);
        const long looked = 4;
        queue.CompleteWaiting(5); // the filer gets there after the caller has looked

        Assert.True(queue.WaitAsync(5, looked).IsCompletedSuccessfully);
        Assert.False(queue.WaitAsync(6, looked).IsCompleted);
    }

    [Fact]
    public async Task FilingQueue_Stopped_LetsEverybodyGo()
    {
        var queue = new FilingQueue(Threads);
        Task waiting = queue.WaitAsync(9, 0);
        Task<bool> filer = Task.Run(() => queue.WaitForTickets(TimeSpan.FromMinutes(1)));
        queue.Stop();
        await waiting.SoonAsync();
        Assert.False(await filer.SoonAsync());
        Assert.False(queue.Pause(TimeSpan.FromMinutes(1)));
        Assert.True(queue.WaitAsync(10, 0).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task FilingQueue_SomebodyWaits_DoesNotLinger()
    {
        var queue = new FilingQueue(Threads);
        queue.Add([new FilingTicket(1, Key.Digest, 0)]);
        Task<bool> filer = Task.Run(() => queue.WaitForTickets(TimeSpan.FromMinutes(1)));
        Task waiting = queue.WaitAsync(1, 0);
        Assert.True(await filer.SoonAsync());
        queue.CompleteWaiting(1);
        await waiting.SoonAsync();
    }

    [Fact]
    public async Task FilingQueue_CommitBeingAdded_IsNotSeenInPart()
    {
        // Who saw the first ticket alone would count the whole commit as filed, and the journal would let go of the rest.
        var queue = new FilingQueue(Threads);
        Task<bool>? peek = null;
        bool wasSeen = false;
        queue.Add(Tickets());
        Assert.False(wasSeen);
        Assert.True(await peek!.SoonAsync());

        IEnumerable<FilingTicket> Tickets()
        {
            yield return new FilingTicket(1, Key.Digest, 0);
            peek = Task.Run(() => queue.TryPeek(out _));
            wasSeen = peek.Wait(TimeSpan.FromMilliseconds(200));
            yield return new FilingTicket(1, DocumentKey.Create("b").Digest, 0);
        }
    }

    /// <summary>Adds so many commits and takes them as one group.</summary>
    private static void Take(CommitQueue queue, int commits)
    {
        for (int n = 0; n < commits; n++)
        {
            queue.TryAdd(new Commit(16, 1));
        }

        List<Commit> group = [];
        Assert.True(queue.TryTakeGroup(group, 1024, Timeout.InfiniteTimeSpan));
        Assert.Equal(commits, group.Count);
    }

    [Fact]
    public void FilingQueue_TicketsInTheFilersHand_StillCount()
    {
        var queue = new FilingQueue(Threads);
        queue.Add([new FilingTicket(1, Key.Digest, 0), new FilingTicket(2, Key.Digest, 0)]);
        queue.Take();
        Assert.Equal(2, queue.Count);
        queue.CompleteWaiting(1);
        Assert.Equal(1, queue.Count);
    }
}
