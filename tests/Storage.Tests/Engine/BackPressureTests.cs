using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine;

/// <summary>A journal at its limit slows writers down, refuses them after a time, and loses nothing.</summary>
public sealed class BackPressureTests
{
    [Fact]
    public async Task Put_JournalAtItsLimit_IsRefusedAfterTheTimeoutAndNothingIsLost()
    {
        var disk = new SimulatedFileSystem();
        var timeout = TimeSpan.FromMilliseconds(300);
        DocumentStore store = JournalTest.Open(disk, JournalTest.Sealing with { BusyTimeout = timeout });
        _ = disk.FailCall(1, Errno.EIO, forever: true, where: JournalTest.IsTempCreation);
        var acknowledged = new List<string>();
        long started = 0;
        StoreBusyException? busy = null;
        for (int n = 0; n < 100 && busy is null; n++)
        {
            started = TimeProvider.System.GetTimestamp();
            try
            {
                await store.PutAsync($"d{n}", JournalTest.Json(9_000), DurabilityLevel.Durable).SoonAsync();
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
        Assert.NotEqual(StoreState.Fenced, store.Status.State);
        SimulatedFileSystem killed = disk.Kill();
        disk.ClearFaults();

        // There is room again without anybody's help, also when no commit comes to tell the journal so.
        await JournalTest.UntilAsync(() => store.Status.PendingDocuments == 0, "all is filed");
        await store.PutAsync("last", "1", DurabilityLevel.Durable).SoonAsync();
        await AssertAllAsync(store, acknowledged);
        await store.DisposeAsync();
        await using DocumentStore reopened = JournalTest.Open(killed);
        await AssertAllAsync(reopened, acknowledged);
    }

    /// <summary>After a kill with a full journal every write was refused until the first segment was filed: 503 after ten seconds on a busy machine.</summary>
    [Fact]
    public async Task Put_AfterACrashWithAFullJournal_FindsRoomOnceAtOnce()
    {
        StoreOptions options = JournalTest.Options with { BusyTimeout = TimeSpan.FromMilliseconds(200) };
        var disk = new SimulatedFileSystem();
        var acknowledged = new List<string>();
        int[] fitted = new int[4];
        for (int life = 0; life < fitted.Length; life++)
        {
            _ = disk.FailCall(1, Errno.EIO, forever: true, where: JournalTest.IsTempCreation);
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
        await using DocumentStore store = JournalTest.Open(disk, JournalTest.Sealing with { BusyTimeout = TimeSpan.FromSeconds(20) });
        Task[] writers = [.. Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            for (int n = 0; n < 8; n++)
            {
                await store.PutAsync($"w{writer}-{n}", JournalTest.Json(9_000), DurabilityLevel.Durable).SoonAsync();
            }
        }))];
        await Task.WhenAll(writers);
        await AssertAllAsync(store, [.. Enumerable.Range(0, 16).SelectMany(writer => Enumerable.Range(0, 8).Select(n => $"w{writer}-{n}"))]);
        Assert.InRange(disk.Names().Length, 1, 8);
    }

    [Fact]
    public async Task Put_DocumentsAtTheirLimit_IsRefusedAfterTheTimeout()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk, JournalTest.Sealing with { BusyTimeout = TimeSpan.FromMilliseconds(100), PendingDocumentsMax = 3 });
        _ = disk.FailCall(1, Errno.EIO, forever: true, where: JournalTest.IsTempCreation);
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
        DocumentStore store = JournalTest.Open(disk, JournalTest.Sealing with { BusyTimeout = TimeSpan.FromMilliseconds(50) });
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

    private static async Task AssertAllAsync(DocumentStore store, IEnumerable<string> ids)
    {
        foreach (string id in ids)
        {
            Assert.Equal(JournalTest.Json(9_000), await store.ReadAsync(id));
        }
    }

    /// <summary>The journal's thread waited for room that could not come, closing for the thread: the directory stayed locked.</summary>
    [Fact]
    public async Task Dispose_WhilePutsWaitForRoom_RefusesThemAndReleasesTheDirectory()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk, JournalTest.Options with { BusyTimeout = TimeSpan.FromMinutes(5) });
        _ = disk.FailCall(1, Errno.EIO, forever: true, where: JournalTest.IsTempCreation);
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
