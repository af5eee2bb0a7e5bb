using DocService.Storage.Engine;
using DocService.Storage.Io;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Crash;

public sealed class FullDiskTests
{
    private const string Spare = $"{Scene.Data}/SEQUENCE.next";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FullDisk_OpenReadAndDelete_WorkAndPutsFollowWhenThereIsRoom(bool isOutOfInodes)
    {
        SimulatedFileSystem disk = await Scene.PreparedAsync();
        Fill(disk, isOutOfInodes);
        await using (DocumentStore store = Scene.Open(disk))
        {
            var w = new Workload(disk, store);
            Assert.IsType<OutOfSpaceException>(await w.PutAsync(Scene.New, Workload.LargeBytes));
            Assert.Equal(StoreState.ReadOnly, store.Status.State);
            Assert.Null(await w.DeleteAsync(Scene.Old));
            await w.ReadAllAsync();
            disk.Settings = new VolumeSettings();
            Assert.Null(await w.PutAsync(Scene.New));
            Assert.Equal(StoreState.Ready, store.Status.State);
        }

        Assert.Null(new Ledger(disk.Log.Marks()).Violation);
        Assert.Null(await Oracle.ExamineAsync(disk.CrashNow().Nothing()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lease_OnAFullDisk_IsExtendedAgainAndAgain(bool isOutOfInodes)
    {
        SimulatedFileSystem disk = await Scene.PreparedAsync();
        using IDirectory data = disk.Open(Scene.Data);
        Fill(disk, isOutOfInodes);
        var health = new StoreHealth(NullLogger.Instance);
        SequenceLease lease = SequenceLease.Open(data);
        for (int extension = 0; extension < 4; extension++)
        {
            long before = lease.Ceiling;
            lease.Extend(health);
            Assert.Equal(before + SequenceLease.Step, lease.Ceiling);
            Assert.Equal(lease.Ceiling, SequenceLease.Open(disk.CrashNow().Nothing().Open().Open(Scene.Data)).Ceiling);
        }

        Assert.Equal(StoreState.Ready, health.State);
    }

    /// <summary>A name without a block was taken for a spare, and the next full disk refused deletes.</summary>
    [Fact]
    public async Task Lease_SpareLeftEmptyByAFullDisk_IsMadeGoodByTheNextOpen()
    {
        SimulatedFileSystem disk = await Scene.PreparedAsync();
        disk.Disk.Remove(Spare);
        Fill(disk, isOutOfInodes: false);
        using IDirectory data = disk.Open(Scene.Data);
        _ = SequenceLease.Open(data);

        disk.Settings = new VolumeSettings();
        SequenceLease lease = SequenceLease.Open(data);
        Fill(disk, isOutOfInodes: false);
        lease.Extend(new StoreHealth(NullLogger.Instance));
    }

    [Fact]
    public async Task Lease_SpareLeftEmptyByAPowerCut_IsMadeGoodByTheNextOpen()
    {
        SimulatedFileSystem disk = await Scene.PreparedAsync();
        disk.Disk.Write(Spare, []);
        using IDirectory data = disk.Open(Scene.Data);
        SequenceLease lease = SequenceLease.Open(data);
        Fill(disk, isOutOfInodes: false);
        lease.Extend(new StoreHealth(NullLogger.Instance));
    }

    /// <summary>Running out of descriptors while the next lease was written fenced the store until a restart.</summary>
    [Fact]
    public async Task Lease_OutOfDescriptors_RefusesOneWriteAndNoMore()
    {
        SimulatedFileSystem disk = await Scene.PreparedAsync();
        await using DocumentStore store = Scene.Open(disk);
        Fault fault = disk.FailCall(1, Errno.EMFILE, where: call => call is { Kind: CallKind.Open, Path: Spare });

        await Assert.ThrowsAsync<StoreBusyException>(() => store.PutAsync(Scene.Old, "1"));

        Assert.True(fault.Fired);
        Assert.Equal(StoreState.Ready, store.Status.State);
        Assert.Equal(WriteStatus.Replaced, (await store.PutAsync(Scene.Old, "1")).Status);
    }

    /// <summary>The state is asked for most when the disk is dying; an internal exception left instead.</summary>
    [Fact]
    public async Task Status_WhenTheVolumeCannotBeAsked_StillTellsTheState()
    {
        SimulatedFileSystem disk = await Scene.PreparedAsync();
        await using DocumentStore store = Scene.Open(disk);
        long freeBytes = store.Status.FreeBytes;
        _ = disk.FailCall(1, Errno.EIO, forever: true);

        Assert.Equal((StoreState.Ready, freeBytes), (store.Status.State, store.Status.FreeBytes));
    }

    private static void Fill(SimulatedFileSystem disk, bool isOutOfInodes)
    {
        Volume volume = disk.Snapshot();
        disk.Settings = isOutOfInodes
            ? volume.Settings with { CapacityInodes = volume.UsedInodes }
            : volume.Settings with { CapacityBytes = volume.UsedBlocks * FileContent.PageBytes };
    }
}
