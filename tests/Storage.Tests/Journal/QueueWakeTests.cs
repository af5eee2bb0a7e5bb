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
            Assert.False(await taken.SoonAsync());
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

        Assert.True(thread.Join(TimeSpan.FromMinutes(2)));
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
}
