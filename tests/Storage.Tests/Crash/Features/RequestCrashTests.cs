using DocService.Storage.Tests.Crash.Sabotages;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Crash.Features;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash.Features;

/// <summary>Clients that send again what they have no answer to, across power cuts at every call: each request is carried out once.</summary>
public sealed class RequestCrashTests(ITestOutputHelper output)
{
    private const int Seed = 20_261_127;
    private const int Budget = 3;
    private const int SabotageBudget = 24;
    private const int Large = 14_000; // four of them fill a segment

    private const string LetGo = "segments that are let go";

    private static readonly Func<SimulatedCall, bool> InRequests = call => call.Path.StartsWith($"{Scene.Data}/requests", StringComparison.Ordinal);

    private static readonly Dictionary<string, Func<KeyedClient, Task>> Workloads = new()
    {
        ["put, other put, delete, delete of nothing"] = async client =>
        {
            await client.SendAsync("put", Scene.Old, 100);
            await client.PlainAsync(Scene.Old);
            await client.SendAsync("delete", Scene.FarOld, 0);
            await client.SendAsync("nothing", Scene.FarNew, 0);
            await client.PlainAsync(Scene.FarNew);
        },
        ["buffered"] = async client =>
        {
            // What is answered before its sync may be lost: only the last word on a key counts.
            await client.SendAsync("one", Scene.Old, 100);
            await client.SendAsync("two", Scene.New, 100, DurabilityLevel.Filed);
        },
        [LetGo] = SendManyAsync,
    };

    public static TheoryData<string> Cases => [.. Workloads.Keys];

    /// <summary>What is left out, and which of the calls that fit.</summary>
    private static readonly Dictionary<string, Func<Func<SimulatedCall, bool>>> Steps = new()
    {
        ["a batch of requests"] = () => Nth(call => call.Kind == CallKind.SyncData && InRequests(call), even: true),
        ["the seal behind it"] = () => Nth(call => call.Kind == CallKind.SyncData && InRequests(call), even: false),
        ["a requests file's header"] = () => call => call.Kind == CallKind.Sync && InRequests(call),
        ["a requests file's name"] = () => call => call.Kind == CallKind.SyncDirectory && InRequests(call),
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
    [MemberData(nameof(Cases))]
    public void PowerCut_AtEveryCall_EachRequestIsCarriedOutOnce(string name)
    {
        CrashRecorder recorder = Record(Scene.Prepared(), Workloads[name]);
        int states = 0;
        foreach (CrashState state in recorder.States(Seed, name == LetGo ? 1 : Budget))
        {
            Assert.Null(Examine(state) is { } problem ? $"{state}: {problem}" : null);
            states++;
        }

        output.WriteLine($"{name}: {states} states");
        Assert.Equal(name == LetGo, recorder.Points()[^1].Nothing().Open().Disk.Tree().All(static path => !path.EndsWith("/00000002.journal", StringComparison.Ordinal)));
        Assert.True(states > 20, $"{states} states");
    }

    [Theory]
    [MemberData(nameof(SabotageCases))]
    [Trait("Shows", "sabotage")]
    public void Requests_WithoutOneSync_IsDetected(string step, bool isHidden)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        CrashRecorder recorder = Record(disk, async client =>
        {
            _ = SabotageTests.Sabotage(disk, Steps[step](), isHidden);
            await SendManyAsync(client);
        });
        string? problem = recorder.Points().Reverse().Where(static (point, index) => index % 16 == 0 || InRequests(point.Calls[^1]))
            .SelectMany(static point => point.States(Seed, InRequests(point.Calls[^1]) ? SabotageBudget : 1)).Select(Examine).FirstOrDefault(static found => found is not null);

        output.WriteLine($"{step}: {problem}");
        Assert.NotNull(problem);
    }

    /// <summary>
    /// The next process reads a seal that is in the page cache alone. It lets segments go on the strength of it, so it first has to
    /// bring it to the disk.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Shows", "sabotage")]
    public void KilledBeforeASealIsSynced_ThenACut_EachRequestIsCarriedOutOnceOnlyWithTheSyncOfTheOpening(bool isSabotaged)
    {
        string? problem = null;
        for (int seal = 2; seal <= 6 && problem is null; seal += 2) // each batch is synced, and then its seal
        {
            SimulatedFileSystem disk = Scene.Prepared();
            SimulatedFileSystem? killed = SimulatedProcess.RunUntilKilled(disk, SchedulePolicy.Calm(new Random(0)), call => call.Kind == CallKind.SyncData && InRequests(call), seal, async scheduler =>
            {
                await using DocumentStore store = Scene.Open(disk, scheduler);
                await SendManyAsync(new KeyedClient(disk, store));
            });
            if (killed is null)
            {
                Assert.True(seal > 2, "no seal is synced");
                break;
            }

            IReadOnlyList<object> notes = disk.Log.Marks();
            bool isFirst = true;
            if (isSabotaged)
            {
                _ = SabotageTests.Sabotage(killed, call => call.Kind == CallKind.SyncData && InRequests(call) && isFirst && !(isFirst = false), isHidden: true);
            }

            SimulatedProcess.Run(killed, SchedulePolicy.Calm(new Random(0)), async scheduler =>
            {
                await using DocumentStore next = Scene.Open(killed, scheduler);
                for (int number = 0; number < 12; number++)
                {
                    await next.PutAsync(Scene.FarNew, $"\"{new string('y', Large)}\""); // what held the keys is let go
                }
            });
            problem = killed.CrashNow().States(Seed).Select(state => Use(state.Open(), notes, [])).FirstOrDefault(static found => found is not null);
        }

        output.WriteLine($"{problem}");
        Assert.Equal(isSabotaged, problem is not null);
    }

    /// <summary>Enough that segments which hold keys are let go: then those keys are in the requests' files alone.</summary>
    private static async Task SendManyAsync(KeyedClient client)
    {
        for (int number = 0; number < 24; number++)
        {
            await client.SendAsync($"key {number}", Scene.Ids[number % 2], number % 10 == 9 ? 0 : Large);
        }
    }

    private static Func<SimulatedCall, bool> Nth(Func<SimulatedCall, bool> where, bool even)
    {
        int count = 0;
        return call => where(call) && (count++ % 2 == 0) == even;
    }

    private static CrashRecorder Record(SimulatedFileSystem disk, Func<KeyedClient, Task> steps)
    {
        CrashRecorder? recorder = null;
        SimulatedProcess.Run(disk, SchedulePolicy.Any(new Random(Seed)), async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            recorder = disk.StartRecording();
            await steps(new KeyedClient(disk, store));
        });
        return recorder!;
    }

    /// <summary>Opens, sends everything again, cuts the power with nothing unsynced kept, opens and sends everything again.</summary>
    private static string? Examine(CrashState state)
    {
        IReadOnlyList<object> notes = state.Point.Marks;
        var known = new Dictionary<string, long>();
        SimulatedFileSystem disk = state.Open();
        return Use(disk, notes, known) ?? Use(disk.CrashNow().Nothing().Open(), notes, known);
    }

    private static string? Use(SimulatedFileSystem disk, IReadOnlyList<object> notes, Dictionary<string, long> known)
    {
        string? problem = null;
        disk.Log.KeepsCalls = false;
        SimulatedProcess.Run(disk, SchedulePolicy.Calm(new Random(0)), async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            try
            {
                problem = await KeyedClient.RepeatAllAsync(store, notes, known) ?? store.Status.Requests!.Damage;
            }
            catch (StoreException exception)
            {
                problem = $"{exception.GetType().Name}: {exception.Message}";
            }
        });
        return problem;
    }
}
