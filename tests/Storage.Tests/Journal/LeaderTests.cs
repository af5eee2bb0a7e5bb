using System.Globalization;
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
        Task<WriteResult> write = writer.Start();
        await gate.Reached.SoonAsync();

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
        Task<WriteResult> leader = writer.Start();
        await gate.Reached.SoonAsync();

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
        Task<WriteResult> leader = writer.Start();
        await gate.Reached.SoonAsync();
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
        Task<WriteResult> leader = writer.Start();
        await gate.Reached.SoonAsync();
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
        var writer = new LoneWriter(store) { WritesMax = 1 };
        using CallGate gate = disk.BlockCall(writer.Syncs);
        Task<WriteResult> write = writer.Start();
        await gate.Reached.SoonAsync();
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
        Task<WriteResult> leader = writer.Start();
        await gate.Reached.SoonAsync();

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

    [Fact]
    public async Task CommitQueue_Leader_IsAloneAndTheThreadStays()
    {
        var queue = new CommitQueue();
        List<Commit> group = [];
        Assert.False(queue.TryLead());
        Thread thread = await AloneAsync(queue, group);

        Assert.True(queue.TryLead());

        Assert.False(queue.TryLead());
        queue.Wake();
        queue.TryAdd(new Commit(16, 1));
        Assert.False(thread.Join(TimeSpan.FromMilliseconds(50)));
        Assert.Empty(group);
        queue.EndLead();
        Assert.True(thread.Join(TimeSpan.FromSeconds(30)));
        Assert.Single(group);
    }

    [Fact]
    public async Task CommitQueue_TwoWriters_SoonLeadNoMore()
    {
        var queue = new CommitQueue();
        List<Commit> group = [];
        Thread thread = await AloneAsync(queue, group);
        int leads = 0;
        while (queue.TryLead())
        {
            leads++;
            queue.TryAdd(new Commit(16, 1)); // the other one, while this one syncs
            queue.NoteDurable();
            queue.EndLead();
            Assert.True(thread.Join(TimeSpan.FromSeconds(30)));
            queue.TryAdd(new Commit(16, 1)); // this one, while the other syncs
            queue.NoteDurable();
            Assert.True((await WaitingAsync(queue, group)).Join(TimeSpan.FromSeconds(30)));
            queue.NoteDurable();
            thread = await WaitingAsync(queue, group);
        }

        Assert.InRange(leads, 1, 2);
        queue.Close();
        thread.Join();
    }

    [Fact]
    public async Task CommitQueue_LeaderWhoEnds_LeavesTheThreadAsleep()
    {
        var queue = new CommitQueue();
        List<Commit> group = [];
        Thread thread = await AloneAsync(queue, group, TimeSpan.FromMinutes(10));
        for (int n = 0; n < 3; n++)
        {
            Assert.True(queue.TryLead());
            queue.EndLead();
        }

        queue.TryAdd(new Commit(16, 1));
        Assert.True(thread.Join(TimeSpan.FromSeconds(30)));
        Assert.Single(group);
    }

    [Fact]
    public async Task CommitQueue_CommitBehindALeader_IsTakenAtItsEnd()
    {
        var queue = new CommitQueue();
        List<Commit> group = [];
        Thread thread = await AloneAsync(queue, group, TimeSpan.FromMinutes(10));
        Assert.True(queue.TryLead());
        queue.TryAdd(new Commit(16, 1));
        queue.EndLead();
        Assert.True(thread.Join(TimeSpan.FromSeconds(30)));
        Assert.Single(group);
    }

    [Fact]
    public async Task CommitQueue_ClosedUnderALeader_LetsTheThreadGoAtItsEnd()
    {
        var queue = new CommitQueue();
        Thread thread = await AloneAsync(queue, [], TimeSpan.FromMinutes(10));
        Assert.True(queue.TryLead());
        queue.Close();
        Assert.False(thread.Join(TimeSpan.FromMilliseconds(50)));
        queue.EndLead();
        Assert.True(thread.Join(TimeSpan.FromSeconds(30)));
    }

    /// <summary>As many groups of one writer as make him a leader; then the journal's thread waits for commits.</summary>
    private static async Task<Thread> AloneAsync(CommitQueue queue, List<Commit> group, TimeSpan? timeout = null)
    {
        for (int n = 0; n < 40; n++)
        {
            Thread taking = await WaitingAsync(queue, group);
            queue.TryAdd(new Commit(16, 1));
            Assert.True(taking.Join(TimeSpan.FromSeconds(30)));
            queue.NoteDurable();
        }

        return await WaitingAsync(queue, group, timeout);
    }

    /// <summary>A thread that waits in the queue as the journal's does, until it has something.</summary>
    private static async Task<Thread> WaitingAsync(CommitQueue queue, List<Commit> group, TimeSpan? timeout = null)
    {
        group.Clear();
        var thread = new Thread(() =>
        {
            while (!queue.TryTakeGroup(group, 1024, timeout ?? Timeout.InfiniteTimeSpan) && !queue.IsClosed)
            {
            }
        });
        thread.Start();
        await JournalTest.UntilAsync(() => thread.ThreadState is ThreadState.WaitSleepJoin or ThreadState.Stopped, "it waits, or has something");
        return thread;
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

    /// <summary>Writes one document again and again, each time when the last write has been answered, until it leads.</summary>
    private sealed class LoneWriter(DocumentStore store)
    {
        public const string Id = "lone";

        private int _thread;
        private volatile bool _hasLed;

        public DurabilityLevel Level { get; init; } = DurabilityLevel.Durable;

        /// <summary>So many writes, led or not; else until the first that is.</summary>
        public int? WritesMax { get; init; }

        /// <summary>The body of the last write.</summary>
        public string Value { get; private set; } = string.Empty;

        public List<long> Sequences { get; } = [];

        /// <summary>Whether its thread has ever synced the journal.</summary>
        public bool HasLed => _hasLed;

        /// <summary>The write of a group on this writer's thread.</summary>
        public bool Writes(SimulatedCall call) => JournalTest.IsGroupWrite(call) && IsHere();

        /// <summary>The sync of a group on this writer's thread.</summary>
        public bool Syncs(SimulatedCall call) => JournalTest.IsGroupSync(call) && IsHere();

        /// <summary>On a thread of its own; returns the answer to the last write.</summary>
        public Task<WriteResult> Start() => Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        private WriteResult Run()
        {
            Volatile.Write(ref _thread, Environment.CurrentManagedThreadId);
            WriteResult? result = null;
            for (int n = 0; n < (WritesMax ?? 500) && !(WritesMax is null && _hasLed); n++)
            {
                Value = n.ToString(CultureInfo.InvariantCulture);
                result = store.PutAsync(Id, Value, Level).SoonAsync().GetAwaiter().GetResult(); // stays on this thread
                Sequences.Add(result.Sequence);
            }

            Assert.True(WritesMax is not null || _hasLed);
            return result!;
        }

        private bool IsHere()
        {
            bool isHere = Environment.CurrentManagedThreadId == Volatile.Read(ref _thread);
            _hasLed |= isHere;
            return isHere;
        }
    }
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
