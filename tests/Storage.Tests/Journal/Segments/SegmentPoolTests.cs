using DocService.Storage.Io;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Journal.Segments;

/// <summary>How many spares there are: a journal's worth after a burst, the least number when a write has met a full disk.</summary>
public sealed class SegmentPoolTests
{
    private const int Min = 4; // a reserve of one, two for recovery, one to be begun
    private const int Max = 10; // eight of the journal, two for recovery

    private readonly SimulatedFileSystem _disk = new();

    [Fact]
    public void Recycle_ReleasedSegments_KeepsAsManyAsTheJournalMayHave()
    {
        using SegmentPool pool = Pool(Max);
        Segment[] segments = [.. Enumerable.Range(0, Max).Select(_ => pool.Segments.Begin(pool.TakeOrPrepare(0), 0, 1, 0, 0))];

        foreach (Segment segment in segments)
        {
            pool.Recycle(segment);
        }

        Assert.Equal((Max, 0), (pool.Count, _disk.Segments().Length));
    }

    [Fact]
    public void Recycle_MoreThanTheJournalMayHave_RemovesTheSegment()
    {
        using SegmentPool pool = Pool(Max);
        Segment one = pool.Segments.Begin(pool.TakeOrPrepare(0), 0, 1, 0, 0);
        pool.Add();

        pool.Recycle(one);

        Assert.Equal((Max, 0), (pool.Count, _disk.Segments().Length));
        Assert.Equal(Max, Spares());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // the disk does not answer: what cannot be removed is a spare of the next start
    public void DropSurplus_AfterABurst_LeavesTheLeastNumber(bool isFailing)
    {
        using SegmentPool pool = Pool(spares: 7);
        Assert.Equal(3 * JournalTest.SegmentBytes, pool.SurplusBytes);
        _ = isFailing ? _disk.FailCall(1, Errno.EIO, forever: true, where: call => call.Kind == CallKind.Unlink) : null;

        pool.DropSurplus();

        Assert.Equal((Min, 0), (pool.Count, pool.SurplusBytes));
        Assert.Equal(isFailing ? 7 : Min, Spares());
    }

    [Fact]
    public void TakeUp_MoreSparesThanAJournalOfTodayMayHave_RemovesTheRest()
    {
        Pool(spares: Max).Dispose();
        using SegmentPool pool = Pool(spares: 0, journal: 4);

        pool.TakeUp();

        Assert.Equal((6, 6), (pool.Count, Spares()));
    }

    /// <summary>Whatever ended in .tmp or began with spare- was removed.</summary>
    [Fact]
    public void TakeUp_NamesThatAreNotOurs_LeavesThemAlone()
    {
        using SegmentPool pool = Pool(spares: 0);
        string[] foreign = ["notes.tmp", "spare-", "spare-copy", "spare-007", "spare-1.tmp.bak", "spare-+2", "spare-99999999999999999999", "00000001.journal.tmp"];
        foreach (string name in foreign)
        {
            _disk.Disk.Write(JournalTest.PathOf(name), "mine"u8);
        }

        _disk.Disk.CreateDirectory(JournalTest.PathOf("spare-3"));
        _disk.Disk.CreateDirectory(JournalTest.PathOf("spare-4.tmp"));
        _disk.Disk.Write(JournalTest.PathOf("spare-5.tmp"), "unfinished"u8);
        _disk.Disk.Write(JournalTest.PathOf("spare-6"), "of another size"u8);

        pool.TakeUp();

        Assert.Equal([.. foreign.Append("spare-3/").Append("spare-4.tmp/").Order(StringComparer.Ordinal)], _disk.Names().Order(StringComparer.Ordinal));
        pool.Add();
        Assert.Contains("spare-7", _disk.Names());
    }

    /// <summary>The keeper's sync took the error, the journal's returned 0: a segment counted as durable whose name was perhaps not.</summary>
    [Fact]
    public async Task Begin_WhileAnotherSyncOfTheDirectoryFails_FailsToo()
    {
        using SegmentPool pool = Pool(spares: 6);
        Spare spare = pool.TryTake(SpareUse.Put)!;
        _ = _disk.FailCall(1, Errno.EIO, where: call => call.Kind == CallKind.SyncDirectory);
        using CallGate gate = _disk.BlockCall(call => call.Kind == CallKind.SyncDirectory);
        var keeper = Task.Run(pool.Add);
        await gate.Reached;

        Task<Segment> journal = Task.Run(() => pool.Segments.Begin(spare, 0, 1, 0, 0));
        await JournalTest.UntilAsync(() => journal.IsCompleted || _disk.Segments().Length == 1, "the segment has its name");
        gate.Release();

        await Assert.ThrowsAsync<FileSystemException>(() => keeper);
        await Assert.ThrowsAsync<FileSystemException>(() => journal);
    }

    [Fact]
    public async Task Burst_AfterAnother_FindsItsZerosWritten()
    {
        StoreOptions options = JournalTest.Sealing with { JournalBytes = 16 * JournalTest.SegmentBytes };
        await using DocumentStore store = JournalTest.Open(_disk, options);
        await BurstAsync(store, puts: 14);
        int before = _disk.Log.Count;

        // A smaller one: where in its segment a burst begins, and how many seals stand there, makes a segment more or less.
        await BurstAsync(store, puts: 10);

        Assert.Equal(0, _disk.Log.Take().Skip(before).Count(call => call.Kind == CallKind.Create && JournalTest.IsInJournal(call)));
    }

    /// <summary>Fills a segment with each two puts before any of it is filed, then waits until all are released and the spares stand by.</summary>
    private async Task BurstAsync(DocumentStore store, int puts)
    {
        using (CallGate filing = _disk.BlockCall(JournalTest.IsTempCreation))
        {
            for (int n = 0; n < puts; n++)
            {
                await store.PutAsync($"d{n}", JournalTest.Json(25_000), DurabilityLevel.Durable).SoonAsync();
            }

            await JournalTest.UntilAsync(() => Spares() >= 5, "all spares stand by again");
            filing.Release();
        }

        await JournalTest.UntilAsync(() => _disk.Segments().Length == 1, "all older segments are released");
    }

    private int Spares() => _disk.Names().Count(name => Spare.TryParseName(name, out bool isUnfinished) is not null && !isUnfinished);

    private SegmentPool Pool(int spares, int journal = 8)
    {
        using IDirectory root = _disk.TryOpenDirectory("/")!;
        root.TryCreateDirectory("data");
        using IDirectory data = root.TryOpenDirectory("data")!;
        data.TryCreateDirectory("journal");
        var pool = new SegmentPool(data.TryOpenDirectory("journal")!, Guid.NewGuid(), new SegmentSizes(JournalTest.SegmentBytes, Reserve: 1, journal), new SystemThreads(TimeProvider.System));
        while (pool.Count < spares)
        {
            pool.Add();
        }

        return pool;
    }
}
