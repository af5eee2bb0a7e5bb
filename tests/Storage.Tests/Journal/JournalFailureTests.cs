using System.Diagnostics.Metrics;
using DocService.Storage.Io;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Journal;

/// <summary>When the journal's disk says no: nothing is acknowledged that is not there, and nothing comes back that was refused.</summary>
public sealed class JournalFailureTests
{
    private const int Seed = 7;

    public static TheoryData<int, int> SyncFailures
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (Errno error in new[] { Errno.EIO, Errno.ENOSPC, Errno.EDQUOT, Errno.EROFS })
            {
                data.Add((int)error, (int)FaultKind.BeforeEffect);
                data.Add((int)error, (int)FaultKind.AfterEffect);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(SyncFailures))]
    public async Task Sync_Fails_AcknowledgesNothingFencesAndIsNeverTriedAgain(int error, int kind)
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk);
        await store.PutAsync("a", "1", DurabilityLevel.Filed);
        Fault fault = disk.FailCall(1, (Errno)error, (FaultKind)kind, where: JournalTest.IsGroupSync);

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => store.PutAsync("a", "2", DurabilityLevel.Durable).SoonAsync());

        Assert.True(fault.Fired);
        Assert.Equal("1", await store.ReadAsync("a"));
        Assert.Equal(StoreState.Fenced, store.Status.State);
        await Assert.ThrowsAsync<StoreFencedException>(() => store.PutAsync("b", "1", DurabilityLevel.Durable).SoonAsync());
        await Assert.ThrowsAsync<StoreFencedException>(() => store.DeleteAsync("a", DurabilityLevel.Durable).SoonAsync());
        SimulatedFileSystem killed = disk.Kill();
        CrashPoint cut = disk.CrashNow();
        await store.DisposeAsync();
        SimulatedCall[] syncs = [.. disk.Log.Take().Where(JournalTest.IsGroupSync)];
        Assert.Equal((Errno)error, syncs[^1].Error);

        await AssertOldOrNewAsync(killed);
        foreach (CrashState state in cut.States(Seed, 40))
        {
            await AssertOldOrNewAsync(state.Open());
        }
    }

    [Fact]
    public async Task Sync_FailsWithCommitsQueuedBehindIt_TellsThemThatNothingWasDone()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk);
        await store.PutAsync("a", "1", DurabilityLevel.Filed);
        _ = disk.FailCall(1, Errno.EIO, where: JournalTest.IsGroupSync);
        using CallGate gate = disk.BlockCall(JournalTest.IsGroupSync);

        Task<WriteResult> first = store.PutAsync("a", "2", DurabilityLevel.Durable);
        await gate.Reached.SoonAsync();
        Task<WriteResult>[] queued = [.. Enumerable.Range(0, 5).Select(n => store.PutAsync($"q{n}", "1", DurabilityLevel.Durable))];
        await JournalTest.UntilAsync(() => store.Status.QueuedCommits == 5, "all are queued");
        gate.Release();

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => first.SoonAsync());
        foreach (Task<WriteResult> task in queued)
        {
            await Assert.ThrowsAsync<StoreFencedException>(() => task.SoonAsync());
        }

        SimulatedFileSystem killed = disk.Kill();
        await store.DisposeAsync();
        await using DocumentStore reopened = JournalTest.Open(killed);
        Assert.Null(await reopened.ReadAsync("q0"));
    }

    [Theory]
    [InlineData(28, 2)] // ENOSPC, a short write
    [InlineData(122, 2)] // EDQUOT
    [InlineData(28, 1)] // everything written, and the error all the same
    [InlineData(28, 0)]
    public async Task Write_FindsNoRoom_IsVoidedAndNeverComesBack(int error, int kind)
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk);
        await store.PutAsync("a", "1", DurabilityLevel.Filed);
        _ = disk.FailCall(1, (Errno)error, (FaultKind)kind, where: JournalTest.IsGroupWrite);

        await Assert.ThrowsAsync<OutOfSpaceException>(() => store.PutAsync("a", JournalTest.Json(9000), DurabilityLevel.Durable).SoonAsync());

        CrashPoint refused = disk.CrashNow();
        Assert.Equal("1", await store.ReadAsync("a"));
        WriteResult next = await store.PutAsync("b", "2", DurabilityLevel.Durable).SoonAsync();
        CrashPoint after = disk.CrashNow();
        SimulatedFileSystem killed = disk.Kill();
        await store.DisposeAsync();

        await AssertVoidAsync(killed, next.Sequence);
        await AssertVoidAsync(disk, next.Sequence);
        foreach (CrashState state in refused.States(Seed, 30))
        {
            await AssertVoidAsync(state.Open(), 0);
        }

        foreach (CrashState state in after.States(Seed, 30))
        {
            await AssertVoidAsync(state.Open(), next.Sequence);
        }
    }

    [Fact]
    public async Task Write_FindsNoRoomAndCannotBeVoided_IsUnknownAndFences()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk);
        await store.PutAsync("a", "1", DurabilityLevel.Filed);
        _ = disk.FailCall(1, Errno.ENOSPC, FaultKind.ShortWrite, where: JournalTest.IsGroupWrite);
        _ = disk.FailCall(1, Errno.EIO, where: call => call.Kind == CallKind.Rename && JournalTest.IsInJournal(call));

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => store.PutAsync("a", "2", DurabilityLevel.Durable).SoonAsync());
        Assert.Equal(StoreState.Fenced, store.Status.State);
        await store.DisposeAsync();
        Assert.Equal(0, disk.OpenHandles);
    }

    [Fact]
    public async Task Write_FailsOtherwise_IsUnknownAndFences()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk);
        _ = disk.FailCall(1, Errno.EIO, FaultKind.ShortWrite, where: JournalTest.IsGroupWrite);

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => store.PutAsync("a", "2", DurabilityLevel.Buffered).SoonAsync());
        Assert.Equal(StoreState.Fenced, store.Status.State);
        Assert.Null(await store.ReadAsync("a"));
        await store.DisposeAsync();
        Assert.Equal(0, disk.OpenHandles);
    }

    [Fact]
    public async Task Sync_Hangs_IsNotReportedAsFailedAndCompletesLater()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk, JournalTest.Options with { BusyTimeout = TimeSpan.FromSeconds(1) });
        using CallGate gate = disk.BlockCall(JournalTest.IsGroupSync);

        Task<WriteResult> hung = store.PutAsync("a", "1", DurabilityLevel.Durable);
        await gate.Reached.SoonAsync();
        Task<WriteResult> elsewhere = store.PutAsync("b", "1", DurabilityLevel.Durable);
        for (int attempt = 0; attempt < 3; attempt++)
        {
            await Assert.ThrowsAsync<StoreBusyException>(() => store.PutAsync("a", "2", DurabilityLevel.Durable).SoonAsync());
        }

        Assert.False(hung.IsCompleted);
        Assert.False(elsewhere.IsCompleted);
        Assert.Null(await store.ReadAsync("a"));
        Assert.Equal(StoreState.Ready, store.Status.State);
        gate.Release();

        Assert.Equal(DurabilityLevel.Durable, (await hung.SoonAsync()).Level);
        Assert.Equal(DurabilityLevel.Durable, (await elsewhere.SoonAsync()).Level);
        Assert.Equal("1", await store.ReadAsync("a"));
    }

    [Fact]
    public async Task Open_EveryCallFailsInTurn_LeavesNothingOpenAndLosesNothing()
    {
        SimulatedFileSystem template = await JournalTest.DiskWithAsync(id => new SegmentForge(id, 1).Put(1, "a", 0).Put(2, "b", 0));
        foreach (Errno error in new[] { Errno.EIO, Errno.ENOSPC, Errno.EMFILE })
        {
            // The calls on the shards are all alike: a few of them stand for the rest.
            for (int call = 1; ; call++)
            {
                SimulatedFileSystem disk = SimulatedFileSystem.From(template.Snapshot());
                Fault fault = disk.FailCall(call, error, where: one => !one.Path.StartsWith("/data/docs/", StringComparison.Ordinal) || one.Path.StartsWith("/data/docs/00", StringComparison.Ordinal));
                await OpenAndCloseAsync(disk);
                Assert.True(disk.OpenHandles == 0, $"{disk.OpenHandles} handles are left after {error} at call {call}: {disk.Log.Take().LastOrDefault(one => one.Error is not null)}");
                if (!fault.Fired)
                {
                    break;
                }

                SimulatedFileSystem again = disk.Kill();
                await using DocumentStore store = JournalTest.Open(again);
                Assert.Equal("{\"v\":1}", await store.ReadAsync("a"));
            }
        }
    }

    private static async Task OpenAndCloseAsync(SimulatedFileSystem disk)
    {
        try
        {
            DocumentStore store = JournalTest.Open(disk);
            await store.DisposeAsync();
        }
        catch (StoreException)
        {
            // Refused to start: that is one of the two answers.
        }
    }

    private static async Task AssertOldOrNewAsync(SimulatedFileSystem disk)
    {
        await using DocumentStore store = JournalTest.Open(disk);
        Assert.Equal(StoreState.Ready, store.Status.State);
        Assert.Contains(await store.ReadAsync("a"), new[] { "1", "2" });
        await store.PutAsync("a", "3", DurabilityLevel.Durable).SoonAsync();
        Assert.Equal("3", await store.ReadAsync("a"));
    }

    private static async Task AssertVoidAsync(SimulatedFileSystem disk, long acknowledged)
    {
        await using DocumentStore store = JournalTest.Open(disk);
        Assert.Equal("1", await store.ReadAsync("a"));
        Assert.Equal(acknowledged == 0 ? null : "2", await store.ReadAsync("b"));
        Assert.True((await store.PutAsync("c", "1", DurabilityLevel.Durable).SoonAsync()).Sequence > acknowledged);
    }

    /// <summary>Taken for lack of space, it was synced again and again on the descriptor that had failed, and each try left a file.</summary>
    [Theory]
    [InlineData((int)Errno.ENOSPC)]
    [InlineData((int)Errno.EIO)]
    public async Task DirectorySync_OfASpareFails_FencesAndIsNeverTriedAgain(int error)
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        Fault fault = disk.FailCall(1, (Errno)error, forever: true, where: call => call is { Kind: CallKind.SyncDirectory, Path: JournalTest.Folder });

        // The first new segment's name is the first to be synced.
        StoreException? refused = null;
        for (int n = 0; n < 40 && refused is null; n++)
        {
            refused = await Record.ExceptionAsync(() => store.PutAsync($"d{n}", JournalTest.Json(9_000), DurabilityLevel.Durable).SoonAsync()) as StoreException;
        }

        Assert.True(fault.Fired);
        Assert.True(refused is OutcomeUnknownException or StoreFencedException, $"{refused}");
        await JournalTest.UntilAsync(() => store.Status.State == StoreState.Fenced, "it is fenced");
        Assert.Equal(TimeSpan.Zero, store.Status.SyncRunningFor);
        await store.DisposeAsync();
        Assert.Single(disk.Log.Take(), call => call is { Kind: CallKind.SyncDirectory, Path: JournalTest.Folder, Error: not null });
    }

    /// <summary>Only groups were watched: with a disk that hung at the next segment the service said that it was ready.</summary>
    [Fact]
    public async Task NextSegment_ItsSyncHangs_IsToldAsARunningSync()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        using CallGate gate = disk.BlockCall(call => call.Kind == CallKind.Sync && JournalTest.IsInJournal(call) && Thread.CurrentThread.Name == "docservice-journal");
        Task puts = Task.WhenAll(Enumerable.Range(0, 12).Select(n => store.PutAsync($"d{n}", JournalTest.Json(9_000), DurabilityLevel.Durable)));
        await gate.Reached.SoonAsync();

        await JournalTest.UntilAsync(() => store.Status.SyncRunningFor > TimeSpan.FromMilliseconds(20), "it is told");

        gate.Release();
        await puts.SoonAsync();
        Assert.Equal(TimeSpan.Zero, store.Status.SyncRunningFor);
    }

    /// <summary>Only the beginning of a write looked at the fence: what then waited for a lock was written and acknowledged.</summary>
    [Fact]
    public async Task Put_FencedWhileItWaitsForALock_IsRefused()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        CallGate filing = disk.BlockCall(JournalTest.IsTempCreation);
        await store.PutAsync("x", "1", DurabilityLevel.Durable).SoonAsync();
        await filing.Reached.SoonAsync();
        using CallGate gate = disk.BlockCall(JournalTest.IsGroupSync);
        Task<WriteResult> first = store.PutAsync("a", "1", DurabilityLevel.Durable);
        await gate.Reached.SoonAsync();
        Task<WriteResult> second = store.PutAsync("a", "2", DurabilityLevel.Durable);
        _ = disk.FailCall(1, Errno.EIO, where: call => call.Kind == CallKind.SyncDirectory && JournalTest.IsInDocuments(call));
        filing.Release();
        await JournalTest.UntilAsync(() => store.Status.State == StoreState.Fenced, "it is fenced");
        gate.Release();

        Assert.Equal(DurabilityLevel.Durable, (await first.SoonAsync()).Level);
        await Assert.ThrowsAsync<StoreFencedException>(() => second.SoonAsync());
        Assert.Equal("1", await store.ReadAsync("a"));
    }

    /// <summary>The keeper's failure fenced, and what was queued by then went into the directory of which nothing is known.</summary>
    [Fact]
    public async Task DirectorySync_OfTheKeeperFails_WhatIsQueuedIsRefused()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        using CallGate filing = disk.BlockCall(JournalTest.IsTempCreation); // no segment comes free
        await store.PutAsync("a", JournalTest.Json(30_000), DurabilityLevel.Durable).SoonAsync();
        _ = disk.FailCall(1, Errno.EIO, where: call => call is { Kind: CallKind.SyncDirectory, Path: JournalTest.Folder } && Thread.CurrentThread.Name == "docservice-segments");
        using CallGate keeper = disk.BlockCall(call => call.Kind == CallKind.Create && JournalTest.IsInJournal(call));
        using CallGate gate = disk.BlockCall(JournalTest.IsGroupSync);

        // It begins a segment, and takes the spare that the keeper then makes anew.
        Task<WriteResult> first = store.PutAsync("b", JournalTest.Json(30_000), DurabilityLevel.Durable);
        await gate.Reached.SoonAsync();
        Task<WriteResult> queued = store.PutAsync("c", "1", DurabilityLevel.Durable);
        await JournalTest.UntilAsync(() => store.Status.QueuedCommits == 1, "it is queued");
        await keeper.Reached.SoonAsync();
        keeper.Release();
        await JournalTest.UntilAsync(() => store.Status.State == StoreState.Fenced, "it is fenced");
        gate.Release();
        filing.Release();

        Assert.Equal(DurabilityLevel.Durable, (await first.SoonAsync()).Level);
        await Assert.ThrowsAsync<StoreFencedException>(() => queued.SoonAsync());
        Assert.Null(await store.ReadAsync("c"));
    }

    /// <summary>A listener of the metrics that threw became an unknown outcome and a fence, after a sync that had succeeded.</summary>
    [Fact]
    public async Task Sync_AMetricsListenerThrows_NothingComesOfIt()
    {
        int called = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "docservice.journal.sync.duration")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) =>
        {
            Interlocked.Increment(ref called);
            throw new InvalidOperationException("A listener's own fault.");
        });
        listener.Start();
        await using DocumentStore store = JournalTest.Open(new SimulatedFileSystem());

        for (int n = 0; n < 3; n++)
        {
            await store.PutAsync("a", $"{n}", DurabilityLevel.Durable).SoonAsync();
        }

        await JournalTest.UntilAsync(() => Volatile.Read(ref called) > 0, "it is called");
        Assert.Equal(StoreState.Ready, store.Status.State);
        Assert.Equal("2", await store.ReadAsync("a"));
    }
}
