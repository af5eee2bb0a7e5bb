using DocService.Storage.Io;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Support.Overload;

/// <summary>More writers than a small journal can take, while an obstacle comes and goes; then everything goes on.</summary>
/// <remarks>Thread: the test's. On failure: the first violation is returned, in words.</remarks>
/// <param name="seed">Chooses everything.</param>
internal sealed class OverloadRun(int seed)
{
    private const int StatesOfARun = 2;
    private const int ClientsMin = 4;
    private const int ClientsMax = 14;
    private const int StepsMax = 8;

    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(10);

    private static readonly StoreOptions Options = Scene.Options with
    {
        BusyTimeout = BusyTimeout,
        JournalBytes = 384 << 10,
        CommitBytesMax = 32 << 10,
        SealAfter = TimeSpan.FromMilliseconds(50),
    };

    private readonly Random _random = new(seed);

    /// <summary>What the seed chose.</summary>
    public Obstacle Obstacle { get; private set; }

    public int Refusals { get; private set; }

    public int States { get; private set; }

    /// <summary>All calls and marks.</summary>
    public IReadOnlyList<SimulatedCall> Calls { get; private set; } = [];

    /// <summary>See <see cref="SeededScheduler.LeftOut"/>.</summary>
    public Mend? LeftOut { get; init; }

    /// <summary>The obstacle to try; chosen by the seed when null.</summary>
    public Obstacle? Only { get; init; }

    public string? Run()
    {
        Obstacle = Only ?? (Obstacle)_random.Next(Enum.GetValues<Obstacle>().Length);
        SimulatedFileSystem disk = Scene.Prepared();
        var scheduler = new SeededScheduler(SchedulePolicy.Any(_random, isPunctual: true)) { LeftOut = LeftOut };
        var ledger = new RefusalLedger(scheduler, Obstacle, BusyTimeout);
        CrashRecorder? recorder = null;
        try
        {
            SimulatedProcess.Run(disk, scheduler, async () =>
            {
                await using DocumentStore store = Scene.Open(disk, scheduler, Options);
                recorder = disk.StartRecording();
                await UseAsync(new Workload(disk, store) { Level = DurabilityLevel.Durable, Scheduler = scheduler }, ledger);
            });
        }
        catch (HangException hang)
        {
            return $"seed {seed}, {Obstacle}: {ledger.Violation ?? hang.Message}";
        }

        Refusals = ledger.Refusals;
        Calls = disk.Log.Take();
        string? problem = ledger.Violation ?? new Ledger(disk.Log.Marks()).Violation;
        foreach (CrashState state in problem is null ? recorder!.Sample(_random, StatesOfARun) : [])
        {
            States++;
            problem ??= Examine(state);
        }

        return problem is null ? null : $"seed {seed}, {Obstacle}: {problem}";
    }

    /// <summary>The next process starts on a disk with room.</summary>
    private static string? Examine(CrashState state)
    {
        SimulatedFileSystem disk = state.Open();
        disk.Settings = new VolumeSettings();
        return Oracle.Examine(disk, state.Point.Marks, Scene.Old) is { } problem ? $"{state}: {problem}" : null;
    }

    private async Task UseAsync(Workload w, RefusalLedger ledger)
    {
        int clients = _random.Next(ClientsMin, ClientsMax);
        bool staysToTheEnd = _random.Next(2) == 0;
        TimeSpan begins = TimeSpan.FromMilliseconds(_random.Next(100));
        TimeSpan stays = TimeSpan.FromMilliseconds(_random.Next(500, 8000));
        Func<Task>[] work = [.. Enumerable.Range(0, clients).Select(client => Client(w, ledger, client))];
        TimeProvider clock = w.Scheduler.Clock;
        Task all = w.TogetherAsync(work);
        await Task.Delay(begins, clock);
        SetUp(w);
        ledger.NoteObstacle();
        await (staysToTheEnd ? all : Task.Delay(stays, clock));
        TakeAway(w);
        ledger.NoteObstacleGone();
        await all;

        // Whatever was in the way, some seconds later nothing is refused any more, and all is filed.
        await Task.Delay(Recovery, clock);
        for (int client = 0; client < clients; client++)
        {
            await PutAsync(new Workload(w.Disk, w.Store) { Scheduler = w.Scheduler, IsHealthy = true }, ledger, IdOf(client), Workload.SmallBytes);
        }
    }

    /// <summary>Each has a document of its own: what it waits for is room, not another client.</summary>
    private Func<Task> Client(Workload w, RefusalLedger ledger, int client)
    {
        int[] bytes = [.. Enumerable.Range(0, _random.Next(2, StepsMax)).Select(_ => _random.Next(4) switch { 0 => Workload.LargeBytes, 1 => 28_000, _ => 14_000 })];
        return async () =>
        {
            foreach (int one in bytes)
            {
                await PutAsync(w, ledger, IdOf(client), one);
            }
        };
    }

    private static async Task PutAsync(Workload w, RefusalLedger ledger, string id, int bytes)
    {
        TimeSpan asked = w.Scheduler.Elapsed;
        StoreException? error = await w.PutAsync(id, bytes);
        ledger.Note(asked, error, w.Store.Status.State);
    }

    private static string IdOf(int client) => client < Scene.Ids.Count ? Scene.Ids[client] : $"load/{client}";

    private void SetUp(Workload w)
    {
        SimulatedFileSystem disk = w.Disk;
        switch (Obstacle)
        {
            case Obstacle.SlowFiling:
                TimeSpan slow = TimeSpan.FromMilliseconds(_random.Next(500, 3000));
                w.Scheduler.SlowBy = call => IsTemp(call) ? slow : TimeSpan.Zero;
                break;
            case Obstacle.FilingFails:
                _ = disk.FailCall(1, Errno.EIO, forever: true, where: call => call.Kind == CallKind.Create && IsTemp(call));
                break;
            case Obstacle.Quota:
                _ = disk.FailCall(1, Errno.EDQUOT, forever: true, where: call => call.NeedsSpace && IsTemp(call));
                break;
            case Obstacle.FullDisk:
                Volume volume = disk.Snapshot();
                disk.Settings = volume.Settings with { CapacityBytes = volume.UsedBlocks * FileContent.PageBytes };
                break;
            case Obstacle.NoDescriptors:
                _ = disk.FailCall(1, Errno.EMFILE, forever: true, where: call => call.OpensHandle);
                break;
            case Obstacle.NoMemory:
                // Of the journal's thread, of those behind it, or of all.
                int whose = _random.Next(3);
                disk.MemoryLeft = whose == 0 ? null : _random.Next(4);
                _ = whose == 1 ? null : disk.FailCall(1, Errno.ENOMEM, FaultKind.NoMemory, forever: true, where: call => !call.IsSync && FaultCase.IsBehindTheWrites());
                break;
        }
    }

    private static void TakeAway(Workload w)
    {
        w.Scheduler.SlowBy = null;
        w.Disk.ClearFaults();
        w.Disk.MemoryLeft = null;
        w.Disk.Settings = new VolumeSettings();
    }

    private static bool IsTemp(SimulatedCall call) => call.Name.StartsWith(".tmp-", StringComparison.Ordinal);
}
