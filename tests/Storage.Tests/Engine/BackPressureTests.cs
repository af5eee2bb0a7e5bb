using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine;

/// <summary>A journal at its limit slows writers down, refuses them after a time, and loses nothing.</summary>
public sealed class BackPressureTests
{
    /// <summary>
    /// Bodies of 14,000 bytes do not fill a segment exactly. So the journal's thread meets the limit, not admission: it told
    /// 507 and a read-only state on a disk with a terabyte free.
    /// </summary>
    [Theory]
    [InlineData(9_000)]
    [InlineData(14_000)]
    public async Task Put_JournalAtItsLimit_IsRefusedAfterTheTimeoutAndNothingIsLost(int bytes)
    {
        var disk = new SimulatedFileSystem();
        var timeout = TimeSpan.FromSeconds(2);
        DocumentStore store = JournalTest.Open(disk, JournalTest.Sealing with { BusyTimeout = timeout });
        _ = disk.FailCall(1, Errno.EMFILE, forever: true, where: JournalTest.IsTempCreation);
        var acknowledged = new List<string>();
        long started = 0;
        StoreBusyException? busy = null;
        for (int n = 0; n < 100 && busy is null; n++)
        {
            started = TimeProvider.System.GetTimestamp();
            try
            {
                await store.PutAsync($"d{n}", JournalTest.Json(bytes), DurabilityLevel.Durable).SoonAsync();
                acknowledged.Add($"d{n}");
            }
            catch (StoreBusyException exception)
            {
                busy = exception;
            }
        }

        Assert.NotNull(busy);
        Assert.True(TimeProvider.System.GetElapsedTime(started) >= timeout * 0.9);
        Assert.True(acknowledged.Count >= 6, $"{acknowledged.Count} fitted");
        Assert.Equal(StoreState.Ready, store.Status.State);
        Assert.NotNull(store.Status.FilingObstacle);
        await Assert.ThrowsAsync<StoreBusyException>(() => store.PutAsync("next", JournalTest.Json(bytes), DurabilityLevel.Durable).SoonAsync());
        Assert.Equal(StoreState.Ready, store.Status.State);
        SimulatedFileSystem killed = disk.Kill();
        disk.ClearFaults();

        // There is room again without anybody's help, also when no commit comes to tell the journal so.
        await JournalTest.UntilAsync(() => store.Status.PendingDocuments == 0, "all is filed");
        await store.PutAsync("last", "1", DurabilityLevel.Durable).SoonAsync();
        await AssertAllAsync(store, acknowledged, bytes);
        await store.DisposeAsync();
        await using DocumentStore reopened = JournalTest.Open(killed);
        await AssertAllAsync(reopened, acknowledged, bytes);
    }

    /// <summary>Each group of the queue waited for the whole time anew: the last of forty writers was told after ten times that.</summary>
    [Fact]
    public async Task Put_ManyGroupsQueuedWhileThereIsNoRoom_EachIsToldWithinTheTimeout()
    {
        var disk = new SimulatedFileSystem();
        var timeout = TimeSpan.FromSeconds(1);
        await using DocumentStore store = JournalTest.Open(disk, JournalTest.Options with { BusyTimeout = timeout });
        _ = disk.FailCall(1, Errno.EMFILE, forever: true, where: JournalTest.IsTempCreation);

        (TimeSpan Time, Exception? Failure)[] told = await Task.WhenAll(Enumerable.Range(0, 40).Select(async n =>
        {
            long started = TimeProvider.System.GetTimestamp();
            Exception? failure = await Record.ExceptionAsync(() => store.PutAsync($"d{n}", JournalTest.Json(14_000), DurabilityLevel.Durable).SoonAsync());
            return (TimeProvider.System.GetElapsedTime(started), (Exception?)failure);
        }));

        Assert.True(told.Count(one => one.Failure is not null) > 20, "there was room for all");
        Assert.All(told, one => Assert.True(one.Failure is null or StoreBusyException, $"{one.Failure}"));
        Assert.All(told, one => Assert.InRange(one.Time, TimeSpan.Zero, 5 * timeout));
        Assert.Equal(StoreState.Ready, store.Status.State);
        disk.ClearFaults();
        await JournalTest.UntilAsync(() => store.Status.PendingDocuments == 0, "all is filed");
        await store.PutAsync("last", "1", DurabilityLevel.Durable).SoonAsync();
    }

