using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Crash;

/// <summary>Who waits for a sync that hangs, and who does not. A read that nothing holds completes before its call returns.</summary>
public sealed class PublicationTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Read_DuringTheDirectorySyncOfAPut_WaitsAndReturnsTheNewVersion()
    {
        SimulatedFileSystem disk = await Scene.PreparedAsync();
        await using DocumentStore store = Scene.Open(disk);
        string? old = await store.ReadAsync(Scene.Old);
        using CallGate gate = disk.BlockCall(IsDirectorySync);
        Task<WriteResult> put = store.PutAsync(Scene.Old, "\"new\"");
        await gate.Reached;

        Task<string?> read = store.ReadAsync(Scene.Old);
        Task<DocumentInfo?> info = store.ReadInfoAsync(Scene.Old);
        Assert.False(read.IsCompleted);
        Assert.False(info.IsCompleted);
        Assert.True(store.ReadAsync(Scene.New).IsCompletedSuccessfully);
        Assert.True(store.ReadAsync(Scene.FarOld).IsCompletedSuccessfully);

        gate.Release();
        Assert.Equal("\"new\"", await read);
        Assert.NotEqual("\"new\"", old);
        Assert.Equal((await put).Document, await info);
    }

    [Fact]
    public async Task Read_DuringTheDirectorySyncOfADelete_WaitsAndReturnsNothing()
    {
        SimulatedFileSystem disk = await Scene.PreparedAsync();
        await using DocumentStore store = Scene.Open(disk);
        using CallGate gate = disk.BlockCall(IsDirectorySync);
        Task<WriteResult> delete = store.DeleteAsync(Scene.Old);
        await gate.Reached;

        Task<string?> read = store.ReadAsync(Scene.Old);
        Assert.False(read.IsCompleted);
        Assert.True(store.ReadAsync(Scene.FarOld).IsCompletedSuccessfully);

        gate.Release();
        Assert.Null(await read);
        Assert.Equal(WriteStatus.Deleted, (await delete).Status);
    }

    [Fact]
    public async Task Read_WhileATemporaryFileIsSynced_ReturnsTheOldVersionAtOnce()
    {
        SimulatedFileSystem disk = await Scene.PreparedAsync();
        await using DocumentStore store = Scene.Open(disk);
        string? old = await store.ReadAsync(Scene.Old);
        using CallGate gate = disk.BlockCall(call => call.Kind == CallKind.Sync && call.Name.StartsWith(".tmp-", StringComparison.Ordinal));
        Task<WriteResult> put = store.PutAsync(Scene.Old, "\"new\"");
        await gate.Reached;

        Task<string?> read = store.ReadAsync(Scene.Old);
        Assert.True(read.IsCompletedSuccessfully);
        Assert.Equal(old, await read);

        gate.Release();
        await put;
        Assert.Equal("\"new\"", await store.ReadAsync(Scene.Old));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_HangsLongerThanTheBusyTimeout_CompletesAndOthersAreBusy(bool inDirectorySync)
    {
        SimulatedFileSystem disk = await Scene.PreparedAsync();
        await using DocumentStore store = Scene.Open(disk, Short);
        Assert.Equal(WriteStatus.Replaced, (await store.PutAsync(Scene.FarOld, "0")).Status);
        using CallGate gate = disk.BlockCall(inDirectorySync ? IsDirectorySync : call => call.Kind == CallKind.Sync);
        Task<WriteResult> put = store.PutAsync(Scene.Old, "\"new\"");
        await gate.Reached;

        await Assert.ThrowsAsync<StoreBusyException>(() => store.PutAsync(Scene.Old, "\"other\""));
        await Assert.ThrowsAsync<StoreBusyException>(() => store.DeleteAsync(Scene.Old));
        Assert.Equal(WriteStatus.Replaced, (await store.PutAsync(Scene.FarOld, "1")).Status);
        Assert.False(put.IsCompleted);
        if (inDirectorySync)
        {
            await Assert.ThrowsAsync<StoreBusyException>(() => store.ReadAsync(Scene.Old));
        }

        gate.Release();
        Assert.Equal(WriteStatus.Replaced, (await put).Status);
        Assert.Equal("\"new\"", await store.ReadAsync(Scene.Old));
        Assert.Equal(StoreState.Ready, store.Status.State);
    }

    private static bool IsDirectorySync(SimulatedCall call) => call.Kind == CallKind.SyncDirectory && call.Path == Scene.ShardOf(Scene.Old);
}
