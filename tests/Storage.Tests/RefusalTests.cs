using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests;

/// <summary>What a write will be refused for can be asked before its body is there.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task ThrowIfRefusing_AStoreThatTakesWrites_Returns()
    {
        await using DocumentStore store = JournalTest.Open(new SimulatedFileSystem());
        store.ThrowIfRefusing(0);
        store.ThrowIfRefusing(long.MaxValue);
    }

    [Fact]
    public async Task ThrowIfRefusing_Fenced_Throws()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        _ = disk.FailCall(1, Errno.EIO, where: JournalTest.IsGroupSync);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => store.PutAsync("a", "1", DurabilityLevel.Durable).SoonAsync());

        Assert.Throws<StoreFencedException>(() => store.ThrowIfRefusing(1));
        Assert.Throws<StoreFencedException>(() => store.ThrowIfRefusing(0));
    }

    [Fact]
    public async Task ThrowIfRefusing_Closed_Throws()
    {
        DocumentStore store = JournalTest.Open(new SimulatedFileSystem());
        await store.DisposeAsync();

        Assert.Throws<StoreClosedException>(() => store.ThrowIfRefusing(1));
    }

    [Fact]
    public async Task ThrowIfRefusing_OutOfSpace_ThrowsUntilThereIsRoomAndNotForWhatNeedsNone()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        Volume volume = disk.Snapshot();
        disk.Settings = volume.Settings with { CapacityBytes = volume.UsedBlocks * FileContent.PageBytes };
        await JournalTest.UntilAsync(() => Refuses(() => store.PutAsync("a", "1", DurabilityLevel.Durable).SoonAsync().GetAwaiter().GetResult()), "the disk counts as full");

        Assert.Throws<OutOfSpaceException>(() => store.ThrowIfRefusing(1));
        store.ThrowIfRefusing(0);
        disk.Settings = new VolumeSettings();
        await JournalTest.UntilAsync(() => !Refuses(() => store.ThrowIfRefusing(1)), "there is room again");
    }

    private static bool Refuses(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (OutOfSpaceException)
        {
            return true;
        }
    }
}