    /// <summary>A quota does not show in the free bytes: the state changed twice with each request, and each change was logged.</summary>
    [Fact]
    public async Task Put_QuotaReachedAtANewSpare_IsOneStateAndOneLineInTheLog()
    {
        var disk = new SimulatedFileSystem();
        using var log = new LogLines();
        StoreOptions options = JournalTest.Sealing with { JournalBytes = 16 * JournalTest.SegmentBytes };
        await using DocumentStore store = DocumentStore.Open(disk, options, TimeProvider.System, log);
        _ = disk.FailCall(1, Errno.EDQUOT, forever: true, where: call => call.Kind == CallKind.Create && JournalTest.IsInJournal(call));
        using CallGate filing = disk.BlockCall(JournalTest.IsTempCreation);
        int refused = 0;
        for (int n = 0; refused < 30; n++)
        {
            // A small one still fits the segment under way.
            Exception? failure = await Record.ExceptionAsync(() => store.PutAsync($"d{n}", refused % 10 == 5 ? "1" : JournalTest.Json(25_000), DurabilityLevel.Durable).SoonAsync());
            Assert.True(failure is null or OutOfSpaceException, $"{failure}");
            refused += failure is null && refused == 0 ? 0 : 1;
            Assert.Equal(refused == 0 ? StoreState.Ready : StoreState.ReadOnly, store.Status.State);
        }

        Assert.Equal((1, 0), (log.Count("Out of space"), log.Count("There is room again")));
        disk.ClearFaults();
        filing.Release();
        await JournalTest.UntilAsync(() => store.Status is { State: StoreState.Ready, PendingDocuments: 0 }, "it recovers by itself");
        Assert.Equal((1, 1), (log.Count("Out of space"), log.Count("There is room again")));
        await store.PutAsync("last", JournalTest.Json(25_000), DurabilityLevel.Durable).SoonAsync();
    }

