using DocService.Storage.Engine.Filing;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Threading;

public sealed class DiskThreadsTests : IDisposable
{
    private readonly DiskThreads _threads = new(4, new SystemThreads(TimeProvider.System));

    public void Dispose() => _threads.Dispose();

    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 4)]
    [InlineData(3, 4)]
    [InlineData(2000, 4)]
    [InlineData(2000, 100)]
    [InlineData(2000, 1)]
    public void ForEach_DoesEachItemOnceAndReturnsWhenAllAreDone(int items, int workers)
    {
        int[] done = new int[items];
        int atOnce = 0;
        _threads.ForEach(
            Enumerable.Range(0, items).ToArray(),
            workers,
            item =>
            {
                Assert.InRange(Interlocked.Increment(ref atOnce), 1, 4);
                Thread.SpinWait(100);
                done[item]++;
                Interlocked.Decrement(ref atOnce);
            });
        Assert.All(done, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task ForEach_WhileOthersHang_GetsAThreadUpToTheLimit()
    {
        using var release = new ManualResetEventSlim();
        Task hanging = await HangAsync(2, release);
        await Task.Run(() => _threads.ForEach([1, 2], 2, _ => { })).SoonAsync();

        release.Set();
        await hanging.SoonAsync();
    }

    [Fact]
    public async Task ForEach_MoreThanThereAreThreads_WaitsForItsTurn()
    {
        using var release = new ManualResetEventSlim();
        Task hanging = await HangAsync(4, release);
        using var begun = new ManualResetEventSlim();
        Task next = Task.Run(() => _threads.ForEach([1, 2], 2, _ => begun.Set()));
        Assert.False(begun.Wait(TimeSpan.FromMilliseconds(100)));

        release.Set();
        await next.SoonAsync();
        await hanging.SoonAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void ForEach_AnItemFails_BeginsNoOtherAndThrows(int workers)
    {
        int begun = 0;
        var failure = Assert.Throws<InvalidDataException>(() => _threads.ForEach(
            Enumerable.Range(0, 1000).ToArray(),
            workers,
            item =>
            {
                Interlocked.Increment(ref begun);
                throw new InvalidDataException($"{item}");
            }));
        Assert.InRange(begun, 1, workers);
        Assert.InRange(int.Parse(failure.Message, System.Globalization.CultureInfo.InvariantCulture), 0, workers - 1);
        _threads.ForEach([1, 2], workers, _ => { }); // the threads are still there
    }

    /// <summary>Filing waited for thread-pool threads to learn that its own had ended: a pool full of blocked requests held it up.</summary>
    [Fact]
    public async Task ForEach_ThreadPoolIsBusy_DoesWithoutIt()
    {
        using var release = new ManualResetEventSlim();
        using var started = new ManualResetEventSlim();
        using var done = new ManualResetEventSlim();
        var filer = new Thread(() =>
        {
            started.Wait();
            _threads.ForEach(Enumerable.Range(0, 100).ToArray(), 4, _ => Thread.Yield());
            done.Set();
        })
        { IsBackground = true };
        filer.Start();
        Task[] requests = [.. Enumerable.Range(0, 200).Select(_ => Task.Factory.StartNew(release.Wait, default, TaskCreationOptions.PreferFairness, TaskScheduler.Default))];
        started.Set();
        bool isDone = done.Wait(TimeSpan.FromMinutes(1));
        release.Set();
        await Task.WhenAll(requests).SoonAsync();
        Assert.True(done.Wait(TimeSpan.FromMinutes(2)));
        Assert.True(isDone);
    }

    [Fact]
    public void ForEach_AfterAFailure_WaitsForAll()
    {
        int ended = 0;
        using var all = new Barrier(3);
        Assert.Throws<IOException>(() => _threads.ForEach(
            [0, 1, 2],
            3,
            item =>
            {
                Assert.True(all.SignalAndWait(TimeSpan.FromMinutes(2)));
                Thread.SpinWait(item * 10_000);
                Interlocked.Increment(ref ended);
                throw new IOException();
            }));
        Assert.Equal(3, ended);
    }

    /// <summary>So many items that wait for the event, each begun by a thread.</summary>
    private async Task<Task> HangAsync(int items, ManualResetEventSlim release)
    {
        int begun = 0;
        Task hanging = Task.Run(() => _threads.ForEach(
            Enumerable.Range(0, items).ToArray(),
            items,
            _ =>
            {
                Interlocked.Increment(ref begun);
                release.Wait();
            }));
        await JournalTest.UntilAsync(() => Volatile.Read(ref begun) == items, "all hang");
        return hanging;
    }
}
