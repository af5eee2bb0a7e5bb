using DocService.Storage.Engine;

namespace DocService.Storage.Tests.Engine;

public sealed class DiskThreadsTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Run_Jobs_UseEachSlotForOneAtATime()
    {
        using var threads = new DiskThreads(4, TimeProvider.System);
        int[] users = new int[4];

        int[] slots = await Task.WhenAll(Enumerable.Range(0, 2000).Select(_ => threads.RunAsync(
            slot =>
            {
                Assert.Equal(1, Interlocked.Increment(ref users[slot]));
                Thread.SpinWait(100);
                Interlocked.Decrement(ref users[slot]);
                return slot;
            },
            Long)));

        Assert.All(slots, slot => Assert.InRange(slot, 0, 3));
    }

    [Fact]
    public async Task Run_WhileOthersHang_GetsAThreadUpToTheLimit()
    {
        using var threads = new DiskThreads(3, TimeProvider.System);
        using var release = new ManualResetEventSlim();
        Task<int>[] hanging = [.. Enumerable.Range(0, 2).Select(_ => threads.RunAsync(slot => { release.Wait(); return slot; }, Long))];

        await threads.RunAsync(slot => slot, Long);

        release.Set();
        await Task.WhenAll(hanging);
    }

    [Fact]
    public async Task Run_NotStartedInTime_NeverRuns()
    {
        using var threads = new DiskThreads(1, TimeProvider.System);
        using var release = new ManualResetEventSlim();
        using var started = new ManualResetEventSlim();
        Task<int> hanging = threads.RunAsync(slot => { started.Set(); release.Wait(); return slot; }, TimeSpan.FromMilliseconds(1));
        started.Wait();
        bool hasRun = false;

        await Assert.ThrowsAsync<TimeoutException>(() => threads.RunAsync(_ => hasRun = true, TimeSpan.FromMilliseconds(1)));

        release.Set();
        Assert.Equal(0, await hanging); // started: waited for beyond its own time-out
        await threads.RunAsync(slot => slot, Long);
        Assert.False(hasRun);
    }

    [Fact]
    public async Task Run_ThrowingJob_FailsItsCallerAlone()
    {
        using var threads = new DiskThreads(1, TimeProvider.System);

        await Assert.ThrowsAsync<InvalidDataException>(() => threads.RunAsync<int>(_ => throw new InvalidDataException(), Long));

        Assert.Equal(0, await threads.RunAsync(slot => slot, Long));
    }
}
