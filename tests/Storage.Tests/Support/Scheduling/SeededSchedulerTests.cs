using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Support.Scheduling;

/// <summary>A seed is its replay: the same seed gives the same calls, and another one others.</summary>
public sealed class SeededSchedulerTests
{
    private const int Seeds = 40;

    [Fact]
    public void Run_TheSameSeedTwice_GivesTheSameCallsByteForByte()
    {
        var logs = new HashSet<string>();
        for (int seed = 0; seed < Seeds; seed++)
        {
            string log = LogOf(seed);
            Assert.Equal(log, LogOf(seed));
            logs.Add(log);
        }

        Assert.True(logs.Count > Seeds / 2, $"only {logs.Count} different orders of {Seeds}");
    }

    /// <summary>A wake-up that is lost leaves a client without what it waits for; in virtual time that is found at once.</summary>
    [Theory]
    [InlineData("docservice-journal")]
    [InlineData("docservice-filer")]
    public void Run_WakeUpsOfAThreadAreLost_IsFoundAsAHang(string thread)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        var scheduler = new SeededScheduler(SchedulePolicy.Any(new Random(1))) { LosesWakeUp = fiber => fiber.Name == thread };

        Assert.Throws<HangException>(() => SimulatedProcess.Run(disk, scheduler, () => UseAsync(scheduler, disk)));
    }

    private static string LogOf(int seed)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        var scheduler = new SeededScheduler(SchedulePolicy.Any(new Random(seed)));
        SimulatedProcess.Run(disk, scheduler, () => UseAsync(scheduler, disk));
        return string.Join('\n', disk.Log.Take());
    }

    private static async Task UseAsync(SeededScheduler scheduler, SimulatedFileSystem disk)
    {
        await using DocumentStore store = Scene.Open(disk, scheduler);
        var w = new Workload(disk, store) { Scheduler = scheduler, IsHealthy = true };
        await w.TogetherAsync(
            () => PutAsync(w, Scene.Old, Scene.New),
            () => PutAsync(w, Scene.FarOld, Scene.New),
            () => PutAsync(w, Scene.New, Scene.FarNew));
    }

    private static async Task PutAsync(Workload w, string id, string other)
    {
        await w.PutAsync(id);
        await w.DeleteAsync(other);
        await w.PutBothAsync(id, other, Workload.LargeBytes);
    }
}
