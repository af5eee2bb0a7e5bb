using DocService.Storage.Io;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Journal;

/// <summary>Everybody who waits for a commit is told, once, and nobody waits for somebody else.</summary>
public sealed class AcknowledgementTests
{
    private static readonly SystemThreads Threads = new(TimeProvider.System);

    [Fact]
    public async Task Send_OneContinuationBlocks_TheOthersGoOn()
    {
        using var gate = new ManualResetEventSlim();
        List<Commit> commits = [new Commit(16, 1), new Commit(16, 1), new Commit(16, 1)];
        Task blocked = RunAsync(commits[0], gate.Wait);
        Task[] others = [.. commits.Skip(1).Select(commit => RunAsync(commit, () => { }))];

        Acknowledgements.Of(Threads, commits, isBuffered: false)!.Send();

        await Task.WhenAll(others).SoonAsync();
        Assert.False(blocked.IsCompleted);
        gate.Set();
        await blocked.SoonAsync();
    }

    [Fact]
    public async Task Send_Twice_TellsOnce()
    {
        var commit = new Commit(16, 1) { Sequence = 7 };
        Assert.Null(Acknowledgements.Of(Threads, [commit], isBuffered: true));
        Acknowledgements.Of(Threads, [commit], isBuffered: false)!.Send();
        Assert.Equal(7, await commit.Acknowledged.AsTask().SoonAsync());
        Acknowledgements.SendFailure(Threads, commit, new StoreClosedException("too late")); // told twice, it would end the process
        Assert.False(commit.TryClaimAcknowledgement());
    }

    /// <summary>A group that is refused once more, because something failed in the middle of its refusal, was told as a success.</summary>
    [Fact]
    public async Task Fail_Twice_StaysAFailure()
    {
        var commit = new Commit(16, 1);
        commit.Fail(new StoreBusyException("busy"));
        Assert.True(commit.TryClaimAcknowledgement());
        commit.Fail(new StoreClosedException("too late"));
        commit.Acknowledge();

        await Assert.ThrowsAsync<StoreBusyException>(() => commit.Acknowledged.AsTask());
    }

    [Fact]
    public async Task Put_BufferedAndThenItsSyncFails_IsToldOnceAndTheStoreFenced()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        disk.FailCall(1, Errno.EIO, where: JournalTest.IsGroupSync);

        WriteResult result = await store.PutAsync("a", "1", DurabilityLevel.Buffered).SoonAsync();

        Assert.Equal(DurabilityLevel.Buffered, result.Level);
        await JournalTest.UntilAsync(() => store.Status.State == StoreState.Fenced, "the store is fenced");
        await Assert.ThrowsAsync<StoreFencedException>(() => store.PutAsync("a", "2", DurabilityLevel.Durable).SoonAsync());
        Assert.Null(await store.ReadAsync("a"));
    }

    private static async Task RunAsync(Commit commit, Action then)
    {
        await commit.Acknowledged;
        then();
    }
}
