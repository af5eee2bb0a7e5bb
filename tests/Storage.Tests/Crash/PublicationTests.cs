using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Crash;

/// <summary>Who waits for a sync that hangs, and who does not. A read never waits: it completes before its call returns.</summary>
public sealed class PublicationTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    [Theory]
    [InlineData(DurabilityLevel.Buffered)]
    [InlineData(DurabilityLevel.Durable)]
    public void Read_DuringTheJournalSyncOfAPut_ReturnsTheOldVersionAtOnce(DurabilityLevel level)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        SimulatedProcess.Run(disk, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            string? old = await store.ReadAsync(Scene.Old);
            using CallGate gate = disk.BlockCall(IsJournalSync);
            Task<WriteResult> put = store.PutAsync(DocumentKey.Create(Scene.Old), TestDocuments.Content("\"new\""), default, level, default).AsTask();
            await UntilAsync(scheduler, () => Task.FromResult(gate.IsReached));

            // At the level buffered the answer is there by now; the version still is not.
            Assert.Equal(level == DurabilityLevel.Buffered, await CompletesAsync(put, level == DurabilityLevel.Buffered));
            Task<string?> read = store.ReadAsync(Scene.Old);
            Assert.True(read.IsCompletedSuccessfully);
            Assert.Equal(old, await read);
            Assert.NotEqual("\"new\"", old);

            gate.Release();
            WriteResult result = await put;
            await UntilAsync(scheduler, async () => await store.ReadAsync(Scene.Old) == "\"new\"");
            Assert.Equal(level, result.Level);
            Assert.Equal(result.Sequence, (await store.ReadInfoAsync(Scene.Old))!.Version);
        });
    }

    [Fact]
    public void Read_DuringTheJournalSyncOfADelete_StillFindsTheDocument()
    {
        SimulatedFileSystem disk = Scene.Prepared();
        SimulatedProcess.Run(disk, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            using CallGate gate = disk.BlockCall(IsJournalSync);
            Task<WriteResult> delete = store.DeleteAsync(Scene.Old);
            await UntilAsync(scheduler, () => Task.FromResult(gate.IsReached));

            Assert.NotNull(await store.ReadAsync(Scene.Old));

            gate.Release();
            Assert.Equal(WriteStatus.Deleted, (await delete).Status);
            Assert.Null(await store.ReadAsync(Scene.Old));
        });
    }

    [Fact]
    public void Read_WhileTheDocumentIsBeingFiled_ReturnsTheNewVersionAtOnce()
    {
        SimulatedFileSystem disk = Scene.Prepared();
        SimulatedProcess.Run(disk, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            using CallGate gate = disk.BlockCall(IsDirectorySync);
            Task<WriteResult> put = store.PutAsync(Scene.Old, "\"new\"");
            await UntilAsync(scheduler, () => Task.FromResult(gate.IsReached));

            Assert.Equal("\"new\"", await store.ReadAsync(Scene.Old));
            Assert.False(put.IsCompleted); // asked for filed

            gate.Release();
            Assert.Equal(DurabilityLevel.Filed, (await put).Level);
        });
    }

    [Fact]
    public void Write_JournalSyncHangsLongerThanTheBusyTimeout_CompletesAndTheKeyIsBusy()
    {
        SimulatedFileSystem disk = Scene.Prepared();
        SimulatedProcess.Run(disk, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler, Scene.Options with { BusyTimeout = Short });
            using CallGate gate = disk.BlockCall(IsJournalSync);
            Task<WriteResult> put = store.PutAsync(Scene.Old, "\"new\"");
            await UntilAsync(scheduler, () => Task.FromResult(gate.IsReached));

            await Assert.ThrowsAsync<StoreBusyException>(() => store.PutAsync(Scene.Old, "\"other\""));
            await Assert.ThrowsAsync<StoreBusyException>(() => store.DeleteAsync(Scene.Old));
            Task<WriteResult> other = store.PutAsync(Scene.FarOld, "1"); // waits for the next group, never refused for it
            Assert.NotNull(await store.ReadAsync(Scene.FarOld));
            Assert.False(put.IsCompleted);
            Assert.True(store.Status.SyncRunningFor > TimeSpan.Zero);

            gate.Release();
            Assert.Equal(WriteStatus.Replaced, (await put).Status);
            Assert.Equal(WriteStatus.Replaced, (await other).Status);
            Assert.Equal("\"new\"", await store.ReadAsync(Scene.Old));
            Assert.Equal(StoreState.Ready, store.Status.State);
        });
    }

    [Fact]
    public void Write_FilingHangsLongerThanTheBusyTimeout_IsAnsweredWithTheLevelReached()
    {
        SimulatedFileSystem disk = Scene.Prepared();
        SimulatedProcess.Run(disk, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler, Scene.Options with { BusyTimeout = Short });
            using CallGate gate = disk.BlockCall(IsDirectorySync);

            WriteResult put = await store.PutAsync(Scene.Old, "\"new\"");

            Assert.Equal((WriteStatus.Replaced, DurabilityLevel.Durable), (put.Status, put.Level));
            Assert.Equal("\"new\"", await store.ReadAsync(Scene.Old));
            gate.Release();
            await UntilAsync(scheduler, () => Task.FromResult(store.Status.FiledThrough >= put.Sequence));
        });
    }

    private static async Task<bool> CompletesAsync(Task task, bool isExpected)
    {
        if (isExpected)
        {
            await task;
        }

        return task.IsCompleted;
    }

    /// <summary>Looks again and again, by the scheduler's time, at what a thread of the store is about to bring about.</summary>
    private static async Task UntilAsync(SeededScheduler scheduler, Func<Task<bool>> holds)
    {
        while (!await holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), scheduler.Clock);
        }
    }

    private static bool IsJournalSync(SimulatedCall call) => call.Kind == CallKind.SyncData;

    private static bool IsDirectorySync(SimulatedCall call) => call.Kind == CallKind.SyncDirectory && call.Path == Scene.ShardOf(Scene.Old);
}