    /// <summary>What a burst has left of spares is the journal's as long as nobody else needs it.</summary>
    [Fact]
    public async Task Put_DiskFullButForTheSparesOfABurst_GetsTheirRoom()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk, JournalTest.Sealing with { JournalBytes = 64 * JournalTest.SegmentBytes });
        CallGate filing = disk.BlockCall(JournalTest.IsTempCreation);
        for (int n = 0; n < 100; n++) // two to a segment
        {
            await store.PutAsync("hot", JournalTest.Json(25_000), DurabilityLevel.Durable).SoonAsync();
        }

        filing.Release();
        await JournalTest.UntilAsync(() => disk.Segments().Length == 1, "all is released");
        int spares = disk.Names().Length;
        Assert.True(spares > 40, $"{spares} are left of the burst");
        Volume volume = disk.Snapshot();
        disk.Settings = volume.Settings with { CapacityBytes = (volume.UsedBlocks + 4) * FileContent.PageBytes };

        await store.PutAsync("more", JournalTest.Json(25_000), DurabilityLevel.Durable).SoonAsync();

        await JournalTest.UntilAsync(() => store.Status is { PendingDocuments: 0, State: StoreState.Ready }, "it is filed");
        Assert.Equal(JournalTest.Json(25_000), await store.ReadAsync("more"));
        Assert.InRange(disk.Names().Length, 1, 10);
    }

    /// <summary>After a kill with a full journal every write was refused until the first segment was filed: 503 after ten seconds on a busy machine.</summary>
    [Fact]
    public async Task Put_AfterACrashWithAFullJournal_FindsRoomOnceAtOnce()
    {
        StoreOptions options = JournalTest.Options with { BusyTimeout = TimeSpan.FromSeconds(1) };
        var disk = new SimulatedFileSystem();
        var acknowledged = new List<string>();
        int[] fitted = new int[4];
        for (int life = 0; life < fitted.Length; life++)
        {
            _ = disk.FailCall(1, Errno.EMFILE, forever: true, where: JournalTest.IsTempCreation);
            DocumentStore store = JournalTest.Open(disk, options);
            while (true)
            {
                string id = $"d{life}-{fitted[life]}";
                Exception? failure = await Record.ExceptionAsync(() => store.PutAsync(id, JournalTest.Json(9_000), DurabilityLevel.Durable).SoonAsync());
                if (failure is not null)
                {
                    Assert.IsType<StoreBusyException>(failure);
                    break;
                }

                fitted[life]++;
                acknowledged.Add(id);
            }

            SimulatedFileSystem killed = disk.Kill();
            await store.DisposeAsync();
            disk = killed;
        }

        Assert.InRange(fitted[0], 6, 14);
        Assert.InRange(fitted[1], 1, 7);
        Assert.Equal(0, fitted[3]); // not a segment more for each life
        disk.ClearFaults();
        await using DocumentStore last = JournalTest.Open(disk, options);
        await JournalTest.UntilAsync(() => last.Status.PendingDocuments == 0, "all is filed");
        await AssertAllAsync(last, acknowledged);
    }

    [Fact]
    public async Task Put_ManyWritersAtTheLimit_AllGetThrough()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk, JournalTest.Sealing with { BusyTimeout = TimeSpan.FromMinutes(2) });
        Task[] writers = [.. Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            for (int n = 0; n < 8; n++)
            {
                await store.PutAsync($"w{writer}-{n}", JournalTest.Json(9_000), DurabilityLevel.Durable).SoonAsync();
            }
        }))];
        await Task.WhenAll(writers);
        await AssertAllAsync(store, [.. Enumerable.Range(0, 16).SelectMany(writer => Enumerable.Range(0, 8).Select(n => $"w{writer}-{n}"))]);
        await JournalTest.UntilAsync(() => disk.Names().Length <= 8, "what is filed is released");
    }

    [Fact]
    public async Task Put_DocumentsAtTheirLimit_IsRefusedAfterTheTimeout()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk, JournalTest.Sealing with { BusyTimeout = TimeSpan.FromSeconds(2), PendingDocumentsMax = 3 });
        _ = disk.FailCall(1, Errno.EMFILE, forever: true, where: JournalTest.IsTempCreation);
        for (int n = 0; n < 3; n++)
        {
            await store.PutAsync($"d{n}", "1", DurabilityLevel.Durable).SoonAsync();
        }

        await Assert.ThrowsAsync<StoreBusyException>(() => store.PutAsync("one too many", "1", DurabilityLevel.Durable).SoonAsync());
        disk.ClearFaults();
        await JournalTest.UntilAsync(() => store.Status.PendingDocuments == 0, "all is filed");
        await store.PutAsync("now", "1", DurabilityLevel.Durable).SoonAsync();
    }

    [Fact]
    public async Task Delete_DiskFullAndReserveUsedUp_IsRefusedButNotFenced()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk, JournalTest.Sealing with { BusyTimeout = TimeSpan.FromSeconds(2) });
        for (int n = 0; n < 120; n++)
        {
            await store.PutAsync($"d{n}", "1", DurabilityLevel.Filed).SoonAsync();
        }

        // No room for anything new; a put at the head of the queue keeps filedThrough where it is.
        _ = disk.FailCall(1, Errno.ENOSPC, forever: true, where: call => call.Kind == CallKind.Create);
        await store.PutAsync("stuck", "1", DurabilityLevel.Durable).SoonAsync();
        int deleted = 0;
        OutOfSpaceException? full = null;
        for (int n = 0; n < 120 && full is null; n++)
        {
            try
            {
                await store.DeleteAsync($"d{n}", DurabilityLevel.Durable).SoonAsync();
                deleted++;
            }
            catch (OutOfSpaceException exception)
            {
                full = exception;
            }
        }

        Assert.NotNull(full);
        Assert.True(deleted > 15, $"the reserve took {deleted} deletes");
        await JournalTest.UntilAsync(() => store.Status.State != StoreState.Ready, "it says so");
        await JournalTest.UntilAsync(() => disk.Log.Take().Count(call => call.Kind == CallKind.Create && JournalTest.IsInJournal(call) && call.Error == Errno.ENOSPC) > 1, "seals have been due");
        Assert.True(store.Status.State == StoreState.ReadOnly, $"{store.Status.Reason}");
        disk.ClearFaults();
        await JournalTest.UntilAsync(() => store.Status is { PendingDocuments: 0, JournalBytes: 0, State: StoreState.Ready }, "it recovers by itself");
        await store.DeleteAsync("d119", DurabilityLevel.Durable).SoonAsync();
        Assert.Null(await store.ReadAsync("d0"));
        await store.DisposeAsync();
    }

    private static async Task AssertAllAsync(DocumentStore store, IEnumerable<string> ids, int bytes = 9_000)
    {
        foreach (string id in ids)
        {
            Assert.Equal(JournalTest.Json(bytes), await store.ReadAsync(id));
        }
    }

    /// <summary>The journal's thread waited for room that could not come, closing for the thread: the directory stayed locked.</summary>
    [Fact]
    public async Task Dispose_WhilePutsWaitForRoom_RefusesThemAndReleasesTheDirectory()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk, JournalTest.Options with { BusyTimeout = TimeSpan.FromMinutes(5) });
        _ = disk.FailCall(1, Errno.EMFILE, forever: true, where: JournalTest.IsTempCreation);
        Task<WriteResult>[] puts = [.. Enumerable.Range(0, 40).Select(n => store.PutAsync($"d{n}", JournalTest.Json(9_000), DurabilityLevel.Durable))];
        await JournalTest.UntilAsync(() => store.Status.JournalBytes > JournalTest.SegmentBytes, "the journal is full");

        await store.DisposeAsync();

        Task ended = Task.WhenAll(puts);
        _ = await Record.ExceptionAsync(() => ended.SoonAsync());
        Assert.All(puts.Where(put => !put.IsCompletedSuccessfully), put => Assert.IsType<StoreClosedException>(put.Exception!.InnerException));
        disk.ClearFaults();
        await using DocumentStore reopened = JournalTest.Open(disk);
        for (int n = 0; n < puts.Length; n++)
        {
            Assert.Equal(puts[n].IsCompletedSuccessfully ? JournalTest.Json(9_000) : null, await reopened.ReadAsync($"d{n}"));
        }
    }
}
