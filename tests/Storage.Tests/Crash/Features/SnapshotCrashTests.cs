using DocService.Storage.Io;
using DocService.Storage.Tests.Crash.Sabotages;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Crash.Features;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash.Features;

/// <summary>Snapshots beside writes, in any order of their threads, across power cuts and calls that fail: each is the store as of its sequence, or is not there.</summary>
public sealed class SnapshotCrashTests(ITestOutputHelper output)
{
    private const int Seed = 20_261_128;
    private const int Seeds = 24;
    private const int CutsOfARun = 12;
    private const string Name = "s";

    /// <summary>What is left out.</summary>
    private static readonly Dictionary<string, Func<SimulatedCall, bool>> Steps = new()
    {
        ["names of its documents"] = call => IsDirectory(call, "/docs/80") || IsDirectory(call, $"/docs/{Scene.ShardOf(Scene.Old)[^2..]}"),
        ["names of its directories of documents"] = call => IsDirectory(call, "/docs"),
        ["its journal"] = call => call.Kind == CallKind.Sync && call.Path.EndsWith(".journal", StringComparison.Ordinal) && IsInDraft(call),
        ["the name of its journal"] = call => IsDirectory(call, "/journal"),
        ["its manifest"] = call => call.Kind == CallKind.Sync && call.Path.EndsWith("/SNAPSHOT", StringComparison.Ordinal),
        ["its FORMAT"] = call => call.Kind == CallKind.Sync && call.Path.EndsWith("/FORMAT.draft", StringComparison.Ordinal) && IsInDraft(call),
        ["names of its parts"] = call => IsDirectory(call, string.Empty),
        ["its own name"] = call => call is { Kind: CallKind.SyncDirectory, Path: SnapshotAudit.Folder },
        ["the name of the directory of snapshots"] = call => call is { Kind: CallKind.SyncDirectory, Path: Scene.Data },
    };

    public static TheoryData<string, bool> SabotageCases
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (string step in Steps.Keys)
            {
                cases.Add(step, false);
                cases.Add(step, true);
            }

