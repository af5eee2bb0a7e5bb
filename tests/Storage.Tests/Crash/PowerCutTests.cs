using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Simulation;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash;

public sealed class PowerCutTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_201;
    private const int Budget = 6;

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

    public static TheoryData<string, DurabilityLevel> Cases
    {
        get
        {
            var cases = new TheoryData<string, DurabilityLevel>();
            foreach (string name in Workloads.Keys)
            {
                cases.Add(name, DurabilityLevel.Durable);
                cases.Add(name, DurabilityLevel.Filed);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task PowerCut_AtEveryCall_KeepsWhatWasAcknowledgedOrRead(string name, DurabilityLevel level)
    {
        CrashRecorder recorder = await Scene.RecordAsync(await Scene.PreparedAsync(), Workloads[name], level);
        await ExamineAsync($"{name}, {level}", recorder.States(Seed, Budget), statesMin: 20);
    }

    [Theory]
    [InlineData(1, DurabilityLevel.Durable)]
    [InlineData(2, DurabilityLevel.Filed)]
    [InlineData(3, DurabilityLevel.Durable)]
    [InlineData(4, DurabilityLevel.Filed)]
    public async Task PowerCut_InASeededWorkload_KeepsWhatWasAcknowledgedOrRead(int number, DurabilityLevel level)
    {
        var random = new Random(Seed + number);
        CrashRecorder recorder = await Scene.RecordAsync(await Scene.PreparedAsync(), async w =>
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
        await ExamineAsync($"seeded workload {number}", recorder.States(Seed, Budget), statesMin: 25);
    }

    [Fact]
    public async Task PowerCut_InTheFirstStart_LeavesADirectoryThatOpens()
    {
        SimulatedFileSystem disk = Scene.Empty();
        CrashRecorder recorder = disk.StartRecording();
        await using (DocumentStore store = Scene.Open(disk))
        {
            await new Workload(disk, store).PutAsync(Scene.New);
        }

        await ExamineAsync("first start", StatesOfAStart(recorder), statesMin: 200);
    }

    [Fact]
    public async Task PowerCut_InTheSecondStart_KeepsWhatIsThere()
    {
        // The first process is killed, so the second one has something to make durable and leftovers to remove.
        SimulatedFileSystem disk = await Scene.PreparedAsync();
        await using DocumentStore first = Scene.Open(disk);
        using CallGate gate = disk.BlockCall(call => call.Kind == CallKind.Rename && call.TargetPath == Scene.FileOf(Scene.Old));
        Task<StoreException?> put = new Workload(disk, first).PutAsync(Scene.Old);
        await gate.Reached;
        SimulatedFileSystem killed = disk.Kill();
        gate.Release();
        await put;

        CrashRecorder recorder = killed.StartRecording();
        killed.Mark(new Note.Restarted());
        await using (DocumentStore store = Scene.Open(killed))
        {
            await new Workload(killed, store).ReadAllAsync();
        }

        await ExamineAsync("second start", StatesOfAStart(recorder), statesMin: 20);
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

    private async Task ExamineAsync(string name, IEnumerable<CrashState> states, int statesMin)
    {
        Campaign.Report report = await Campaign.RunAsync(name, states, Seed);

        output.WriteLine($"{name}: {report}");
        report.AssertNone(statesMin);
    }
}
