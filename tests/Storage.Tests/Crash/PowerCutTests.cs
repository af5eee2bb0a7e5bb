using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Simulation;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash;

public sealed class PowerCutTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_201;
    private const int Budget = 7;

    private static readonly Dictionary<string, Func<Workload, Task>> Workloads = new()
    {
        ["put new"] = async w => await w.PutAsync(Scene.New),
        ["overwrite"] = async w => await w.PutAsync(Scene.Old),
        ["overwrite large"] = async w => await w.PutAsync(Scene.Old, Workload.LargeBytes),
        ["delete"] = async w =>
        {
            await w.DeleteAsync(Scene.Old);
            await w.ReadAsync(Scene.Old);
        },
        ["put, delete, put"] = async w =>
        {
            await w.PutAsync(Scene.New);
            await w.DeleteAsync(Scene.New);
            await w.ReadAsync(Scene.New);
            await w.PutAsync(Scene.New);
            await w.ReadAsync(Scene.New);
        },
        ["delete, put, delete"] = async w =>
        {
            await w.DeleteAsync(Scene.Old);
            await w.PutAsync(Scene.Old);
            await w.DeleteAsync(Scene.Old);
        },
        ["batch of two puts"] = async w =>
        {
            await w.PutBothAsync(Scene.Old, Scene.FarNew);
            await w.ReadAllAsync();
        },
        ["batch of put and delete, overwritten"] = async w =>
        {
            await w.PutAndDeleteAsync(Scene.New, Scene.Old);
            await w.PutBothAsync(Scene.Old, Scene.New);
        },
        ["two in one directory"] = async w =>
        {
            await w.PutAsync(Scene.Old);
            await w.PutAsync(Scene.New);
            await w.ReadAllAsync();
            await w.DeleteAsync(Scene.Old);
        },
        ["two in two directories"] = async w =>
        {
            await w.PutAsync(Scene.Old);
            await w.PutAsync(Scene.FarNew);
            await w.ReadAllAsync();
            await w.DeleteAsync(Scene.FarOld);
        },
    };

    public static TheoryData<string, DurabilityLevel> Cases => Scene.AtDurableAndFiled(Workloads.Keys);

    [Theory]
    [MemberData(nameof(Cases))]
    public void PowerCut_AtEveryCall_KeepsWhatWasAcknowledgedOrRead(string name, DurabilityLevel level)
    {
        CrashRecorder recorder = Scene.Record(Scene.Prepared(), Seed, Workloads[name], level);
        Examine($"{name}, {level}", recorder.States(Seed, Budget), statesMin: 20);
    }

    [Theory]
    [InlineData(1, DurabilityLevel.Durable)]
    [InlineData(2, DurabilityLevel.Filed)]
    [InlineData(3, DurabilityLevel.Durable)]
    [InlineData(4, DurabilityLevel.Filed)]
    public void PowerCut_InASeededWorkload_KeepsWhatWasAcknowledgedOrRead(int number, DurabilityLevel level)
    {
        var random = new Random(Seed + number);
        CrashRecorder recorder = Scene.Record(Scene.Prepared(), Seed + number, async w =>
        {
            for (int step = 0; step < 6; step++)
            {
                string id = Scene.Ids[random.Next(Scene.Ids.Count)];
                _ = random.Next(4) switch
                {
                    0 => await w.DeleteAsync(id),
                    1 => await w.ReadAsync(id),
                    _ => await w.PutAsync(id, random.Next(3) == 0 ? Workload.LargeBytes : Workload.SmallBytes),
                };
            }
        }, level);
        Examine($"seeded workload {number}", recorder.States(Seed, Budget), statesMin: 25);
    }

    [Fact]
    public void PowerCut_InTheFirstStart_LeavesADirectoryThatOpens()
    {
        SimulatedFileSystem disk = Scene.Empty();
        CrashRecorder recorder = disk.StartRecording();
        SimulatedProcess.Run(disk, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            await new Workload(disk, store) { Scheduler = scheduler }.PutAsync(Scene.New);
        });

        Examine("first start", StatesOfAStart(recorder), statesMin: 200);
    }

    [Fact]
    public void PowerCut_InTheSecondStart_KeepsWhatIsThere()
    {
        // The first process is killed, so the second one has something to make durable and leftovers to remove.
        SimulatedFileSystem killed = KillTests.Killed(
            w => w.PutAsync(Scene.Old), 1, call => call.Kind == CallKind.Rename && call.TargetPath == Scene.FileOf(Scene.Old)) ?? throw new InvalidOperationException();
        CrashRecorder recorder = killed.StartRecording();
        killed.Mark(new Note.Restarted());
        SimulatedProcess.Run(killed, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(killed, scheduler);
            await new Workload(killed, store) { Scheduler = scheduler }.ReadAllAsync();
        });

        Examine("second start", StatesOfAStart(recorder), statesMin: 20);
    }

    /// <summary>A start has hundreds of points that are much alike: the first and last ones, and some of those between.</summary>
    private static IEnumerable<CrashState> StatesOfAStart(CrashRecorder recorder)
    {
        const int Ends = 24;
        const int Step = 16;
        var points = recorder.Points();
        var seen = new HashSet<UInt128>();
        foreach (CrashPoint point in points.Where(point => point.Number < Ends || point.Number >= points.Count - Ends || point.Number % Step == 0))
        {
            if (point.Number >= points.Count - Ends)
            {
                seen.Clear(); // A state met again after one more acknowledgement is another test.
            }

            foreach (CrashState state in point.States(unchecked(Seed + point.Number), 8, seen))
            {
                yield return state;
            }
        }
    }

    private void Examine(string name, IEnumerable<CrashState> states, int statesMin)
    {
        Campaign.Report report = Campaign.Run(name, states, Seed);

        output.WriteLine($"{name}: {report}");
        report.AssertNone(statesMin);
    }
}
