using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Support.Crash;

/// <summary>One process on a simulated disk: a store and its clients under a seeded scheduler.</summary>
/// <remarks>Thread: the test's, which waits. When this returns no thread of the process is left.</remarks>
internal static class SimulatedProcess
{
    private const int LastCalls = 40;

    /// <summary>For what is not about the order of threads.</summary>
    public static void Run(SimulatedFileSystem disk, Func<SeededScheduler, Task> main) => Run(disk, SchedulePolicy.Calm(new Random(0)), main);

    public static void Run(SimulatedFileSystem disk, SchedulePolicy policy, Func<SeededScheduler, Task> main) =>
        Run(disk, new SeededScheduler(policy), main);

    public static void Run(SimulatedFileSystem disk, SeededScheduler scheduler, Func<Task> main) => Run(disk, scheduler, _ => main());

    /// <summary>As the others, by a scheduler made before. Disposes it.</summary>
    private static void Run(SimulatedFileSystem disk, SeededScheduler scheduler, Func<SeededScheduler, Task> main)
    {
        try
        {
            scheduler.Attach(disk);
            scheduler.Run(() => main(scheduler));
        }
        catch (HangException hang)
        {
            throw new HangException($"{hang.Message}\nThe last calls, at {scheduler.Elapsed}:\n{string.Join('\n', disk.Log.Take().TakeLast(LastCalls))}");
        }
        finally
        {
            scheduler.Dispose();
            SeededScheduler.Detach(disk);
        }
    }

    /// <summary>Kills the process at a call, before its effect.</summary>
    /// <param name="disk">What it runs on.</param>
    /// <param name="policy">Who gets the turn.</param>
    /// <param name="where">At which calls.</param>
    /// <param name="call">At the how manyth of them, from 1.</param>
    /// <param name="main">What the process does.</param>
    /// <returns>The disk as the next process finds it; null when there are fewer such calls.</returns>
    public static SimulatedFileSystem? RunUntilKilled(SimulatedFileSystem disk, SchedulePolicy policy, Func<SimulatedCall, bool> where, int call, Func<SeededScheduler, Task> main)
    {
        SimulatedFileSystem? killed = null;
        int matched = 0;
        Run(disk, policy, scheduler =>
        {
            Action<SimulatedCall>? pass = disk.BeforeCall;
            disk.BeforeCall = made =>
            {
                if (killed is null && where(made) && ++matched == call)
                {
                    killed = disk.Kill();
                    scheduler.End();
                }

                pass?.Invoke(made);
            };
            return main(scheduler);
        });
        return killed;
    }
}
