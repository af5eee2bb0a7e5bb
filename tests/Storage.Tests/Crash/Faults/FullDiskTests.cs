using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Crash.Faults;

public sealed class FullDiskTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FullDisk_OpenReadAndDelete_WorkAndPutsFollowWhenThereIsRoom(bool isOutOfInodes)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        Fill(disk, isOutOfInodes);
        SimulatedProcess.Run(disk, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            var w = new Workload(disk, store) { Scheduler = scheduler };
            Assert.IsType<OutOfSpaceException>(await w.PutAsync(Scene.New, Workload.LargeBytes));
            Assert.Equal(StoreState.ReadOnly, store.Status.State);
            Assert.Null(await w.DeleteAsync(Scene.Old));
            await w.ReadAllAsync();
            disk.Settings = new VolumeSettings();
            Assert.Null(await w.PutAsync(Scene.New));
            await w.UntilAsync(() => store.Status.State == StoreState.Ready, "the state leaves by itself");
        });

        Assert.Null(new Ledger(disk.Log.Marks()).Violation);
        Assert.Null(Oracle.Examine(disk.CrashNow().Nothing()));
    }

    /// <summary>The store took puts of a megabyte and said that it was read-only, until more than that came free.</summary>
    [Fact]
    public void FullDisk_WithRoomForAPutAgain_IsReadOnlyNoLonger()
    {
        const long Margin = 2 << 20;
        const long Put = 5 << 18; // room for one of 1.25 MiB
        SimulatedFileSystem disk = Scene.Prepared();
        Fill(disk, isOutOfInodes: false);
        SimulatedProcess.Run(disk, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            var w = new Workload(disk, store) { Scheduler = scheduler };
            Assert.IsType<OutOfSpaceException>(await w.PutAsync(Scene.New));
            Assert.Equal(StoreState.ReadOnly, store.Status.State);
            Volume volume = disk.Snapshot();
            disk.Settings = volume.Settings with { CapacityBytes = (volume.UsedBlocks * FileContent.PageBytes) + Margin + Put };

            await w.UntilAsync(() => store.Status.State == StoreState.Ready, "the state leaves by itself");
        });
    }

    /// <summary>The state is asked for most when the disk is dying; an internal exception left instead.</summary>
    [Fact]
    public void Status_WhenTheVolumeCannotBeAsked_StillTellsTheState()
    {
        SimulatedFileSystem disk = Scene.Prepared();
        SimulatedProcess.Run(disk, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            long freeBytes = store.Status.FreeBytes;
            _ = disk.FailCall(1, Errno.EIO, forever: true);

            Assert.Equal((StoreState.Ready, freeBytes), (store.Status.State, store.Status.FreeBytes));
        });
    }

    private static void Fill(SimulatedFileSystem disk, bool isOutOfInodes)
    {
        Volume volume = disk.Snapshot();
        disk.Settings = isOutOfInodes
            ? volume.Settings with { CapacityInodes = volume.UsedInodes }
            : volume.Settings with { CapacityBytes = volume.UsedBlocks * FileContent.PageBytes };
    }

    /// <summary>While nothing can be filed every start began one more segment, and the fourth or sixth found no spare.</summary>
    [Theory]
    [InlineData("stopped")]
    [InlineData("killed")]
    [InlineData("cut off")]
    public async Task FullDisk_StartedAgainAndAgainWithADeleteEachTime_StartsAndKeepsEverything(string end)
    {
        const int Runs = 12;
        var disk = new SimulatedFileSystem();
        StoreOptions options = JournalTest.Sealing with { SegmentBytes = 1 << 20, JournalBytes = 4 << 20, ReserveBytes = 2 << 20 };
        DocumentStore store = JournalTest.Open(disk, options);
        for (int n = 0; n < Runs; n++)
        {
            await store.PutAsync($"old{n}", "1", DurabilityLevel.Filed).SoonAsync();
        }

        using (CallGate gate = disk.BlockCall(JournalTest.IsTempCreation))
        {
            await store.PutAsync("big", JournalTest.Json(30_000), DurabilityLevel.Durable).SoonAsync();
            await gate.Reached.SoonAsync();
            Volume volume = disk.Snapshot();
            disk.Settings = volume.Settings with { CapacityBytes = volume.UsedBlocks * FileContent.PageBytes };
        }

        for (int run = 0; run < Runs; run++)
        {
            Assert.Equal(WriteStatus.Deleted, (await store.DeleteAsync($"old{run}", DurabilityLevel.Durable).SoonAsync()).Status);
            SimulatedFileSystem after = end == "killed" ? disk.Kill() : disk.CrashNow().Nothing().Open();
            await store.DisposeAsync();
            disk = end == "stopped" ? disk : after;
            store = JournalTest.Open(disk, options);
            Assert.Equal(JournalTest.Json(30_000), await store.ReadAsync("big"));
            for (int n = 0; n < Runs; n++)
            {
                Assert.Equal(n <= run ? null : "1", await store.ReadAsync($"old{n}"));
            }
        }

        await store.DisposeAsync();
    }

    /// <summary>Filing found the quota used up, free bytes told otherwise: the state flickered, and a delete waited seconds behind puts.</summary>
    [Fact]
    public async Task FullQuota_FilingFindsNoRoom_StaysReadOnlyAndDeletesDoNotWaitBehindPuts()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk, JournalTest.Sealing with { BusyTimeout = TimeSpan.FromMinutes(5) });
        await store.PutAsync("old", "1", DurabilityLevel.Filed).SoonAsync();
        _ = disk.FailCall(1, Errno.EDQUOT, forever: true, where: JournalTest.IsTempCreation);
        await store.PutAsync("stuck", "1", DurabilityLevel.Durable).SoonAsync();
        await JournalTest.UntilAsync(() => store.Status.State == StoreState.ReadOnly, "it says so");

        OutOfSpaceException? full = null;
        for (int n = 0; n < 60 && full is null; n++)
        {
            full = await Record.ExceptionAsync(() => store.PutAsync($"n{n}", JournalTest.Json(9_000), DurabilityLevel.Durable).SoonAsync()) as OutOfSpaceException;
            Assert.Equal(StoreState.ReadOnly, store.Status.State);
        }

        Assert.NotNull(full);
        Assert.Equal(WriteStatus.Deleted, (await store.DeleteAsync("old", DurabilityLevel.Durable).SoonAsync()).Status);
        disk.ClearFaults();
        await JournalTest.UntilAsync(() => store.Status is { State: StoreState.Ready, PendingDocuments: 0 }, "it recovers by itself");
    }

    /// <summary>A spare was tried again and again: zeros up to the last byte, an unlink, and puts refused meanwhile.</summary>
    [Fact]
    public async Task NearlyFullDisk_NoRoomForASpare_IsNotFilledWithZerosToFindOut()
    {
        var disk = new SimulatedFileSystem();
        await JournalTest.Open(disk).DisposeAsync();
        foreach (string spare in disk.Names().Where(name => name.StartsWith("spare-", StringComparison.Ordinal)).Take(2))
        {
            disk.Disk.Remove(JournalTest.PathOf(spare));
        }

        Volume volume = disk.Snapshot();
        disk.Settings = volume.Settings with { CapacityBytes = (volume.UsedBlocks * FileContent.PageBytes) + (JournalTest.SegmentBytes / 2) };
        await using DocumentStore store = JournalTest.Open(disk);
        await store.DeleteAsync("a", DurabilityLevel.Durable).SoonAsync();

        Assert.DoesNotContain(disk.Log.Take(), call => call.Kind == CallKind.Create && JournalTest.IsInJournal(call) && call.Index > 0 && call.Error == Errno.ENOSPC);
        Assert.Equal(volume.UsedBlocks, disk.Snapshot().UsedBlocks);
    }
}