            return cases;
        }
    }

    /// <summary>Writers, the filer and the snapshot's walk take turns in any order: nothing of a commit is in it in part, and none behind its sequence.</summary>
    [Fact]
    public void Taken_BesideWriters_IsTheStoreAsOfItsSequence()
    {
        int between = 0;
        for (int seed = Seed; seed < Seed + Seeds; seed++)
        {
            SimulatedFileSystem disk = Scene.Prepared();
            SimulatedProcess.Run(disk, SchedulePolicy.Any(new Random(seed)), async scheduler =>
            {
                await using DocumentStore store = Scene.Open(disk, scheduler);
                await TakeBesideWritersAsync(disk, store, scheduler);
            });
            IReadOnlyList<object> notes = disk.Log.Marks();
            SnapshotInfo info = SnapshotAudit.InfoOf(disk, Name)!;
            between += info.Sequence > info.FiledThrough ? 1 : 0;
            string? problem = SnapshotAudit.Judge(disk, notes, Name) ?? Oracle.Examine(SimulatedFileSystem.From(disk.Snapshot()), notes, Scene.Old);
            Assert.True(problem is null, $"seed {seed}: {problem}");
        }

        output.WriteLine($"{Seeds} snapshots, {between} with commits of their own journal");
        Assert.True(between > Seeds / 2, $"{between} snapshots have commits of their own journal");
    }

    /// <summary>A cut leaves the whole snapshot or none; once it was told of, it is there. The store itself never notices, and the start removes what is left of it.</summary>
    [Fact]
    public void PowerCut_AtAnyCall_LeavesAWholeSnapshotOrNone()
    {
        int there = 0, gone = 0, leftovers = 0;
        for (int seed = Seed; seed < Seed + 4; seed++)
        {
            SimulatedFileSystem disk = Scene.Prepared();
            CrashRecorder? recorder = null;
            SimulatedProcess.Run(disk, SchedulePolicy.Any(new Random(seed)), async scheduler =>
            {
                await using DocumentStore store = Scene.Open(disk, scheduler);
                recorder = disk.StartRecording();
                await TakeBesideWritersAsync(disk, store, scheduler);
            });
            IReadOnlyList<CrashPoint> points = recorder!.Points();
            int last = Math.Max(0, points.Count - CutsOfARun);
            foreach (CrashState state in recorder.Sample(new Random(seed), CutsOfARun).Concat(points.Skip(last).SelectMany(point => point.States(seed, budget: 2))))
            {
                SimulatedFileSystem found = state.Open();
                bool isTaken = state.Point.Marks.OfType<SnapshotAudit.Taken>().Any();
                bool isThere = found.Disk.Tree().Contains($"{SnapshotAudit.PathOf(Name)}/");
                string? problem = isTaken && !isThere ? "the snapshot is lost" : isThere ? SnapshotAudit.Judge(found, state.Point.Marks, Name) : null;
                leftovers += found.Disk.Tree().Contains($"{SnapshotAudit.Folder}/.draft/") ? 1 : 0;
                problem ??= Oracle.Examine(found, state.Point.Marks, Scene.Old) ?? LeftAfterStart(state.Open());
                Assert.True(problem is null, $"seed {seed}, {state}: {problem}");
                there += isThere ? 1 : 0;
                gone += isThere ? 0 : 1;
            }
        }

        output.WriteLine($"{there} states with the snapshot, {gone} without, {leftovers} with a draft");
        Assert.True(there > 0 && gone > 0 && leftovers > 0, $"{there}, {gone}, {leftovers}");
    }

    [Theory]
    [MemberData(nameof(SabotageCases))]
    [Trait("Shows", "sabotage")]
    public void Snapshot_WithoutOneSync_IsDetected(string step, bool isHidden)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        CrashPoint? cut = null;
        SimulatedProcess.Run(disk, SchedulePolicy.Any(new Random(Seed)), async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            _ = SabotageTests.Sabotage(disk, Steps[step], isHidden);
            await TakeBesideWritersAsync(disk, store, scheduler);
            cut = disk.CrashNow();
        });
        string? problem = cut!.States(Seed, budget: 200).Select(state => SnapshotAudit.Judge(state.Open(), state.Point.Marks, Name)).FirstOrDefault(found => found is not null);

        output.WriteLine($"{step}: {problem}");
        Assert.NotNull(problem);
    }

    /// <summary>Each kind of call of the snapshot fails in turn: it is refused by name, the store serves on, nothing is left, and the next one succeeds.</summary>
    [Theory]
    [InlineData(nameof(Errno.EIO))]
    [InlineData(nameof(Errno.ENOSPC))]
    [InlineData(nameof(Errno.EMFILE))]
    public void ACallFails_TheStoreServesOn(string name)
    {
        Errno error = Enum.Parse<Errno>(name);
        int runs = 0;
        for (int call = 1; RunWithFault(error, call, out string? problem); call += 1 + (call / 2)) // the calls are alike: 256 directories
        {
            runs++;
            Assert.True(problem is null, $"{error}, call {call}: {problem}");
        }

        output.WriteLine($"{error}: {runs} runs");
        Assert.True(runs >= 5, $"{runs} runs");
    }

    private static bool RunWithFault(Errno error, int call, out string? problem)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        string? found = null;
        bool hasFired = false;
        SimulatedProcess.Run(disk, SchedulePolicy.Calm(new Random(call)), async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            var workload = new Workload(disk, store) { Scheduler = scheduler, IsHealthy = true };
            Fault fault = disk.FailCall(call, error, where: made => (IsInDraft(made) || made.TargetPath?.StartsWith(SnapshotAudit.Folder, StringComparison.Ordinal) == true)
                && (error != Errno.EMFILE || made.OpensHandle) && (error != Errno.ENOSPC || made.NeedsSpace) && SeededScheduler.Current?.Name == "docservice-snapshot");
            bool isTaken = await TryTakeAsync(store);
            hasFired = fault.Fired;
            disk.ClearFaults();
            found = isTaken == hasFired ? $"taken: {isTaken}" : store.Status.State != StoreState.Ready ? $"the store is {store.Status.State}" : null;
            await workload.PutAsync(Scene.New);
            if (hasFired && found is null)
            {
                found = await TryTakeAsync(store) ? null : "the next one is refused";
                await workload.UntilAsync(() => disk.Disk.Tree().Where(path => path.StartsWith(SnapshotAudit.Folder, StringComparison.Ordinal)).All(path => !path.Contains("/.", StringComparison.Ordinal)), "the draft is removed");
            }
        });
        problem = found ?? SnapshotAudit.Judge(disk, disk.Log.Marks(), Name);
        return hasFired;
    }

    private static async Task<bool> TryTakeAsync(DocumentStore store)
    {
        try
        {
            await store.Snapshots.TakeAsync(Name);
            return true;
        }
        catch (StoreException)
        {
            return false;
        }
    }

    private static async Task TakeBesideWritersAsync(SimulatedFileSystem disk, DocumentStore store, SeededScheduler scheduler)
    {
        var workload = new Workload(disk, store) { Scheduler = scheduler, Level = DurabilityLevel.Durable, IsHealthy = true };
        bool isTaken = false;
        await workload.PutAsync(Scene.New);
        await workload.TogetherAsync(
            async () =>
            {
                SnapshotInfo info = await store.Snapshots.TakeAsync(Name);
                disk.Mark(new SnapshotAudit.Taken(Name, info.Sequence));
                isTaken = true;
            },
            async () =>
            {
                for (int round = 0; !isTaken && round < 40; round++)
                {
                    await workload.PutBothAsync(Scene.Old, Scene.FarOld, Workload.LargeBytes);
                    await workload.DeleteAsync(Scene.Old);
                    await workload.PutAsync(Scene.New);
                }
            },
            async () =>
            {
                for (int round = 0; !isTaken && round < 40; round++)
                {
                    await workload.PutAsync(Scene.FarNew);
                    await workload.DeleteAsync(Scene.FarNew);
                }
            });
    }

    /// <summary>What is left of a draft once the store has been open for a while.</summary>
    private static string? LeftAfterStart(SimulatedFileSystem disk)
    {
        SimulatedProcess.Run(disk, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            var workload = new Workload(disk, store) { Scheduler = scheduler };
            await workload.UntilAsync(() => !HasLeftover(disk), "the draft is removed");
        });
        return HasLeftover(disk) ? "a draft is left" : null;
    }

    private static bool HasLeftover(SimulatedFileSystem disk) => disk.Disk.Tree().Any(path => path.StartsWith($"{SnapshotAudit.Folder}/.", StringComparison.Ordinal));

    private static bool IsInDraft(SimulatedCall call) => call.Path.StartsWith($"{SnapshotAudit.Folder}/.draft", StringComparison.Ordinal);

    private static bool IsDirectory(SimulatedCall call, string path) => call.Kind == CallKind.SyncDirectory && call.Path == $"{SnapshotAudit.Folder}/.draft{path}";
}
