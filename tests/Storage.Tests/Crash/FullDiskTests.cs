using DocService.Storage.Io;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Crash;

public sealed class FullDiskTests
{
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
