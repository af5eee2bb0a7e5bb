using DocService.Storage.Io;
using DocService.Storage.Tests.Crash.Sabotages;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Crash.Features;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash.Features;

/// <summary>Kept versions across power cuts and kills: each that was acknowledged has its exact bytes, and none that was dropped comes back.</summary>
public sealed class HistoryCrashTests(ITestOutputHelper output)
{
    private const int Seed = 20_261_129;
    private const int SabotageBudget = 24;
    private const int LivesMax = 4;
    private const int StatesOfALife = 3;
    private const int ClientsMax = 2;

    /// <summary>States of each call; the calls around it leave others.</summary>
    private static readonly int Budget = SearchLength.Times(1);

    private static readonly int Seeds = SearchLength.Times(6);

    /// <summary>What is left out, in a run that makes the directories of versions.</summary>
    private static readonly Dictionary<string, Func<SimulatedCall, bool>> Steps = new()
    {
        ["names of versions"] = call => call.Kind == CallKind.SyncDirectory && call.Path.StartsWith($"{KeptDocuments.Folder}/", StringComparison.Ordinal),
        ["names of the directories of versions"] = call => call is { Kind: CallKind.SyncDirectory, Path: KeptDocuments.Draft },
        ["name of the directory of all versions"] = call => call is { Kind: CallKind.SyncDirectory, Path: Scene.Data },
        ["content of versions"] = call => call.Kind == CallKind.Sync && call.Name.StartsWith(".tmp-", StringComparison.Ordinal),
    };

    public static TheoryData<string, bool> SabotageCases
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (string step in Steps.Keys)
            {
                cases.Add(step, false);
                cases.Add(step, true);
            }

