using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Simulation;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash;

/// <summary>Power cuts while several clients write, in many orders of the store's threads: a neighbour's steps come between any two of a write's.</summary>
public sealed class InterleavingTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_202;
    private const int StatesOfAnOrder = 4;

    private static readonly int Orders = SearchLength.Times(12);

    private static readonly Dictionary<string, Func<Workload, Task>> Workloads = new()
    {
        ["neighbours in one directory"] = w => w.TogetherAsync(
            () => w.PutAsync(Scene.Old),
            () => w.PutAsync(Scene.New),
            () => w.ReadAllAsync()),
        ["a neighbour comes and goes"] = w => w.TogetherAsync(
            () => w.PutAsync(Scene.Old),
            async () =>
            {
                await w.PutAsync(Scene.New);
                await w.DeleteAsync(Scene.New);
                await w.ReadAsync(Scene.New);
            }),
        ["two directories"] = w => w.TogetherAsync(
            () => w.DeleteAsync(Scene.Old),
            async () =>
            {
                await w.PutAsync(Scene.FarNew);
                await w.DeleteAsync(Scene.FarOld);
                await w.ReadAsync(Scene.FarOld);
            }),
        ["writers of one document"] = w => w.TogetherAsync(
            () => w.PutAsync(Scene.Old),
            () => w.DeleteAsync(Scene.Old),
            () => w.PutAsync(Scene.Old),
            () => w.ReadAsync(Scene.Old)),
        ["batches that overlap"] = w => w.TogetherAsync(
            () => w.PutBothAsync(Scene.Old, Scene.FarNew),
            () => w.PutAndDeleteAsync(Scene.FarNew, Scene.FarOld),
            () => w.PutBothAsync(Scene.FarOld, Scene.Old, Workload.LargeBytes)),
    };

    public static TheoryData<string, DurabilityLevel> Cases => Scene.AtDurableAndFiled(Workloads.Keys);

    [Theory]
    [MemberData(nameof(Cases))]
    public void PowerCut_InManyOrders_KeepsWhatWasAcknowledgedOrRead(string name, DurabilityLevel level)
    {
        int states = 0;
        var orders = new HashSet<string>();
        for (int seed = Seed; seed < Seed + Orders; seed++)
        {
            CrashRecorder recorder = Scene.Record(Scene.Prepared(), seed, async w =>
            {
                await Workloads[name](w);
                await w.ReadAllAsync();
            }, level);
            orders.Add(string.Join('\n', recorder.Points()[^1].Calls));
            foreach (CrashState state in recorder.Sample(new Random(seed), StatesOfAnOrder))
            {
                states++;
                string? problem = Oracle.Examine(state);
                Assert.True(problem is null, $"{name}, {level}, seed {seed}, {state}: {problem}");
            }
        }

        output.WriteLine($"{name}, {level}: {orders.Count} orders, {states} states");
        Assert.True(orders.Count > Orders / 2, $"only {orders.Count} different orders");
    }
}
