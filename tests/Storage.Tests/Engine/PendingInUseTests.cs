using DocService.Storage.Clock;
using DocService.Storage.Engine;
using DocService.Storage.Engine.Committing;
using DocService.Storage.Engine.Health;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Recovery;
using DocService.Storage.Engine.Requests;
using DocService.Storage.Rules;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Engine;

/// <summary>What a running engine keeps of what is not filed: all that is needed, and nothing longer than that.</summary>
public sealed class PendingInUseTests
{
    private readonly SimulatedFileSystem _disk = new();

    [Fact]
    public async Task Commit_OverAVersionNotYetFiled_KeepsThePredecessorNoLongerThanItsOwnSync()
    {
        using var run = new EngineRun(_disk);
        using CallGate gate = BlockFiling(_disk); // let go before the engine stops, also when an assertion fails
        for (int n = 0; n < 10; n++)
        {
            await run.PutAsync($"{n}");
            Assert.Equal((1, 0), (run.Engine.Pending.Count, run.Engine.Pending.FollowedCount));
        }
    }

    [Fact]
    public async Task Commit_ManySegments_LeavesTheFiledOnesToNoReader()
    {
        using var run = new EngineRun(_disk);
        long last = 0;
        for (int n = 0; n < 40; n++)
        {
            last = await run.PutAsync(JournalTest.Json(JournalTest.SegmentBytes / 8));
        }

        await run.Engine.Filed.WhenTriedAsync(last).SoonAsync();
        await JournalTest.UntilAsync(() => run.Engine.Journal.Segments.Count <= 2, "segments of which all is filed are gone");
        Assert.Equal((0, 0, 0), (run.Engine.Pending.Count, run.Engine.Pending.FollowedCount, run.Engine.Space.ChargedBytes));
    }

    [Fact]
    public async Task Open_WithUnfiledDocuments_OwesThemTheirRoomUntilTheyAreFiled()
    {
        long owed;
        SimulatedFileSystem killed;
        using (var run = new EngineRun(_disk))
        using (BlockFiling(_disk))
        {
            await run.PutAsync("1");
            await run.PutAsync(JournalTest.Json(10_000));
            owed = run.Engine.Space.ChargedBytes;
            killed = _disk.Kill();
        }

        Assert.InRange(owed, 10_000, 100_000);
        CallGate gate = BlockFiling(killed);
        using (var run = new EngineRun(killed))
        using (gate)
        {
            Assert.Equal((owed, 1), (run.Engine.Space.ChargedBytes, run.Engine.Pending.Count));
            gate.Release();
            await run.Engine.Filed.WhenTriedAsync(run.Engine.Journal.Marks.DurableThrough).SoonAsync();
            Assert.Equal((0, 0), (run.Engine.Space.ChargedBytes, run.Engine.Pending.Count));
        }
    }

    /// <summary>A kept version is owed room for a file of its own; a start owes the same, and what is filed is owed nothing.</summary>
    [Fact]
    public async Task Commit_OfKeptVersions_OwesEachItsRoomUntilAllAreFiled()
    {
        long owed;
        SimulatedFileSystem killed;
        using (var run = new EngineRun(_disk, KeepingStore.Rule))
        using (BlockFiling(_disk))
        {
            await run.PutAsync("1");
            await run.PutAsync(JournalTest.Json(10_000));
            owed = run.Engine.Space.ChargedBytes;
            Assert.Equal(3, run.Engine.Pending.Count); // the document, and two versions
            killed = _disk.Kill();
        }

        Assert.InRange(owed, 20_000, 100_000);
        CallGate gate = BlockFiling(killed);
        using (var run = new EngineRun(killed))
        using (gate)
        {
            Assert.Equal((owed, 3), (run.Engine.Space.ChargedBytes, run.Engine.Pending.Count));
            gate.Release();
            await run.Engine.Filed.WhenTriedAsync(run.Engine.Journal.Marks.DurableThrough).SoonAsync();
            Assert.Equal((0, 0), (run.Engine.Space.ChargedBytes, run.Engine.Pending.Count));
        }
    }

    private static CallGate BlockFiling(SimulatedFileSystem disk) =>
        disk.BlockCall(call => call.Kind == CallKind.Rename && JournalTest.IsInDocuments(call));

    private sealed class EngineRun : IDisposable
    {
        private readonly DataDirectory _directory;

        public EngineRun(SimulatedFileSystem disk, params IReadOnlyList<IWriteRule> rules)
        {
            StoreOptions options = JournalTest.Sealing;
            var threads = new SystemThreads(TimeProvider.System);
            _directory = DataDirectory.Open(disk, options.DataDirectory, threads);
            OpenedJournal opened = new JournalOpening(_directory, options, threads).Open();
            Engine = new StoreEngine(_directory, opened, options, rules, [], new RememberedRequests(_directory, options, new StoreHealth(NullLogger.Instance), threads), new StoreHealth(NullLogger.Instance), new StoreTime(TimeProvider.System), threads, NullLogger.Instance);
        }

        public StoreEngine Engine { get; }

        public async Task<long> PutAsync(string json)
        {
            var put = new PutOperation(DocumentKey.Create("hot"), TestDocuments.Content(json), default);
            JudgedWrite write = await Engine.Commits.SubmitAsync([put], default, isBuffered: false, request: null, TimeSpan.FromMinutes(2), CancellationToken.None);
            return await write.Commit!.Acknowledged.AsTask().SoonAsync();
        }

        public void Dispose()
        {
            Engine.StopAsync(TimeSpan.FromMinutes(2)).GetAwaiter().GetResult();
            Engine.CloseFiles();
            _directory.Dispose();
        }
    }
}
