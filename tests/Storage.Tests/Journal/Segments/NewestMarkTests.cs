using DocService.Storage.Io;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Journal.Segments;

public sealed class NewestMarkTests
{
    /// <summary>Nothing else tells that there was a newest segment: without it a start served what was older, and never said a word.</summary>
    [Fact]
    public async Task Open_NewestSegmentGone_IsDamageAndSalvageTakesTheRest()
    {
        SimulatedFileSystem disk = await DiskWithTwoSegmentsAsync();
        disk.Disk.Remove(JournalTest.PathOf(disk.Segments()[^1]));
        await using (DocumentStore damaged = JournalTest.Open(disk))
        {
            Assert.Equal(StoreState.Damaged, damaged.Status.State);
            Assert.Contains("00000002.journal (missing)", damaged.Status.Reason!, StringComparison.Ordinal);
        }

        Assert.True(StoreSalvage.Run(disk, JournalTest.Options, TimeProvider.System).WasDamaged);
        await using DocumentStore store = JournalTest.Open(disk);
        Assert.Equal(StoreState.Ready, store.Status.State);
        Assert.Equal("1", await store.ReadAsync("a"));
        Assert.Null(await store.ReadAsync("late"));
        Assert.DoesNotContain("00000002.journal", disk.Segments()); // its number is not given out again
    }

    [Fact]
    public async Task Open_NewestSegmentThere_IsReadyAndTheMarkFollows()
    {
        SimulatedFileSystem disk = await DiskWithTwoSegmentsAsync();

        await using DocumentStore store = JournalTest.Open(disk);

        Assert.Equal(StoreState.Ready, store.Status.State);
        string last = disk.Segments()[^1];
        Assert.Equal([$"newest-{System.IO.Path.GetFileNameWithoutExtension(last)}"], Marks(disk));
    }

    [Fact]
    public async Task Open_MarkLagsOrIsGone_IsReady()
    {
        SimulatedFileSystem disk = await DiskWithTwoSegmentsAsync();
        disk.Disk.Remove(JournalTest.PathOf(Assert.Single(Marks(disk))));
        disk.Disk.Write(JournalTest.PathOf("newest-00000001"), []);
        await JournalTest.Open(disk).DisposeAsync();
        disk.Disk.Remove(JournalTest.PathOf(Assert.Single(Marks(disk))));

        await using DocumentStore store = JournalTest.Open(disk);

        Assert.Equal(StoreState.Ready, store.Status.State);
        _ = Assert.Single(Marks(disk));
    }

    /// <summary>No inode for it: the segment is there all the same.</summary>
    [Fact]
    public async Task Begin_TheMarkCannotBeMoved_GoesOn()
    {
        var disk = new SimulatedFileSystem();
        _ = disk.FailCall(1, Errno.ENOSPC, forever: true, where: call => call.Path.Contains("newest-", StringComparison.Ordinal));
        await using (DocumentStore store = JournalTest.Open(disk))
        {
            await store.PutAsync("a", "1", DurabilityLevel.Durable);
        }

        Assert.Empty(Marks(disk));
        await using DocumentStore again = JournalTest.Open(disk);
        Assert.Equal("1", await again.ReadAsync("a"));
    }

    private static string[] Marks(SimulatedFileSystem disk) =>
        [.. disk.Names().Where(name => name.StartsWith("newest-", StringComparison.Ordinal))];

    /// <summary>Killed with an acknowledged commit in each of two segments.</summary>
    private static async Task<SimulatedFileSystem> DiskWithTwoSegmentsAsync()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk);
        _ = disk.FailCall(1, Errno.ENOSPC, forever: true, where: JournalTest.IsTempCreation); // nothing of it is carried forward into the second
        await store.PutAsync("a", "1", DurabilityLevel.Durable);
        await store.PutAsync("b", JournalTest.Json(30_000), DurabilityLevel.Durable);
        await store.PutAsync("b", JournalTest.Json(30_000), DurabilityLevel.Durable);
        await store.PutAsync("late", "1", DurabilityLevel.Durable);
        Assert.Equal(2, disk.Segments().Length);
        SimulatedFileSystem killed = disk.Kill();
        disk.ClearFaults();
        await store.DisposeAsync();
        return killed;
    }
}
