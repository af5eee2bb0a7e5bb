using DocService.Storage.Engine.Versions;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Versions;

/// <summary>A disk whose reads hang holds some threads and no more: who comes later waits without one, and is told in time.</summary>
public sealed class ReadGateTests
{
    [Fact]
    public async Task Read_NothingHangs_IsDoneWhenTheCallReturns()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();

        Assert.True(store.ReadAsync(DocumentKey.Create("a"), default).AsTask().IsCompletedSuccessfully);
        Assert.True(store.ReadInfoAsync(DocumentKey.Create("a"), default).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Reads_ThatHang_HoldSomeThreadsAndOthersAreBusy()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk, JournalTest.Options with { BusyTimeout = TimeSpan.FromSeconds(1) });
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        CallGate[] gates = [.. Enumerable.Range(0, ReadGate.ReadsMax).Select(_ => disk.BlockCall(call => call.Kind == CallKind.Read && JournalTest.IsInDocuments(call)))];
        Task<string?>[] hanging = [.. gates.Select(_ => OnItsOwnThread(() => store.ReadAsync("a")))];
        foreach (CallGate gate in gates)
        {
            await gate.Reached;
        }

        // These calls come back to this thread, which so far has read nothing.
        Task<StoredDocument?> read = store.ReadAsync(DocumentKey.Create("a"), default).AsTask();
        Task<DocumentInfo?> info = store.ReadInfoAsync("a");
        Task<WriteResult> write = store.PutAsync("a", "2", DurabilityLevel.Durable);

        await Assert.ThrowsAsync<StoreBusyException>(() => read.SoonAsync());
        await Assert.ThrowsAsync<StoreBusyException>(() => info.SoonAsync());
        await Assert.ThrowsAsync<StoreBusyException>(() => write.SoonAsync());
        Assert.Equal(StoreState.Ready, store.Status.State);
        foreach (CallGate gate in gates)
        {
            gate.Dispose();
        }

        Assert.All(await Task.WhenAll(hanging).SoonAsync(), json => Assert.Equal("1", json));
        Assert.Equal("1", await store.ReadAsync("a"));
        Assert.Equal(WriteStatus.Replaced, (await store.PutAsync("a", "3", DurabilityLevel.Durable).SoonAsync()).Status);
    }

    private static Task<T> OnItsOwnThread<T>(Func<Task<T>> read) =>
        Task.Factory.StartNew(() => read().GetAwaiter().GetResult(), default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
