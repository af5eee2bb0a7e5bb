using DocService.Storage.Io;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash.Faults;

/// <summary>Each call of a workload fails in turn, in every way; then the power goes.</summary>
public sealed class FaultTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_204;

    /// <summary>Every so many runs one more state than the bare one is examined.</summary>
    private const int MixedEvery = 4;

    public static TheoryData<string> Cases => [.. FaultCase.All.Select(fault => fault.ToString())];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Workload_EachCallFailsInTurn_NothingAcknowledgedIsLost(string name)
    {
        FaultCase fault = FaultCase.All.Single(one => one.ToString() == name);
        int runs = 0;
        while (Run(fault, runs + 1))
        {
            runs++;
        }

        output.WriteLine($"{fault}: {runs} runs");
        Assert.True(runs >= 5, $"only {runs} runs");
    }

    /// <summary>Memory that runs out before a write has the known effect "nothing": it was taken for an unknown outcome, and fenced for good.</summary>
    [Fact]
    public void Workload_NoMemoryFromTheKthGroupOn_IsBusyAndLosesNothing()
    {
        int runs = 0;
        for (bool isOver = false; !isOver; runs++)
        {
            SimulatedFileSystem disk = Scene.Prepared();
            CrashState? state = null;
            int groups = runs;
            string replay = $"no memory after {groups} groups";
            SimulatedProcess.Run(disk, SchedulePolicy.Any(new Random(unchecked(Seed + groups)), isPunctual: true), async scheduler =>
            {
                await using DocumentStore store = Scene.Open(disk, scheduler);
                var w = new Workload(disk, store) { Scheduler = scheduler };
                disk.MemoryLeft = groups;
                await StepsAsync(w);
                await w.PutAsync(Scene.New);
                isOver = disk.MemoryRefused == 0;
                Assert.True(store.Status.State == StoreState.Ready, $"{replay}: {store.Status.State}, {store.Status.Reason}");
                Assert.True(isOver || await w.PutAsync(Scene.Old) is StoreBusyException, $"{replay}: not busy");
                disk.MemoryLeft = null;
                await UseAfterwardsAsync(w, fenced: false, replay);
                string? problem = new Ledger(disk.Log.Marks()).Violation;
                Assert.True(problem is null, $"{replay}: {problem}");
                state = disk.CrashNow().Nothing();
            });
            string? lost = Oracle.Examine(state!.Open(), state.Point.Marks, runs % 2 == 0 ? Scene.Old : null);
            Assert.True(lost is null, $"{replay}, {state}: {lost}");
        }

        output.WriteLine($"no memory: {runs} runs");
        Assert.True(runs >= 5, $"only {runs} runs");
    }

    private static bool Run(FaultCase fault, int call)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        CrashPoint? cut = null;
        string replay = string.Empty;
        SimulatedProcess.Run(disk, SchedulePolicy.Any(new Random(unchecked(Seed + call)), isPunctual: true), async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            var w = new Workload(disk, store) { Scheduler = scheduler };
            int logged = disk.Log.Count;
            Fault armed = fault.Arm(disk, call, fault.Kind == FaultKind.NoMemory ? static _ => FaultCase.IsBehindTheWrites() : null);
            await StepsAsync(w);
            if (!armed.Fired)
            {
                return;
            }

            disk.ClearFaults();
            List<SimulatedCall> failed = [];
            await w.UntilAsync(() => (failed = [.. disk.Log.Take().Skip(logged).Where(made => made.Error == fault.Error)]).Count > 0, "a sync under way fails at its end");
            replay = $"{fault}, call {call} ({failed[0]}), seed {Seed}";
            bool fenced = store.Status.State == StoreState.Fenced;
            Assert.True(fenced || !failed.Exists(MustFence), $"{replay}: not fenced");
            Assert.True(!fenced || failed.Exists(made => made.Changes && fault.Error is not (Errno.EMFILE or Errno.ENOMEM)), $"{replay}: fenced for nothing");
            await UseAfterwardsAsync(w, fenced, replay);
            string? problem = new Ledger(disk.Log.Marks()).Violation;
            Assert.True(problem is null, $"{replay}: {problem}");
            cut = disk.CrashNow();
        });
        if (cut is null)
        {
            return false;
        }

        IEnumerable<CrashState> states = call % MixedEvery == 0 ? cut.States(unchecked(Seed + call), 4).TakeLast(1).Prepend(cut.Nothing()) : [cut.Nothing()];
        foreach (CrashState state in states)
        {
            string? lost = Oracle.Examine(state.Open(), state.Point.Marks, call % 2 == 0 ? Scene.Old : null);
            Assert.True(lost is null, $"{replay}, {state}: {lost}");
        }

        return true;
    }

    private static async Task StepsAsync(Workload w)
    {
        await w.PutAsync(Scene.New);
        await w.ReadAsync(Scene.New);
        await w.PutAsync(Scene.Old);
        await w.DeleteAsync(Scene.FarOld);
        await w.ReadAsync(Scene.FarOld);
        await w.PutAndDeleteAsync(Scene.New, Scene.Old);
        await w.ReadAllAsync();
    }

    /// <summary>The disk is well again: what is known is readable, and writes work or say that the store is fenced.</summary>
    private static async Task UseAfterwardsAsync(Workload w, bool fenced, string replay)
    {
        var open = OpenIds(w.Disk);
        foreach (string id in Scene.Ids)
        {
            StoreException? error = await w.ReadAsync(id);
            Assert.True(error is null || (error is StoreFencedException && open.Contains(id)), $"{replay}: {id} is not readable: {error}");
        }

        foreach (string id in Scene.Ids)
        {
            StoreException? error = await w.PutAsync(id);
            Assert.True(fenced ? error is StoreFencedException : error is null, $"{replay}: put of {id} afterwards: {error}");
        }

        await w.UntilAsync(() => fenced || w.Store.Status.State == StoreState.Ready, $"{replay}: ready after puts that succeeded");
    }

    private static HashSet<string> OpenIds(SimulatedFileSystem disk)
    {
        var notes = disk.Log.Marks().OfType<Note>().ToList();
        var open = notes.OfType<Note.LeftOpen>().Select(note => note.Operation).ToHashSet();
        return [.. notes.OfType<Note.Issued>().Where(note => open.Contains(note.Operation)).SelectMany(note => note.Changes).Select(change => change.Id)];
    }

    private static bool MustFence(SimulatedCall call) =>
        call.Kind == CallKind.SyncDirectory || (call.IsSync && call.Error is not Errno.ENOSPC) || call.Error == Errno.EROFS;
}
