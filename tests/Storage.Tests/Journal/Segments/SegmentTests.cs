using System.Collections.Concurrent;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Reading;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Journal.Segments;

/// <summary>Segments roll, are released and recycled, and never too early.</summary>
public sealed class SegmentTests
{
    [Fact]
    public async Task Put_ManyMoreThanTheJournalHolds_AllAreKeptAndTheJournalStaysSmall()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk, JournalTest.Sealing);
        for (int n = 0; n < 60; n++)
        {
            await store.PutAsync($"d{n}", JournalTest.Json(20_000, (char)('a' + (n % 26))), DurabilityLevel.Durable).SoonAsync();
        }

        Assert.InRange(disk.Names().Length, 2, 8);
        await store.DisposeAsync();
        await using DocumentStore reopened = JournalTest.Open(disk);
        for (int n = 0; n < 60; n++)
        {
            Assert.Equal(JournalTest.Json(20_000, (char)('a' + (n % 26))), await reopened.ReadAsync($"d{n}"));
        }
    }

    [Fact]
    public async Task Segment_LeavesItsName_OnlyWhenASurvivingOneSaysDurablyThatAllOfItIsFiled()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk, JournalTest.Sealing);
        Guid storeId = store.Status.StoreId;
        var problems = new ConcurrentQueue<string>();
        int released = 0;
        disk.BeforeCall = call =>
        {
            if (call.Kind is CallKind.Rename or CallKind.Unlink && JournalTest.IsInJournal(call) && call.Name.EndsWith(".journal", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref released);
                CheckRelease(disk.CrashNow().Nothing().Open(), storeId, call.Name, problems);
            }
        };

        for (int n = 0; n < 40; n++)
        {
            await store.PutAsync($"d{n % 7}", JournalTest.Json(20_000), DurabilityLevel.Durable).SoonAsync();
        }

        await JournalTest.UntilAsync(() => Volatile.Read(ref released) >= 5, "segments are released");
        await store.DisposeAsync();
        disk.BeforeCall = null;
        Assert.Empty(problems);
    }

    [Fact]
    public async Task Group_LargerThanASegment_IsWrittenInSeveral()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk);
        CallGate gate = disk.BlockCall(JournalTest.IsGroupSync);
        Task<WriteResult> first = store.PutAsync("first", "1", DurabilityLevel.Durable);
        await gate.Reached.SoonAsync();
        Task<WriteResult>[] queued = [.. Enumerable.Range(0, 12).Select(n => store.PutAsync($"d{n}", JournalTest.Json(9_000), DurabilityLevel.Durable))];
        await JournalTest.UntilAsync(() => store.Status.QueuedCommits == 12, "all are queued");
        gate.Release();
        await Task.WhenAll(queued).SoonAsync();
        await first;

        SimulatedFileSystem killed = disk.Kill();
        await store.DisposeAsync();
        Assert.DoesNotContain(disk.Log.Take(), call => call.Kind == CallKind.Write && JournalTest.IsInJournal(call) && call.Offset + call.Length > JournalTest.SegmentBytes);
        await using DocumentStore reopened = JournalTest.Open(killed);
        for (int n = 0; n < 12; n++)
        {
            Assert.Equal(JournalTest.Json(9_000), await reopened.ReadAsync($"d{n}"));
        }
    }

    [Fact]
    public async Task Seal_DocumentsFiledOneByOne_IsNotWrittenForEach()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        for (int n = 0; n < 8; n++)
        {
            await store.PutAsync($"d{n}", "1", DurabilityLevel.Filed).SoonAsync();
        }

        Assert.Equal(8, disk.Log.Take().Count(JournalTest.IsGroupSync));
    }

    [Fact]
    public async Task Seal_OlderSegmentIsFiled_IsWrittenAtOnceSoThatItsRoomComesFree()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk); // which seals after 10 s of quiet
        CallGate filing = disk.BlockCall(JournalTest.IsTempCreation);
        for (int n = 0; n < 3; n++)
        {
            await store.PutAsync($"d{n}", JournalTest.Json(25_000), DurabilityLevel.Durable).SoonAsync();
        }

        Assert.Equal(2, disk.Segments().Length);
        long started = TimeProvider.System.GetTimestamp();
        filing.Release();
        await JournalTest.UntilAsync(() => disk.Segments().Length == 1, "the older segment is released");
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task Write_NeverTouchesASyncedBlockAgain()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk, JournalTest.Sealing);
        for (int n = 0; n < 50; n++)
        {
            await store.PutAsync($"d{n % 5}", JournalTest.Json(10 + (n * 137 % 9000)), n % 2 == 0 ? DurabilityLevel.Durable : DurabilityLevel.Filed).SoonAsync();
        }

        await store.DisposeAsync();

        // A handle keeps the path it was opened with, which names the file; a header at offset 0 begins a new life.
        var ends = new Dictionary<string, long>();
        foreach (SimulatedCall call in disk.Log.Take().Where(call => call.Kind == CallKind.Write && JournalTest.IsInJournal(call)))
        {
            if (call.Offset == 0)
            {
                ends[call.Path] = JournalTest.Block;
                continue;
            }

            Assert.Equal(0, call.Offset % JournalTest.Block);
            Assert.Equal(0, call.Length % JournalTest.Block);
            Assert.True(call.Offset >= ends.GetValueOrDefault(call.Path, JournalTest.Block), $"{call} writes below {ends[call.Path]}");
            ends[call.Path] = call.Offset + call.Length;
        }
    }

    [Fact]
    public async Task Open_CrashLoopWithoutFilingAnything_DoesNotAccumulateSegments()
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(id => new SegmentForge(id, 1).Put(1, "a", 0).Put(2, "b", 0));
        int files = 0;
        for (int opening = 0; opening < 12; opening++)
        {
            // Killed the moment it is open: neither the filer nor the keeper has done anything by then.
            using CallGate filing = disk.BlockCall(JournalTest.IsTempCreation);
            using var keeper = new KeeperGate(disk);
            DocumentStore store = JournalTest.Open(disk);
            SimulatedFileSystem killed = disk.Kill();
            Assert.Equal("{\"v\":1}", await store.ReadAsync("a"));
            filing.Release();
            keeper.Dispose();
            await store.DisposeAsync();
            disk = killed;
            files = Math.Max(files, disk.Segments().Length);
        }

        Assert.InRange(files, 1, 4);
    }

    [Fact]
    public async Task Open_CutAtEveryCallOfRecovery_KeepsEverythingAndFewSegments()
    {
        SimulatedFileSystem template = await JournalTest.DiskWithAsync(
            id => new SegmentForge(id, 1).Put(1, "a", 0).Put(2, "b", 1),
            id => new SegmentForge(id, 2, startsAfter: 2).Put(3, "c", 2).Put(4, "d", 2));
        for (int call = 1; ; call++)
        {
            SimulatedFileSystem disk = SimulatedFileSystem.From(template.Snapshot());
            Fault fault = disk.FailCall(call, Errno.EIO, FaultKind.AfterEffect, forever: true, one => JournalTest.IsInJournal(one) && one.Changes);
            SimulatedFileSystem? cut = null;
            disk.BeforeCall = one => cut ??= fault.Fired ? disk.Kill() : null;
            await TryOpenAsync(disk);
            SimulatedFileSystem again = cut ?? disk.Kill();
            for (int opening = 0; opening < 2; opening++)
            {
                DocumentStore store = JournalTest.Open(again);
                foreach ((string id, int version) in new[] { ("a", 1), ("b", 2), ("c", 3), ("d", 4) })
                {
                    Assert.Equal($"{{\"v\":{version}}}", await store.ReadAsync(id));
                }

                await store.DisposeAsync();
            }

            Assert.InRange(again.Segments().Length, 1, 4);
            if (!fault.Fired)
            {
                break;
            }
        }
    }

    [Fact]
    public async Task Open_LimitsLoweredOverExistingData_OpensAndReads()
    {
        var disk = new SimulatedFileSystem();
        StoreOptions large = JournalTest.Options with { SegmentBytes = 512 * 1024, JournalBytes = 4 * 512 * 1024, ReserveBytes = 1024 * 1024, CommitBytesMax = 256 * 1024 };
        CallGate filing = disk.BlockCall(JournalTest.IsTempCreation);
        DocumentStore store = JournalTest.Open(disk, large);
        WriteResult last = await store.PutAsync("big", JournalTest.Json(200_000), DurabilityLevel.Durable).SoonAsync();
        SimulatedFileSystem killed = disk.Kill();
        filing.Release();
        await store.DisposeAsync();

        await using DocumentStore reopened = JournalTest.Open(killed);
        Assert.Equal(JournalTest.Json(200_000), await reopened.ReadAsync("big"));
        WriteResult next = await reopened.PutAsync("d", "1", DurabilityLevel.Filed).SoonAsync();

        // As many as the old segments could hold may have been handed out and lost.
        Assert.True(next.Sequence > last.Sequence + (large.SegmentBytes / RecordHeader.Bytes));
    }

    private static async Task TryOpenAsync(SimulatedFileSystem disk)
    {
        try
        {
            DocumentStore store = JournalTest.Open(disk);
            await store.DisposeAsync();
        }
        catch (StoreException)
        {
            // Cut off; what matters is what is left.
        }
    }

    private static void CheckRelease(SimulatedFileSystem durable, Guid storeId, string leaving, ConcurrentQueue<string> problems)
    {
        using IDirectory directory = durable.TryOpenDirectory(JournalTest.Folder)!;
        long last = 0;
        long filed = 0;
        byte[] buffer = [];
        foreach (string name in durable.Segments())
        {
            using IFile file = directory.TryOpen(name, FileAccess.Read)!;
            JournalScan scan = JournalScan.Read(file, name, new Lineage(storeId), isWhole: false, ref buffer);
            if (name == leaving)
            {
                last = scan.Records.Where(record => record.Type == RecordType.Commit).Select(record => record.Sequence).DefaultIfEmpty(0).Max();
            }
            else
            {
                filed = Math.Max(filed, Math.Max(scan.FiledThrough, scan.Header?.FiledThrough ?? 0));
            }
        }

        if (last > filed)
        {
            problems.Enqueue($"{leaving} left with commits up to {last}; durably filed elsewhere is only {filed}");
        }
    }

    /// <summary>Holds the first release of a segment.</summary>
    private sealed class KeeperGate(SimulatedFileSystem disk) : IDisposable
    {
        private readonly CallGate _gate = disk.BlockCall(call =>
            call.Kind is CallKind.Rename or CallKind.Unlink && call.Name.EndsWith(".journal", StringComparison.Ordinal)
            && Thread.CurrentThread.Name == "docservice-segments");

        public void Dispose() => _gate.Dispose();
    }
}
