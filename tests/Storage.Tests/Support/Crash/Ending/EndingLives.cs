using DocService.Storage.Clock;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Support.Crash.Ending;

/// <summary>
/// Several processes, one after the other, whose documents end and are swept, while hours go by and somebody puts the wall clock
/// ten years ahead and back. Each notes its time now and then, and begins by what the one before has noted. Each ends by a kill, a power
/// cut or a clean stop.
/// </summary>
/// <remarks>Thread: the test's. On failure: the first violation is returned, in words.</remarks>
/// <param name="random">Chooses everything.</param>
internal sealed class EndingLives(Random random)
{
    private const int LivesMax = 4;
    private const int StepsMax = 20;
    private const int StatesOfALife = 3;

    private static readonly TimeSpan TenYears = TimeSpan.FromDays(3652);
    private static readonly TimeSpan?[] Lifetimes = [null, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(40), TimeSpan.FromHours(2), TimeSpan.FromDays(400)];
    private static readonly TimeSpan[] Waits = [TimeSpan.FromMinutes(1.5), TimeSpan.FromMinutes(58), TimeSpan.FromMinutes(62), TimeSpan.FromHours(3), TimeSpan.FromDays(30)];
    private static readonly TimeSpan[] Errors = [TimeSpan.Zero, TimeSpan.Zero, TenYears, -TenYears, TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(-40), TimeSpan.FromMinutes(2)];

    private IReadOnlyDictionary<string, EndingDocuments.Entry?> _entries = EndingDocuments.Prepared;
    private KnownTime? _noted;
    private TimeSpan _elapsed; // by a right clock
    private int _bodies;

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

    /// <summary>Documents swept, as far as their answers came.</summary>
    public int Swept { get; private set; }

    /// <summary>All calls up to the violation.</summary>
    public IReadOnlyList<SimulatedCall> Calls { get; private set; } = [];

    public string? Run()
    {
        SimulatedFileSystem? disk = Scene.Prepared();
        string? problem = null;
        int lives = random.Next(2, LivesMax + 1);
        while (Count < lives && problem is null && disk is not null)
        {
            Count++;
            (disk, problem) = Live(disk!);
        }

        return problem;
    }

    private (SimulatedFileSystem? Next, string? Problem) Live(SimulatedFileSystem disk)
    {
        var ending = (Ending)random.Next(3);
        int call = ending == Ending.Kill ? random.Next(100, 1500) : int.MaxValue;
        TimeSpan error = random.Next(3) == 0 ? Errors[random.Next(Errors.Length)] : TimeSpan.Zero;
        string? problem = null;
        VirtualClock? clock = null;
        CrashRecorder recorder = disk.StartRecording();
        disk.Mark(new EndingDocuments.Told(_entries, _noted));
        bool confirms = random.Next(6) == 0;
        SimulatedFileSystem left = SimulatedProcess.RunUntilKilled(disk, SchedulePolicy.Any(new Random(random.Next())), made => made.Changes, call, async scheduler =>
        {
            clock = scheduler.Clocks;
            clock.WallAhead = _elapsed + error;
            var documents = new EndingDocuments(disk, scheduler, _entries, _noted, confirms);
            for (int step = random.Next(3, StepsMax + 1); step > 0 && documents.Problem is null; step--)
            {
                await StepAsync(documents, clock);
            }

            problem = documents.Problem;
            await documents.CloseAsync();
        }) ?? disk.Kill();
        _elapsed += TimeSpan.FromTicks(clock!.GetTimestamp());
        if (problem is not null)
        {
            Calls = disk.Log.Take();
            return (null, problem);
        }

        return ending == Ending.PowerCut ? Cut(recorder) : Judge(left, left.Kill(), left.Log.Marks(), "the process's end");
    }

    /// <summary>Sampled, the power goes at any moment of this life; the last sample is where the next life begins.</summary>
    private (SimulatedFileSystem? Next, string? Problem) Cut(CrashRecorder recorder)
    {
        SimulatedFileSystem? next = null;
        foreach (CrashState state in recorder.Sample(random, StatesOfALife).Where(state => state.Point.Marks.OfType<EndingDocuments.Told>().Any()))
        {
            (next, string? problem) = Judge(state.Open(), state.Open(), state.Point.Marks, $"{state}");
            if (problem is not null)
            {
                Calls = state.Point.Calls;
                return (null, problem);
            }
        }

        return (next, null);
    }

    private (SimulatedFileSystem? Next, string? Problem) Judge(SimulatedFileSystem next, SimulatedFileSystem copy, IReadOnlyList<object> notes, string when)
    {
        States++;
        string? problem = EndingDocuments.Audit(copy, notes, out _entries, out _noted);
        return (next, problem is null ? null : $"{when}: {problem}");
    }

    private async Task StepAsync(EndingDocuments documents, VirtualClock clock)
    {
        string[] ids = [.. Scene.Ids.OrderBy(_ => random.Next())];
        switch (random.Next(17))
        {
            case 0:
                await documents.DeleteAsync(ids[0]);
                break;
            case 1:
                clock.WallAhead = _elapsed + Errors[random.Next(Errors.Length)];
                break;
            case 2 or 3 or 4:
                clock.Skipped += Waits[random.Next(Waits.Length)];
                break;
            case 5 or 6 or 7:
                int before = documents.Entries.Values.Count(entry => entry is null);
                await documents.SweepAsync([.. ids.Select(id => (id, VersionOf(documents, id)))]);
                Swept += documents.Entries.Values.Count(entry => entry is null) - before;
                break;
            case 8:
                await documents.SweepAsync([.. ids.Select((id, index) => (id, VersionOf(documents, ids[(index + 1) % ids.Length])))]); // those of others
                break;
            case 9:
                await documents.ReadAllAsync();
                break;
            case 14 or 15:
                await documents.NoteTimeAsync();
                break;
            case 16:
                documents.BeginAgain();
                break;
            case 10:
                await documents.PutAsync(DurabilityLevel.Durable, NewBody(ids[0]), NewBody(ids[1]));
                break;
            default:
                await documents.PutAsync(random.Next(2) == 0 ? DurabilityLevel.Durable : DurabilityLevel.Filed, NewBody(ids[0]));
                break;
        }
    }

    private static long VersionOf(EndingDocuments documents, string id) => documents.Entries[id]?.Version ?? 1;

    private EndingDocuments.Change NewBody(string id) => new(id, $"{{\"body\":{++_bodies},\"fill\":\"{new string('x', random.Next(3) == 0 ? Workload.SegmentQuarterBytes : Workload.SmallBytes)}\"}}", Lifetimes[random.Next(Lifetimes.Length)]);
}
