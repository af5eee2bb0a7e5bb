using DocService.Storage.Io;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Journal;

/// <summary>What an answer says of a write is true at that moment, and nothing is visible before its sync.</summary>
public sealed class DurabilityLevelTests
{
    [Fact]
    public async Task Put_Buffered_AnswersBeforeTheSyncAndIsNotYetVisible()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        using CallGate gate = disk.BlockCall(JournalTest.IsGroupSync);

        WriteResult result = await store.PutAsync("a", "1", DurabilityLevel.Buffered).SoonAsync();
        await gate.Reached.SoonAsync();

        Assert.Equal(DurabilityLevel.Buffered, result.Level);
        Assert.Null(await store.ReadAsync("a"));
        Assert.Null(await store.ReadInfoAsync("a"));
        Assert.Equal((result.Sequence, result.Sequence - 1), (store.Status.AppendedThrough, store.Status.DurableThrough));
        gate.Release();
        await JournalTest.UntilAsync(() => store.Status.DurableThrough == result.Sequence, "it is synced");
        Assert.Equal("1", await store.ReadAsync("a"));
    }

    [Fact]
    public async Task Put_Buffered_SurvivesAKill()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk);
        using CallGate gate = disk.BlockCall(JournalTest.IsGroupSync);
        WriteResult result = await store.PutAsync("a", "1", DurabilityLevel.Buffered).SoonAsync();
        SimulatedFileSystem killed = disk.Kill();
        gate.Release();
        await store.DisposeAsync();

        await using DocumentStore reopened = JournalTest.Open(killed);
        Assert.Equal("1", await reopened.ReadAsync("a"));
        Assert.Equal(result.Sequence, (await reopened.ReadInfoAsync("a"))!.Version);
    }

    [Fact]
    public async Task Put_Durable_AnswersAfterTheSyncAndSurvivesEveryCut()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk);
        CallGate gate = disk.BlockCall(JournalTest.IsGroupSync);
        CallGate filing = disk.BlockCall(JournalTest.IsTempCreation);
        Task<WriteResult> put = store.PutAsync("a", "1", DurabilityLevel.Durable);
        await gate.Reached.SoonAsync();
        Assert.False(put.IsCompleted);
        gate.Release();

        Assert.Equal(DurabilityLevel.Durable, (await put.SoonAsync()).Level);

        CrashPoint cut = disk.CrashNow();
        filing.Release();
        await store.DisposeAsync();
        foreach (CrashState state in cut.States(seed: 1, budget: 30))
        {
            await using DocumentStore reopened = JournalTest.Open(state.Open());
            Assert.Equal("1", await reopened.ReadAsync("a"));
        }
    }

    [Fact]
    public async Task Put_Filed_AnswersWhenItsDirectoryIsSynced()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        using CallGate gate = disk.BlockCall(call => call.Kind == CallKind.SyncDirectory && JournalTest.IsInDocuments(call));
        Task<WriteResult> put = store.PutAsync("a", "1", DurabilityLevel.Filed);
        await gate.Reached.SoonAsync();
        Assert.False(put.IsCompleted);
        Assert.Equal("1", await store.ReadAsync("a"));
        gate.Release();

        WriteResult result = await put.SoonAsync();
        Assert.Equal(DurabilityLevel.Filed, result.Level);
        Assert.True(store.Status.FiledThrough >= result.Sequence);
        Assert.Contains(disk.CrashNow().Nothing().Open().Disk.Tree(), path => path.EndsWith("/a.json", StringComparison.Ordinal));
    }

    /// <summary>Closing waited for the request, the request for filing: the store was left without a clean stop, its directory locked.</summary>
    [Fact]
    public async Task Dispose_WhileAPutWaitsForFilingThatCannotBeDone_TellsTheLevelReachedAndReleasesTheDirectory()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk);
        _ = disk.FailCall(1, Errno.EACCES, forever: true, where: JournalTest.IsTempCreation);
        Task<WriteResult> put = store.PutAsync("a", "1", DurabilityLevel.Filed);
        await JournalTest.UntilAsync(() => store.Status.FilingObstacle is not null, "filing has met the obstacle");

        await store.DisposeAsync();

        Assert.Equal(DurabilityLevel.Durable, (await put.SoonAsync()).Level);
        disk.ClearFaults();
        await using DocumentStore reopened = JournalTest.Open(disk);
        Assert.Equal("1", await reopened.ReadAsync("a"));
    }

    [Fact]
    public async Task Put_FiledButFilingHangs_AnswersWithWhatWasReached()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk, JournalTest.Options with { BusyTimeout = TimeSpan.FromSeconds(1) });
        using CallGate gate = disk.BlockCall(JournalTest.IsTempCreation);

        Assert.Equal(DurabilityLevel.Durable, (await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync()).Level);
        gate.Release();
        await JournalTest.UntilAsync(() => store.Status.FiledThrough == store.Status.DurableThrough, "it is filed later");
    }

    [Fact]
    public async Task Put_OnAVolatileFilesystem_PromisesNoMore()
    {
        var disk = new SimulatedFileSystem(new VolumeSettings { Type = "tmpfs" });
        await using DocumentStore store = JournalTest.Open(disk);
        Assert.Equal(DurabilityLevel.Volatile, (await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync()).Level);
    }

    [Fact]
    public async Task Put_CancelledOnceQueued_IsFullyCommitted()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        using CallGate gate = disk.BlockCall(JournalTest.IsGroupSync);
        using var source = new CancellationTokenSource();
        Task<WriteResult> first = store.PutAsync("a", "1", DurabilityLevel.Durable);
        await gate.Reached.SoonAsync();
        Task<WriteResult> queued = store.PutAsync("b", "1", DurabilityLevel.Durable, source.Token);
        await JournalTest.UntilAsync(() => store.Status.QueuedCommits == 1, "it is queued");
        Task<WriteResult> waiting = store.PutAsync("a", "2", DurabilityLevel.Durable, source.Token);

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.SoonAsync());
        gate.Release();

        Assert.Equal(WriteStatus.Created, (await queued.SoonAsync()).Status);
        await first.SoonAsync();
        Assert.Equal("1", await store.ReadAsync("b"));
        Assert.Equal("1", await store.ReadAsync("a"));
    }

    [Fact]
    public async Task Batch_IsSeenAsAWholeOrNotAtAll()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        string[] ids = [.. Enumerable.Range(0, 20).Select(n => $"d{n}")];
        await store.PutAllAsync(ids, "0", DurabilityLevel.Durable).SoonAsync();
        using var stop = new CancellationTokenSource();
        Task reader = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                // Read from the last to the first: whoever sees a batch in one document sees it in all read later.
                int seen = int.Parse((await store.ReadAsync(ids[^1]))!, System.Globalization.CultureInfo.InvariantCulture);
                foreach (string id in ids)
                {
                    int now = int.Parse((await store.ReadAsync(id))!, System.Globalization.CultureInfo.InvariantCulture);
                    Assert.True(now >= seen, $"{id} shows {now} after {seen} was seen elsewhere");
                    seen = now;
                }
            }
        });
        for (int version = 1; version <= 150; version++)
        {
            await store.PutAllAsync(ids, version.ToString(System.Globalization.CultureInfo.InvariantCulture), DurabilityLevel.Durable).SoonAsync();
        }

        await stop.CancelAsync();
        await reader.SoonAsync();
    }

    [Fact]
    public async Task Dispose_ThenOpen_ReplaysNothingAndSkipsNoSequence()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk);
        long last = 0;
        for (int n = 0; n < 20; n++)
        {
            last = (await store.PutAsync($"d{n}", "1", DurabilityLevel.Durable)).Sequence;
        }

        for (int opening = 0; opening < 3; opening++)
        {
            await store.DisposeAsync();
            Assert.Equal(0, disk.OpenHandles);
            store = JournalTest.Open(disk);
            RecoveryReport report = store.Status.Recovery!;
            Assert.Equal((true, 0, 0, last), (report.WasCleanStop, report.Records, report.DiscardedRecords, report.End));
            Assert.Equal("1", await store.ReadAsync("d7"));
        }

        Assert.Equal(last + 1, (await store.PutAsync("d", "1", DurabilityLevel.Durable)).Sequence);
        await store.DisposeAsync();
    }
}
