using DocService.Storage.Io;
using DocService.Storage.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging;

namespace DocService.Storage.Tests.Journal;

/// <summary>A writer who comes alone writes the journal on his own thread, and everything else holds as before.</summary>
public sealed class LeaderTests
{
    private const int Seed = 11;

    [Fact]
    public async Task Put_ByAWriterAlone_IsSyncedOnItsOwnThreadAndSurvives()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        var writer = new LoneWriter(store);
        using CallGate gate = disk.BlockCall(writer.Syncs);
        Task<WriteResult> write = await writer.StartUntilAsync(gate);

        gate.Release();

        Assert.Equal(DurabilityLevel.Durable, (await write.SoonAsync()).Level);
        CrashPoint cut = disk.CrashNow();
        foreach (CrashState state in cut.States(Seed, 20))
        {
            await using DocumentStore reopened = JournalTest.Open(state.Open());
            Assert.Equal(writer.Value, await reopened.ReadAsync(LoneWriter.Id));
        }
    }

    [Fact]
    public async Task Put_WhileALeaderSyncs_WaitsForItAndIsWrittenByTheJournalsThread()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        var writer = new LoneWriter(store);
        using CallGate gate = disk.BlockCall(writer.Syncs);
        Task<WriteResult> leader = await writer.StartUntilAsync(gate);

        Task<WriteResult>[] behind = [.. Enumerable.Range(0, 5).Select(n => store.PutAsync($"b{n}", "1", DurabilityLevel.Durable))];

        Assert.Equal(5, store.Status.QueuedCommits);
        Assert.All(behind, task => Assert.False(task.IsCompleted));
        Assert.NotEqual(writer.Value, await store.ReadAsync(LoneWriter.Id));
        gate.Release();
        long sequence = (await leader.SoonAsync()).Sequence;
        foreach (Task<WriteResult> task in behind)
        {
            Assert.Equal(++sequence, (await task.SoonAsync()).Sequence);
        }
    }

    [Fact]
    public async Task Sync_FailsUnderALeader_FencesAndNothingIsSyncedAgain()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk);
        var writer = new LoneWriter(store);
        _ = disk.FailCall(1, Errno.EIO, where: writer.Syncs);
        using CallGate gate = disk.BlockCall(writer.Syncs);
        Task<WriteResult> leader = await writer.StartUntilAsync(gate);
        Task<WriteResult>[] behind = [.. Enumerable.Range(0, 3).Select(n => store.PutAsync($"b{n}", "1", DurabilityLevel.Durable))];

        gate.Release();

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => leader.SoonAsync());
        foreach (Task<WriteResult> task in behind)
        {
            await Assert.ThrowsAsync<StoreFencedException>(() => task.SoonAsync());
        }

        Assert.Equal(StoreState.Fenced, store.Status.State);
        Assert.NotEqual(writer.Value, await store.ReadAsync(LoneWriter.Id));
        await Assert.ThrowsAsync<StoreFencedException>(() => store.PutAsync("a", "2", DurabilityLevel.Durable).SoonAsync());
        await store.DisposeAsync();
        Assert.Equal(Errno.EIO, disk.Log.Take().Last(JournalTest.IsGroupSync).Error);
    }

    [Theory]
    [InlineData((int)FaultKind.BeforeEffect)]
    [InlineData((int)FaultKind.ShortWrite)]
    [InlineData((int)FaultKind.AfterEffect)]
    public async Task Write_FindsNoRoomUnderALeader_IsVoidedAndTheNextGoesOn(int kind)
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk);
        var writer = new LoneWriter(store);
        _ = disk.FailCall(1, Errno.ENOSPC, (FaultKind)kind, where: writer.Writes);

        await Assert.ThrowsAsync<OutOfSpaceException>(() => writer.Start().SoonAsync());

        await store.PutAsync("b", "2", DurabilityLevel.Durable).SoonAsync();
        SimulatedFileSystem killed = disk.Kill();
        await store.DisposeAsync();
        await using DocumentStore reopened = JournalTest.Open(killed);
        Assert.NotEqual(writer.Value, await reopened.ReadAsync(LoneWriter.Id));
        Assert.Equal("2", await reopened.ReadAsync("b"));
    }

    [Fact]
    public async Task Sync_FailsUnderALeaderAndSoDoesTheLog_FencesAllTheSame()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = DocumentStore.Open(disk, JournalTest.Options, TimeProvider.System, new FailingLog());
        var writer = new LoneWriter(store);
        _ = disk.FailCall(1, Errno.EIO, where: writer.Syncs);
        using CallGate gate = disk.BlockCall(writer.Syncs);
        Task<WriteResult> leader = await writer.StartUntilAsync(gate);
        Task<WriteResult> behind = store.PutAsync("b", "1", DurabilityLevel.Durable);

        gate.Release();

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => leader.SoonAsync());
        await Assert.ThrowsAsync<StoreFencedException>(() => behind.SoonAsync());
        await store.DisposeAsync();
        Assert.Equal(Errno.EIO, disk.Log.Take().Last(JournalTest.IsGroupSync).Error);
    }

    [Fact]
    public async Task Put_ByALeader_IsSealedOnceItIsQuiet()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk, JournalTest.Sealing with { JournalBytes = 64 * JournalTest.SegmentBytes });
        using CallGate filing = disk.BlockCall(JournalTest.IsTempCreation); // what is filed would wake the journal's thread
        await BecomeLeaderAsync(disk, store);
        var writer = new LoneWriter(store); // at once, unless others waited for the pool beside the last lead
        using CallGate gate = disk.BlockCall(writer.Syncs);
        Task<WriteResult> write = await writer.StartUntilAsync(gate);
        int synced = GroupSyncs(disk);

        gate.Release();

        await write.SoonAsync();
        await JournalTest.UntilAsync(() => GroupSyncs(disk) >= synced + 2, "a seal behind the leader's commit");
    }

    [Fact]
    public async Task Close_WhileALeaderSyncs_WaitsForItAndItsCommitIsThere()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk);
        var writer = new LoneWriter(store);
        using CallGate gate = disk.BlockCall(writer.Syncs);
        Task<WriteResult> leader = await writer.StartUntilAsync(gate);

        Task closing = store.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<StoreClosedException>(() => store.PutAsync("b", "1", DurabilityLevel.Durable).SoonAsync());
        Assert.NotSame(closing, await Task.WhenAny(closing, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System))); // by then it waits for the journal
        gate.Release();

        await leader.SoonAsync();
        await closing.SoonAsync();
        await using DocumentStore reopened = JournalTest.Open(disk);
        Assert.Equal(writer.Value, await reopened.ReadAsync(LoneWriter.Id));
    }

    [Fact]
    public async Task Put_BufferedByAWriterAlone_IsNeverKeptByItsSync()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        await BecomeLeaderAsync(disk, store);
        var writer = new LoneWriter(store) { Level = DurabilityLevel.Buffered, WritesMax = 1 };
        using CallGate watch = disk.BlockCall(writer.Syncs, call: int.MaxValue);

        await writer.Start().SoonAsync();

        Assert.False(writer.HasLed);
    }

    [Fact]
    public async Task Put_NowAloneNowTogether_UsesEverySequenceOnceThroughManySegments()
    {
        const int writers = 8;
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk, JournalTest.Sealing);
        var sequences = new List<long>();
        bool hasLed = false;
        for (int round = 0; round < 12; round++)
        {
            var writer = new LoneWriter(store) { WritesMax = 40 };
            using CallGate watch = disk.BlockCall(writer.Syncs, call: int.MaxValue);
            await writer.Start().SoonAsync();
            sequences.AddRange(writer.Sequences);
            hasLed |= writer.HasLed;
            WriteResult[] together = await Task.WhenAll(Enumerable.Range(0, writers).Select(n => Task.Run(
                () => store.PutAsync($"w{n}", JournalTest.Json(2000 + round), DurabilityLevel.Durable)))).SoonAsync();
            sequences.AddRange(together.Select(result => result.Sequence));
        }

        Assert.Equal(Enumerable.Range(0, sequences.Count).Select(n => sequences.Min() + n), sequences.Order());
        Assert.True(hasLed);
        Assert.Equal(JournalTest.Json(2011), await store.ReadAsync("w0"));
    }

    /// <summary>After this the next writer leads: one has led, everything is sealed, and the journal's thread waits without end.</summary>
    private static async Task BecomeLeaderAsync(SimulatedFileSystem disk, DocumentStore store)
    {
        var writer = new LoneWriter(store);
        using CallGate watch = disk.BlockCall(writer.Syncs, call: int.MaxValue);
        await writer.Start().SoonAsync();
        int quiet = 0;
        int synced = 0;
        await JournalTest.UntilAsync(
            () =>
            {
                int now = GroupSyncs(disk);
                quiet = now == synced ? quiet + 1 : 0;
                synced = now;
                return quiet > 25;
            },
            "nothing is synced any more");
    }

    private static int GroupSyncs(SimulatedFileSystem disk) => disk.Log.Take().Count(JournalTest.IsGroupSync);

    /// <summary>As a log on the disk that has just failed.</summary>
    private sealed class FailingLog : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Critical)
            {
                throw new IOException("The log cannot be written.");
            }
        }

        public void Dispose()
        {
        }
    }
}
