using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Crash.Ending;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash.Features;

/// <summary>Documents that end, across power cuts and kills and under a wall clock that jumps.</summary>
public sealed class ExpiryCrashTests(ITestOutputHelper output)
{
    private const int Seed = 20_261_128;
    private const int Seeds = 25;
    private const int Budget = 3;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>What was acknowledged ends when that was said; what was swept stays away; what came after a sweep stays.</summary>
    [Fact]
    public void PowerCut_AtEveryCall_EveryDocumentHasTheEndThatWasAcknowledged()
    {
        SimulatedFileSystem disk = Scene.Prepared();
        CrashRecorder? recorder = null;
        string? problem = null;
        SimulatedProcess.Run(disk, SchedulePolicy.Any(new Random(Seed)), async scheduler =>
        {
            var documents = new EndingDocuments(disk, scheduler, EndingDocuments.Prepared);
            recorder = disk.StartRecording();
            disk.Mark(new EndingDocuments.Told(EndingDocuments.Prepared));
            await documents.PutAsync(DurabilityLevel.Durable, Put(Scene.Old, Hour), Put(Scene.FarOld, null));
            await documents.PutAsync(DurabilityLevel.Filed, Put(Scene.FarOld, 2 * Hour));
            await documents.PutAsync(DurabilityLevel.Durable, Put(Scene.New, Hour), Put(Scene.FarNew, Hour));
            await documents.PutAsync(DurabilityLevel.Filed, Put(Scene.New, null));
            scheduler.Clocks.Skipped += 3 * Hour;
            await documents.SweepAsync([.. documents.Entries.Select(entry => (entry.Key, entry.Value!.Version))]);
            await documents.PutAsync(DurabilityLevel.Durable, Put(Scene.Old, Hour));
            await documents.ReadAllAsync();
            problem = documents.Problem;
            await documents.CloseAsync();
        });
        Assert.True(problem is null, problem);

        int states = 0;
        foreach (CrashState state in recorder!.States(Seed, Budget).Where(state => state.Point.Marks.OfType<EndingDocuments.Told>().Any()))
        {
            string? found = EndingDocuments.Audit(state.Open(), state.Point.Marks, out _, out _);
            Assert.True(found is null, $"{state}: {found}");
            states++;
        }

        output.WriteLine($"{states} states");
        Assert.True(states > 50, $"{states} states");
    }

    [Fact]
    public void Lives_UnderAClockThatJumps_LoseNothingAndSweepOnlyWhatWasOverForAnHour()
    {
        int lives = 0, states = 0, swept = 0;
        for (int seed = Seed; seed < Seed + Seeds; seed++)
        {
            var run = new EndingLives(new Random(seed));
            string? problem = run.Run();
            Assert.True(problem is null, $"seed {seed}, life {run.Count}: {problem}");
            (lives, states, swept) = (lives + run.Count, states + run.States, swept + run.Swept);
        }

        output.WriteLine($"{lives} lives, {states} states, {swept} documents swept");
        Assert.True(swept > 10, $"{swept} documents swept");
    }

    private static EndingDocuments.Change Put(string id, TimeSpan? life) => new(id, $"{{\"id\":\"{id}\",\"life\":\"{life}\",\"fill\":\"{new string('x', Workload.SmallBytes)}\"}}", life);
}