            return cases;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3, "no links")]
    [InlineData(4, "a directory that takes nothing at first")]
    public void PowerCut_AtEveryCall_EveryAcknowledgedVersionIsThere(int order, string? obstacle = null)
    {
        int states = 0;
        CrashRecorder recorder = Record(Seed + order, disk => Obstruct(disk, obstacle));
        IReadOnlyList<object> notes = recorder.Points()[^1].Marks;
        Assert.NotEmpty(notes.OfType<KeptDocuments.Dropped>());
        if (obstacle?.StartsWith("a directory", StringComparison.Ordinal) == true)
        {
            Assert.NotEmpty(notes.OfType<KeptDocuments.Left>());
        }

        foreach (CrashState state in recorder.States(Seed, Budget))
        {
            string? problem = KeptDocuments.Audit(state.Open(), state.Point.Marks);
            Assert.True(problem is null, $"order {order}, {state}: {problem}");
            states++;
        }

        output.WriteLine($"{states} states");
        Assert.True(states > 100, $"{states} states");
    }

    /// <summary>
    /// One or two clients write one document again and again, so that its versions are superseded before they are filed, and drop those
    /// beyond two; not each version is to be kept. Then a kill, a cut or a stop, and on it goes.
    /// </summary>
    [Fact]
    public void Lives_OneAfterTheOther_KeepEveryVersion()
    {
        int lives = 0, states = 0;
        var notes = new Dictionary<Type, int>();
        for (int seed = Seed; seed < Seed + Seeds; seed++)
        {
            var random = new Random(seed);
            SimulatedFileSystem? disk = Scene.Prepared();
            for (int life = 0; life < LivesMax && disk is not null; life++)
            {
                lives++;
                disk = Live(disk, random, $"seed {seed}, life {life}", ref states);
            }

            foreach (IGrouping<Type, object> some in (disk?.Log.Marks() ?? []).GroupBy(note => note.GetType()))
            {
                notes[some.Key] = notes.GetValueOrDefault(some.Key) + some.Count();
            }
        }

        output.WriteLine($"{lives} lives, {states} states; {string.Join(", ", notes.Select(one => $"{one.Key.Name} {one.Value}"))}");
        Assert.All([typeof(KeptDocuments.Kept), typeof(KeptDocuments.NotKept), typeof(KeptDocuments.Dropped), typeof(KeptDocuments.Left)], kind => Assert.Contains(kind, notes));
        Assert.True(states > Seeds * LivesMax / 2, $"{states} states");
    }

    [Theory]
    [MemberData(nameof(SabotageCases))]
    [Trait("Shows", "sabotage")]
    public void Filing_WithoutASync_IsDetected(string step, bool isHidden)
    {
        string? problem = null;
        int states = 0;
        for (int order = 0; order < 3 && problem is null; order++)
        {
            CrashRecorder recorder = Record(Seed + order, disk => SabotageTests.Sabotage(disk, Steps[step], isHidden));
            foreach (CrashState state in recorder.Points().Reverse().SelectMany(point => point.States(unchecked(Seed + point.Number), SabotageBudget)))
            {
                problem = KeptDocuments.Audit(state.Open(), state.Point.Marks);
                states++;
                if (problem is not null || states % 2000 == 0)
                {
                    break;
                }
            }
        }

        output.WriteLine($"{step}: {states} states: {problem}");
        Assert.NotNull(problem);
    }

    /// <summary>A directory of versions takes nothing for its first so many tries: versions are blocked, and filed later.</summary>
    private static void Obstruct(SimulatedFileSystem disk, string? obstacle)
    {
        if (obstacle == "no links")
        {
            _ = disk.FailCall(1, Errno.EPERM, forever: true, where: call => call.Kind == CallKind.Link);
        }
        else if (obstacle is not null)
        {
            int tries = 0;
            string folder = KeepingStore.FolderOf(Scene.Old, Scene.Data);
            _ = disk.FailCall(1, Errno.EACCES, forever: true, where: call =>
                call.Kind is CallKind.Link or CallKind.Rename && call.TargetPath!.StartsWith(folder, StringComparison.Ordinal) && Interlocked.Increment(ref tries) <= 6);
        }
    }

    private static CrashRecorder Record(int seed, Action<SimulatedFileSystem>? leftOut)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        CrashRecorder? recorder = null;
        SimulatedProcess.Run(disk, SchedulePolicy.Any(new Random(seed)), async scheduler =>
        {
            var documents = new KeptDocuments(disk, scheduler);
            leftOut?.Invoke(disk);
            recorder = disk.StartRecording();
            await documents.PutAsync(DurabilityLevel.Durable, Scene.Old);
            await documents.PutAsync(DurabilityLevel.Durable, Scene.Old, Scene.New);
            await documents.PutAsync(DurabilityLevel.Durable, Scene.Old);
            await documents.PutAsync(DurabilityLevel.Filed, Scene.FarOld);
            await documents.DeleteAsync(Scene.Old);
            await documents.DropOldestAsync(Scene.Old);
            await documents.PutAsync(DurabilityLevel.Filed, Scene.Old, Scene.FarOld);
            await documents.DropOldestAsync(Scene.Old);
            await documents.DropOldestAsync(Scene.FarOld);
            await documents.PutAsync(DurabilityLevel.Filed, Scene.New);
            await Task.Delay(TimeSpan.FromSeconds(1), scheduler.Clocks); // a seal tells what is filed
            await documents.DropOldestAsync(Scene.New);
            await documents.DropOldestAsync(Scene.Old);
            await documents.CloseAsync();
        });
        return recorder!;
    }

    private static SimulatedFileSystem? Live(SimulatedFileSystem disk, Random random, string name, ref int states)
    {
        int ending = random.Next(3);
        int call = ending == 0 ? random.Next(50, 700) : int.MaxValue;
        CrashRecorder recorder = disk.StartRecording();
        SimulatedFileSystem left = SimulatedProcess.RunUntilKilled(disk, SchedulePolicy.Any(new Random(random.Next())), made => made.Changes, call, async scheduler =>
        {
            var documents = new KeptDocuments(disk, scheduler);
            await Task.WhenAll(Enumerable.Range(0, random.Next(1, ClientsMax + 1)).Select(client => scheduler.StartAsync($"client-{client}", async () =>
            {
                for (int step = random.Next(4, 16); step > 0; step--)
                {
                    await StepAsync(documents, random);
                }
            })));
            await documents.CloseAsync();
        }) ?? disk.Kill();
        if (ending != 1)
        {
            states++;
            string? problem = KeptDocuments.Audit(left.Kill(), left.Log.Marks());
            Assert.True(problem is null, $"{name}, the process's end: {problem}");
            return left;
        }

        SimulatedFileSystem? next = null;
        foreach (CrashState state in recorder.Sample(random, StatesOfALife))
        {
            states++;
            string? problem = KeptDocuments.Audit(state.Open(), state.Point.Marks);
            Assert.True(problem is null, $"{name}, {state}: {problem}");
            next = Scene.Continue(state.Open(), state.Point.Marks);
        }

        return next;
    }

    private static Task StepAsync(KeptDocuments documents, Random random)
    {
        string[] ids = [.. Scene.Ids.Where(id => id != Scene.FarNew).OrderBy(_ => random.Next())];
        return random.Next(10) switch
        {
            0 => documents.DeleteAsync(ids[0]),
            1 => documents.DropOldestAsync(ids[0]),
            2 => documents.DropSurplusAsync(Scene.Old),
            8 => documents.PutPlainAsync(DurabilityLevel.Durable, random.Next(2) == 0 ? ids[0] : Scene.Old),
            3 => documents.PutAsync(DurabilityLevel.Filed, ids[0]),
            4 => documents.PutAsync(DurabilityLevel.Durable, ids[0], ids[1]),
            _ => documents.PutAsync(DurabilityLevel.Durable, Scene.Old),
        };
    }
}
