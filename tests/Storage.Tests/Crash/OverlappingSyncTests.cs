using DocService.Storage.Io;
using DocService.Storage.Tests.Crash.Sabotages;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash;

/// <summary>
/// The keeper syncs the journal's directory while the journal gives a segment its name there. Linux tells a failed write-back
/// once: whoever did not get the error must learn of it all the same.
/// </summary>
public sealed class OverlappingSyncTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_211;
    private const int Seeds = 40;
    private const int SeedsUntilFound = 600;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Shows", "sabotage")]
    public void JournalDirectory_SyncFailsBesideARename_LosesSomethingOnlyIfOneAloneIsTold(bool isSabotaged)
    {
        int fired = 0;
        string? problem = null;
        int seed = Seed;
        for (; seed < Seed + (isSabotaged ? SeedsUntilFound : Seeds) && problem is null; seed++)
        {
            problem = Run(seed, isSabotaged ? Mend.OneSyncForAll : null, ref fired);
        }

        output.WriteLine($"{seed - Seed} runs, {fired} failed syncs: {problem}");
        Assert.True(fired > 0);
        Assert.True(isSabotaged == (problem is not null), problem ?? $"the error reached one alone in {fired} runs, and nothing was found");
    }

    /// <param name="seed">Chooses the order, the sync that fails, and how long the syncs take.</param>
    /// <param name="leftOut">Without it the two threads are in the sync at once, and one gets the error.</param>
    /// <param name="fired">Counts the runs with such a sync.</param>
    private static string? Run(int seed, Mend? leftOut, ref int fired)
    {
        var random = new Random(seed);
        SimulatedFileSystem disk = Scene.Prepared();
        Fault? fault = null;
        CrashPoint? cut = null;
        var scheduler = new SeededScheduler(SchedulePolicy.Any(random, isPunctual: true)) { LeftOut = leftOut };
        SimulatedProcess.Run(disk, scheduler, async () =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            scheduler.SlowBy = call => IsOfTheJournal(call) ? TimeSpan.FromMilliseconds(random.Next(20)) : TimeSpan.Zero;
            fault = disk.FailCall(
                random.Next(1, 6), Errno.EIO, where: call => IsOfTheJournal(call) && SeededScheduler.Current?.Name == "docservice-segments");
            var w = new Workload(disk, store) { Scheduler = scheduler, Level = DurabilityLevel.Durable };
            await w.TogetherAsync([.. Scene.Ids.Select<string, Func<Task>>(id => async () =>
            {
                for (int put = 0; put < 6; put++)
                {
                    await w.PutAsync(id, Workload.SegmentQuarterBytes);
                }
            })]);
            cut = disk.CrashNow();
        });
        fired += fault!.Fired ? 1 : 0;
        CrashState state = cut!.Nothing();
        return Oracle.Examine(state) is { } problem ? $"seed {seed}, {state}: {problem}" : null;
    }

    private static bool IsOfTheJournal(SimulatedCall call) => call is { Kind: CallKind.SyncDirectory, Path: SabotageTests.Journal };
}
