using DocService.Storage.Io;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Journal.Segments;

/// <summary>How many spares there are: those that have to be, and on a roomy disk those that a burst left.</summary>
public sealed class SegmentPoolTests
{
    private const int Kept = 6;

    [Theory]
    [InlineData(1L << 40, false, Kept)]
    [InlineData(1L << 40, true, 4)] // a quota, say, of which the free bytes tell nothing
    [InlineData(4L << 20, false, 4)] // room for 64 segments
    public void Trim_MoreThanWanted_OnlyWhereTheirRoomIsOfUse(long capacityBytes, bool isFull, int expected)
    {
        var disk = new SimulatedFileSystem(new VolumeSettings { CapacityBytes = capacityBytes });
        using SegmentPool pool = Pool(disk);

        pool.Trim(isFull);

        Assert.Equal((4, expected), (pool.Wanted, pool.Count));
        Assert.Equal(expected, disk.Names().Count(name => name.StartsWith("spare-", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(CallKind.GetVolumeInfo, Kept)]
    [InlineData(CallKind.Unlink, 4)]
    public void Trim_DiskDoesNotAnswer_StopsNothing(object kind, int expected)
    {
        var disk = new SimulatedFileSystem();
        using SegmentPool pool = Pool(disk);
        disk.FailCall(1, Errno.EIO, forever: true, where: call => call.Kind == (CallKind)kind);

        pool.Trim(isFull: (CallKind)kind == CallKind.Unlink);

        Assert.Equal(expected, pool.Count);
    }

    [Fact]
    public async Task Burst_AfterAnother_FindsItsZerosWritten()
    {
        var disk = new SimulatedFileSystem();
        StoreOptions options = JournalTest.Sealing with { JournalBytes = 16 * JournalTest.SegmentBytes };
        await using DocumentStore store = JournalTest.Open(disk, options);
        await BurstAsync(disk, store, puts: 14);
        int before = disk.Log.Count;

        // A smaller one: where in its segment a burst begins, and how many seals stand there, makes a segment more or less.
        await BurstAsync(disk, store, puts: 10);

        Assert.Equal(0, disk.Log.Take().Skip(before).Count(call => call.Kind == CallKind.Create && JournalTest.IsInJournal(call)));
    }

    /// <summary>Fills a segment with each two puts before any of it is filed, then waits until all are released and the spares stand by.</summary>
    private static async Task BurstAsync(SimulatedFileSystem disk, DocumentStore store, int puts)
    {
        using (CallGate filing = disk.BlockCall(JournalTest.IsTempCreation))
        {
            for (int n = 0; n < puts; n++)
            {
                await store.PutAsync($"d{n}", JournalTest.Json(25_000), DurabilityLevel.Durable).SoonAsync();
            }

            await JournalTest.UntilAsync(() => disk.Names().Count(name => name.StartsWith("spare-", StringComparison.Ordinal) && !name.EndsWith(".tmp", StringComparison.Ordinal)) >= 5, "all spares stand by again");
            filing.Release();
        }

        await JournalTest.UntilAsync(() => disk.Segments().Length == 1, "all older segments are released");
    }

    private static SegmentPool Pool(SimulatedFileSystem disk)
    {
        using IDirectory root = disk.TryOpenDirectory("/")!;
        root.TryCreateDirectory("data");
        using IDirectory data = root.TryOpenDirectory("data")!;
        data.TryCreateDirectory("journal");
        var pool = new SegmentPool(data.TryOpenDirectory("journal")!, Guid.NewGuid(), JournalTest.SegmentBytes, reserve: 1, TimeProvider.System);
        while (pool.Count < Kept)
        {
            pool.Add();
        }

        return pool;
    }
}
