using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Support.Crash;

/// <summary>
/// Several processes, one after the other, on one directory: each is used by several clients at once and ends by a kill, a
/// power cut or a clean stop. The next one finds what that has left.
/// </summary>
/// <remarks>
/// Owns: the disk of the present life. Thread: the test's.
/// Invariants: one history for all lives, judged as a whole at each end.
/// On failure: the first violation is returned, in words.
/// </remarks>
/// <param name="random">Chooses everything.</param>
/// <param name="leftOut">Syncs that are left out in every life, to see that it is found out.</param>
internal sealed class Lives(Random random, Func<SimulatedCall, bool>? leftOut = null)
{
    private const int LivesMax = 4;
    private const int ClientsMax = 3;
    private const int StepsMax = 6;
    private const int StatesOfALife = 4;

    private enum Ending
    {
        Stop,
        Kill,
        PowerCut,
    }

    /// <summary>Processes started.</summary>
    public int Count { get; private set; }

    /// <summary>States examined.</summary>
    public int States { get; private set; }

    /// <summary>All calls and marks up to the violation.</summary>
    public IReadOnlyList<SimulatedCall> Calls { get; private set; } = [];

    public string? Run()
    {
        SimulatedFileSystem? disk = random.Next(4) == 0 ? Scene.Empty() : Scene.Prepared();
        string? problem = null;
        int lives = random.Next(2, LivesMax + 1);
        while (Count < lives && problem is null && disk is not null)
        {
            Count++;
            var (next, found) = Live(disk);
            (disk, problem) = (next, found);
        }

        return problem;
    }

    /// <summary>The disk as the next process finds it, restarted; or what is wrong with it.</summary>
    private (SimulatedFileSystem? Next, string? Problem) Live(SimulatedFileSystem disk)
    {
        var ending = (Ending)random.Next(3);
        StoreOptions options = Scene.Options with { SealAfter = TimeSpan.FromMilliseconds(random.Next(2) == 0 ? 1 : 1000) };
        Func<Workload, Task>[][] clients = [.. Enumerable.Range(0, random.Next(1, ClientsMax + 1)).Select(_ => Steps())];
        var level = (DurabilityLevel)random.Next((int)DurabilityLevel.Buffered, (int)DurabilityLevel.Filed + 1);
        _ = leftOut is null ? null : disk.DropSyncs(leftOut);
        int call = ending == Ending.Kill ? random.Next(1, 400) : int.MaxValue;
        var policy = SchedulePolicy.Any(new Random(random.Next()));
        CrashRecorder recorder = disk.StartRecording();
        SimulatedFileSystem left = SimulatedProcess.RunUntilKilled(
            disk, policy, made => made.Changes, call, scheduler => UseAsync(scheduler, disk, options, level, clients)) ?? disk.Kill();
        left.Mark(new Note.Killed());

        if (ending != Ending.PowerCut)
        {
            return Continue(left);
        }

        // Sampled, the power goes at any moment of this life; the last sample is where the next life begins.
        CrashState? last = null;
        foreach (CrashState state in recorder.Sample(random, StatesOfALife))
        {
            last = state;
            States++;
            if (Oracle.Examine(state) is { } problem)
            {
                Calls = state.Point.Calls;
                return (null, $"{state}: {problem}");
            }
        }

        return last is null ? (null, null) : (Scene.Continue(last.Open(), [.. last.Point.Marks, new Note.Restarted()]), null);
    }

    /// <summary>Judges the process's end on a copy, with one more write and power cut, and lets the next life begin where it ended.</summary>
    private (SimulatedFileSystem? Next, string? Problem) Continue(SimulatedFileSystem left)
    {
        States++;
        string? problem = Oracle.Examine(left.Kill(), [], Scene.Ids[random.Next(Scene.Ids.Count)]);
        Calls = left.Log.Take();
        left.Mark(new Note.Restarted());
        return (left, problem is null ? null : $"{left.Log.Count} calls and then the process's end: {problem}");
    }

    private static async Task UseAsync(SeededScheduler scheduler, SimulatedFileSystem disk, StoreOptions options, DurabilityLevel level, Func<Workload, Task>[][] clients)
    {
        await using DocumentStore store = Scene.Open(disk, scheduler, options);
        var w = new Workload(disk, store) { Level = level, Scheduler = scheduler, IsHealthy = true };
        await w.TogetherAsync([.. clients.Select<Func<Workload, Task>[], Func<Task>>(steps => async () =>
        {
            foreach (Func<Workload, Task> step in steps)
            {
                await step(w);
            }
        })]);
    }

    private Func<Workload, Task>[] Steps() => [.. Enumerable.Range(0, random.Next(1, StepsMax + 1)).Select(_ => Step())];

    private Func<Workload, Task> Step()
    {
        string[] ids = [.. Scene.Ids.OrderBy(_ => random.Next())];
        int bytes = random.Next(4) switch { 0 => Workload.LargeBytes, 1 => Workload.SegmentQuarterBytes, _ => Workload.SmallBytes };
        return random.Next(8) switch
        {
            0 => w => w.DeleteAsync(ids[0]),
            1 => w => w.ReadAsync(ids[0]),
            2 => w => w.ReadAllAsync(),
            3 => w => w.PutBothAsync(ids[0], ids[1], bytes),
            4 => w => w.PutAndDeleteAsync(ids[0], ids[1], bytes),
            _ => w => w.PutAsync(ids[0], bytes),
        };
    }
}
