using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash;

/// <summary>The process is killed, another one starts, and then the power goes: what the second one showed must stay.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    public void Kill_BetweenRenameAndDirectorySync_WhatTheNextProcessShowsSurvivesAPowerCut()
    {
        SimulatedFileSystem killed = Killed(
            w => w.PutAsync(Scene.Old), 1, call => call.Kind == CallKind.SyncDirectory && call.Path == Scene.ShardOf(Scene.Old)) ?? throw new InvalidOperationException();
        var before = new Ledger(killed.Log.Marks());

        Assert.Null(Oracle.Examine(killed, [], Scene.FarNew));

        // The version that was renamed and not acknowledged was shown: else this has tested nothing.
        Assert.Equal(before.Versions.Count + 2, new Ledger(killed.Log.Marks()).Versions.Count);
    }

    [Theory]
    [InlineData(DurabilityLevel.Filed)]
    [InlineData(DurabilityLevel.Buffered)]
    public void Kill_AtEveryCall_LosesNothingThatWasAcknowledgedOrRead(DurabilityLevel level)
    {
        int kills = 0;
        for (int call = 1; Killed(StepsAsync, call, made => made.Changes, level) is { } killed; call++)
        {
            kills++;
            string? problem = Oracle.Examine(killed, [], Scene.Ids[call % Scene.Ids.Count]);
            Assert.True(problem is null, $"killed at changing call {call}: {problem}");
        }

        output.WriteLine($"{kills} kills");
        Assert.True(kills >= 20, $"only {kills} kills");
    }

    /// <summary>The disk as the next process finds it; null when the workload has fewer calls.</summary>
    internal static SimulatedFileSystem? Killed(Func<Workload, Task> steps, int call, Func<SimulatedCall, bool> where, DurabilityLevel level = DurabilityLevel.Filed)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        bool isRunning = false;
        SimulatedFileSystem? killed = SimulatedProcess.RunUntilKilled(
            disk,
            SchedulePolicy.Any(new Random(call)),
            made => isRunning && where(made),
            call,
            async scheduler =>
            {
                await using DocumentStore store = Scene.Open(disk, scheduler);
                isRunning = true;
                await steps(new Workload(disk, store) { Level = level, Scheduler = scheduler });
                isRunning = false;
            });
        killed?.Mark(new Note.Killed());
        return killed;
    }

    private static async Task StepsAsync(Workload w)
    {
        await w.PutAsync(Scene.New);
        await w.PutAndDeleteAsync(Scene.Old, Scene.FarOld);
        await w.DeleteAsync(Scene.New);
        await w.PutBothAsync(Scene.FarOld, Scene.New);

        // Filed, so that the filing of all that was answered earlier is among the calls.
        await new Workload(w.Disk, w.Store) { Scheduler = w.Scheduler }.PutAsync(Scene.FarNew);
    }
}
