using System.IO.Hashing;
using System.Text;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Simulation;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Support.Scheduling;

/// <summary>A seed is its replay: the same seed gives the same calls, and another one others.</summary>
public sealed class SeededSchedulerTests(ITestOutputHelper output)
{
    private const int Seeds = 20;
    private const int WakeUpsMax = 100;

    [Fact]
    public void Run_TheSameSeedTwice_GivesTheSameCallsByteForByte()
    {
        var logs = new HashSet<string>();
        var all = new StringBuilder();
        for (int seed = 0; seed < Seeds; seed++)
        {
            string log = LogOf(seed);
            Assert.Equal(log, LogOf(seed));
            logs.Add(log);
            all.AppendLine(log);
        }

        // That it is the same in another process too shows in the output of two runs.
        output.WriteLine($"{logs.Count} orders of {Seeds}, {all.Length} characters, hash {XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(all.ToString())):x}");

        Assert.True(logs.Count > Seeds / 2, $"only {logs.Count} different orders of {Seeds}");
    }

    /// <summary>
    /// A wake-up that is lost leaves a client without what it waits for; in virtual time that is found at once. Time is punctual here: a
    /// timeout that runs out early would make up for the wake-up.
    /// </summary>
    [Theory]
    [InlineData("docservice-journal")]
    [InlineData("docservice-filer")]
    [Trait("Shows", "sabotage")]
    public void Run_WakeUpsOfAThreadAreLost_IsFoundAsAHang(string thread)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        var scheduler = new SeededScheduler(SchedulePolicy.Any(new Random(1), isPunctual: true)) { LosesWakeUp = fiber => fiber.Name == thread };

        Assert.Throws<HangException>(() => SimulatedProcess.Run(disk, scheduler, () => UseAsync(scheduler, disk)));
    }

    /// <summary>A commit is in the queue and the journal's thread is not told: one wake-up is enough, where the thread waits for nothing else.</summary>
    [Fact]
    [Trait("Shows", "sabotage")]
    public void Run_OneWakeUpOfTheJournalIsLost_IsFoundAsAHang()
    {
        int lost = 0;
        HangException? hang = null;
        while (hang is null && lost++ < WakeUpsMax)
        {
            int wakeUps = 0;
            SimulatedFileSystem disk = Scene.Prepared();
            var scheduler = new SeededScheduler(SchedulePolicy.Any(new Random(lost), isPunctual: true))
            {
                LosesWakeUp = fiber => fiber.Name == "docservice-journal" && ++wakeUps == lost,
            };
            hang = Record.Exception(() => SimulatedProcess.Run(disk, scheduler, () => UseAsync(scheduler, disk))) as HangException;
        }

        output.WriteLine($"found when wake-up {lost} was lost");
        Assert.NotNull(hang);
    }

    private static string LogOf(int seed)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        var scheduler = new SeededScheduler(SchedulePolicy.Any(new Random(seed)));
        SimulatedProcess.Run(disk, scheduler, () => UseAsync(scheduler, disk));

        // All but the store's number, which is drawn.
        return string.Join('\n', disk.Log.Take().Where(call => call.Note is not Note.Opened));
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
