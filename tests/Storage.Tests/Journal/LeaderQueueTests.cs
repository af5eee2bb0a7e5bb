using DocService.Storage.Journal;

namespace DocService.Storage.Tests.Journal;

/// <summary>One at a time writes the journal: the queue lets a leader in only while the journal's thread stays in it.</summary>
public sealed class LeaderQueueTests
{
    [Fact]
    public async Task CommitQueue_Leader_IsAloneAndTheThreadStays()
    {
        var queue = new CommitQueue();
        List<Commit> group = [];
        Assert.False(queue.TryLead());
        Thread thread = await AloneAsync(queue, group);

        Assert.True(queue.TryLead());

        Assert.False(queue.TryLead());
        queue.Wake();
        queue.TryAdd(new Commit(16, 1));
        Assert.False(thread.Join(TimeSpan.FromMilliseconds(50)));
        Assert.Empty(group);
        queue.EndLead();
        Assert.True(thread.Join(TimeSpan.FromSeconds(30)));
        Assert.Single(group);
    }

    [Fact]
    public async Task CommitQueue_TwoWriters_SoonLeadNoMore()
    {
        var queue = new CommitQueue();
        List<Commit> group = [];
        Thread thread = await AloneAsync(queue, group);
        int leads = 0;
        while (queue.TryLead())
        {
            leads++;
            queue.TryAdd(new Commit(16, 1)); // the other one, while this one syncs
            queue.NoteDurable();
            queue.EndLead();
            Assert.True(thread.Join(TimeSpan.FromSeconds(30)));
            queue.TryAdd(new Commit(16, 1)); // this one, while the other syncs
            queue.NoteDurable();
            Assert.True((await WaitingAsync(queue, group)).Join(TimeSpan.FromSeconds(30)));
            queue.NoteDurable();
            thread = await WaitingAsync(queue, group);
        }

        Assert.InRange(leads, 1, 2);
        queue.Close();
        thread.Join();
    }

    [Fact]
    public async Task CommitQueue_LeaderWhoEnds_LeavesTheThreadAsleep()
    {
        var queue = new CommitQueue();
        List<Commit> group = [];
        Thread thread = await AloneAsync(queue, group, TimeSpan.FromMinutes(10));
        for (int n = 0; n < 3; n++)
        {
            Assert.True(queue.TryLead());
            queue.EndLead();
        }

        queue.TryAdd(new Commit(16, 1));
        Assert.True(thread.Join(TimeSpan.FromSeconds(30)));
        Assert.Single(group);
    }

    [Fact]
    public async Task CommitQueue_CommitBehindALeader_IsTakenAtItsEnd()
    {
        var queue = new CommitQueue();
        List<Commit> group = [];
        Thread thread = await AloneAsync(queue, group, TimeSpan.FromMinutes(10));
        Assert.True(queue.TryLead());
        queue.TryAdd(new Commit(16, 1));
        queue.EndLead();
        Assert.True(thread.Join(TimeSpan.FromSeconds(30)));
        Assert.Single(group);
    }

    [Fact]
    public async Task CommitQueue_ClosedUnderALeader_LetsTheThreadGoAtItsEnd()
    {
        var queue = new CommitQueue();
        Thread thread = await AloneAsync(queue, [], TimeSpan.FromMinutes(10));
        Assert.True(queue.TryLead());
        queue.Close();
        Assert.False(thread.Join(TimeSpan.FromMilliseconds(50)));
        queue.EndLead();
        Assert.True(thread.Join(TimeSpan.FromSeconds(30)));
    }

    /// <summary>As many groups of one writer as make him a leader; then the journal's thread waits for commits.</summary>
    private static async Task<Thread> AloneAsync(CommitQueue queue, List<Commit> group, TimeSpan? timeout = null)
    {
        for (int n = 0; n < 40; n++)
        {
            Thread taking = await WaitingAsync(queue, group);
            queue.TryAdd(new Commit(16, 1));
            Assert.True(taking.Join(TimeSpan.FromSeconds(30)));
            queue.NoteDurable();
        }

        return await WaitingAsync(queue, group, timeout);
    }

    /// <summary>A thread that waits in the queue as the journal's does, until it has something.</summary>
    private static async Task<Thread> WaitingAsync(CommitQueue queue, List<Commit> group, TimeSpan? timeout = null)
    {
        group.Clear();
        var thread = new Thread(() =>
        {
            while (!queue.TryTakeGroup(group, 1024, timeout ?? Timeout.InfiniteTimeSpan) && !queue.IsClosed)
            {
            }
        });
        thread.Start();
        await JournalTest.UntilAsync(() => thread.ThreadState is ThreadState.WaitSleepJoin or ThreadState.Stopped, "it waits, or has something");
        return thread;
    }
}
