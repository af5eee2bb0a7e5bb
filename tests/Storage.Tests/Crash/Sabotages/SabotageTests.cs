using DocService.Storage.Documents;
using DocService.Storage.Io;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash.Sabotages;

/// <summary>Each durability step is left out in turn, and once its error swallowed: the oracle must find something. It would not be worth much otherwise.</summary>
public sealed class SabotageTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_205;
    private const int Budget = 24;

    internal const string Journal = $"{Scene.Data}/journal";

    private static readonly Func<SimulatedCall, bool> TempFile = call => call.Kind == CallKind.Sync && call.Name.StartsWith(".tmp-", StringComparison.Ordinal);
    private static readonly Func<SimulatedCall, bool> ShardDirectory = call => call.Kind == CallKind.SyncDirectory && call.Path.StartsWith($"{Scene.Data}/docs/", StringComparison.Ordinal);
    private static readonly Func<SimulatedCall, bool> Group = call => call.Kind == CallKind.SyncData;
    private static readonly Func<SimulatedCall, bool> SegmentFile = call => call.Kind == CallKind.Sync && call.Path.StartsWith($"{Journal}/", StringComparison.Ordinal);
    private static readonly Func<SimulatedCall, bool> JournalDirectory = call => call is { Kind: CallKind.SyncDirectory, Path: Journal };

    /// <summary>What is filed is safe without the journal too, so each level has steps of its own.</summary>
    private static readonly Dictionary<string, (DurabilityLevel Level, Func<SimulatedCall, bool> Where)> StepsOfAWrite = new()
    {
        ["temporary file"] = (DurabilityLevel.Filed, TempFile),
        ["shard directory"] = (DurabilityLevel.Filed, ShardDirectory),
        ["temporary file behind the acknowledgement"] = (DurabilityLevel.Durable, TempFile),
        ["shard directory behind the acknowledgement"] = (DurabilityLevel.Durable, ShardDirectory),
        ["group"] = (DurabilityLevel.Durable, Group),
    };

    private static readonly Dictionary<string, Func<SimulatedCall, bool>> StepsOfAFullSegment = new()
    {
        ["next segment's header"] = SegmentFile,
        ["next segment's name"] = call => JournalDirectory(call) && SeededScheduler.Current?.Name == "docservice-journal",
    };

    /// <summary>Where several syncs of one thing stand for different steps, which of them.</summary>
    private static readonly Dictionary<string, (Func<SimulatedCall, bool> Where, int Call)> StepsOfAFirstStart = new()
    {
        ["entry of the level above"] = (call => call is { Kind: CallKind.SyncDirectory, Path: Scene.Parent }, 1),
        ["entry of the data directory"] = (call => call is { Kind: CallKind.SyncDirectory, Path: "/srv/new" }, 1),
        ["FORMAT"] = (call => call.Kind == CallKind.Sync && call.Name.StartsWith("FORMAT", StringComparison.Ordinal), 1),
        ["name of FORMAT.tmp before any content"] = (call => call is { Kind: CallKind.SyncDirectory, Path: Scene.Data }, 1),
        ["shard directories' names"] = (call => call is { Kind: CallKind.SyncDirectory, Path: $"{Scene.Data}/docs" }, 1),
        ["content before FORMAT"] = (call => call is { Kind: CallKind.SyncDirectory, Path: Scene.Data }, 2),
        ["name of FORMAT"] = (call => call is { Kind: CallKind.SyncDirectory, Path: Scene.Data }, 3),

        // The spares are synced first: the reserve, two for recovery, and the one that becomes the segment.
        ["first segment"] = (SegmentFile, Scene.Options.ReserveSegments + 4),
        ["first segment's name"] = (JournalDirectory, Scene.Options.ReserveSegments + 4),
        ["FORMAT that tells of the journal"] = (call => call.Kind == CallKind.Sync && call.Name.StartsWith("FORMAT", StringComparison.Ordinal), 2),
    };

    public static TheoryData<string, bool> WriteCases => CasesOf(StepsOfAWrite.Keys);

    public static TheoryData<string, bool> FullSegmentCases => CasesOf(StepsOfAFullSegment.Keys);

    public static TheoryData<string, bool> FirstStartCases => CasesOf(StepsOfAFirstStart.Keys);

    [Theory]
    [MemberData(nameof(WriteCases))]
    [Trait("Shows", "sabotage")]
    public void Write_WithoutOneSync_IsDetected(string step, bool isHidden)
    {
        var (level, where) = StepsOfAWrite[step];
        SimulatedFileSystem disk = Scene.Prepared();
        CrashRecorder recorder = Scene.Record(
            disk,
            Seed,
            async w =>
            {
                _ = Sabotage(disk, where, isHidden);
                await w.PutAsync(Scene.Old);
                await w.DeleteAsync(Scene.FarOld);
            },
            level);

        // From the end: what is acknowledged there and lost is found first.
        AssertDetected(step, recorder.Points().Reverse());
    }

    [Theory]
    [MemberData(nameof(FullSegmentCases))]
    [Trait("Shows", "sabotage")]
    public void FullSegment_WithoutOneSync_IsDetected(string step, bool isHidden)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        CrashRecorder recorder = Scene.Record(disk, Seed, async w =>
        {
            _ = Sabotage(disk, StepsOfAFullSegment[step], isHidden);
            for (int put = 0; put < 20; put++)
            {
                await w.PutAsync(Scene.Ids[put % Scene.Ids.Count], Workload.LargeBytes);
            }
        });

        AssertDetected(step, recorder.Points().Reverse());
    }

    [Theory]
    [MemberData(nameof(FirstStartCases))]
    [Trait("Shows", "sabotage")]
    public void FirstStart_WithoutOneSync_IsDetected(string step, bool isHidden)
    {
        SimulatedFileSystem disk = Scene.Empty();
        var (where, call) = StepsOfAFirstStart[step];

        // The last one would be made good by the next sync of the same directory, so that one goes too.
        bool forever = step == "name of FORMAT";
        Fault fault = disk.FailCall(call, Errno.EIO, isHidden ? FaultKind.Hidden : FaultKind.Dropped, forever, where);
        CrashRecorder recorder = disk.StartRecording();
        SimulatedProcess.Run(disk, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            await new Workload(disk, store) { Scheduler = scheduler }.PutAsync(Scene.New);
        });

        Assert.True(fault.Fired);

        // The last points are those of the journal and with an acknowledgement; the ones of 256 like calls are sampled.
        var points = step == "name of FORMAT.tmp before any content" ? recorder.Points() : recorder.Points().Reverse();
        AssertDetected(step, points.Where((point, index) => index < 64 || index % 16 == 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Shows", "sabotage")]
    public void OpenAfterAKill_WithoutTheShardSyncs_IsDetected(bool isHidden)
    {
        SimulatedFileSystem killed = KillTests.Killed(
            w => w.PutAsync(Scene.Old), 1, call => call.Kind == CallKind.SyncDirectory && call.Path == Scene.ShardOf(Scene.Old)) ?? throw new InvalidOperationException();
        _ = Sabotage(killed, ShardDirectory, isHidden);

        string? problem = Oracle.Examine(killed, [], Scene.FarNew);

        output.WriteLine($"{problem}");
        Assert.NotNull(problem);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Shows", "sabotage")]
    public void OpenAfterAKillInTheFirstStart_WithoutTheDataDirectorysSync_IsDetected(bool isHidden)
    {
        // Killed between the last rename and its sync: the second process finds a directory that looks complete.
        SimulatedFileSystem disk = Scene.Empty();
        SimulatedFileSystem killed = SimulatedProcess.RunUntilKilled(
            disk,
            SchedulePolicy.Calm(new Random(0)),
            call => call is { Kind: CallKind.SyncDirectory, Path: Scene.Data },
            3,
            async scheduler => await Scene.Open(disk, scheduler).DisposeAsync()) ?? throw new InvalidOperationException();
        _ = Sabotage(killed, call => call.Kind == CallKind.SyncDirectory && call.Path == Scene.Data, isHidden);

        string? problem = Oracle.Examine(killed, [], Scene.New);

        output.WriteLine($"{problem}");
        Assert.NotNull(problem);
    }

    /// <summary>Every start takes a spare and turns a segment back into one: only what is synced is there the next time.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [Trait("Shows", "sabotage")]
    public void StartsOnAFullDisk_CutOffAgainAndAgain_FindASpareOnlyWithTheSyncs(bool isSabotaged, bool isHidden)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        Volume full = disk.Snapshot();
        disk = SimulatedFileSystem.From(full with { Settings = full.Settings with { CapacityBytes = full.UsedBlocks * FileContent.PageBytes } });
        StoreConfigurationException? refused = null;
        for (int start = 0; start < 12 && refused is null; start++)
        {
            if (isSabotaged)
            {
                _ = disk.FailCall(1, Errno.EIO, isHidden ? FaultKind.Hidden : FaultKind.Dropped, forever: true, SyncOfARecycledName());
            }

            try
            {
                SimulatedFileSystem one = disk;
                SimulatedProcess.Run(one, async scheduler =>
                {
                    await using DocumentStore store = Scene.Open(one, scheduler);
                    disk = one.CrashNow().Nothing().Open();
                });
            }
            catch (StoreConfigurationException exception)
            {
                refused = exception;
            }
        }

        Assert.Equal(isSabotaged, refused is not null);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [Trait("Shows", "sabotage")]
    public void Overwrite_OfADamagedDocument_KeepsTheEvidenceOnlyWithItsSync(bool isSabotaged, bool isHidden)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        disk.Disk.FlipBit(Scene.FileOf(Scene.Old), 20, 3);
        CrashPoint? cut = null;
        SimulatedProcess.Run(disk, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            if (isSabotaged)
            {
                _ = Sabotage(disk, call => call is { Kind: CallKind.SyncDirectory, Path: $"{Scene.Data}/quarantine" }, isHidden);
            }

            Assert.Equal(WriteStatus.Replaced, (await store.PutAsync(Scene.Old, "1")).Status);
            cut = disk.CrashNow();
        });

        bool isKept = cut!.Nothing().Open().Disk.Tree().Any(path => path.StartsWith($"{Scene.Data}/quarantine/", StringComparison.Ordinal) && !path.EndsWith('/'));
        Assert.Equal(!isSabotaged, isKept);
    }

    internal static Fault Sabotage(SimulatedFileSystem disk, Func<SimulatedCall, bool> where, bool isHidden) => isHidden
        ? disk.FailCall(1, Errno.EIO, FaultKind.Hidden, forever: true, call => call.IsSync && where(call))
        : disk.DropSyncs(where);

    private static Func<SimulatedCall, bool> SyncOfARecycledName()
    {
        bool isRecycled = false;
        return call =>
        {
            isRecycled = call.Kind == CallKind.Rename ? call.Path.EndsWith(".journal", StringComparison.Ordinal) : isRecycled;
            return isRecycled && JournalDirectory(call);
        };
    }

    private static TheoryData<string, bool> CasesOf(IEnumerable<string> steps)
    {
        var data = new TheoryData<string, bool>();
        foreach (string step in steps)
        {
            data.Add(step, false);
            data.Add(step, true);
        }

        return data;
    }

    private void AssertDetected(string step, IEnumerable<CrashPoint> points)
    {
        var states = points.SelectMany(point => point.States(unchecked(Seed + point.Number), Budget));
        Campaign.Report report = Campaign.Run(step, states, Seed, stopAtFirst: true);

        output.WriteLine($"{step}: {report}");
        Assert.True(report.Violations.Count > 0, $"{step}: left out, and nothing was found in {report.States} states");
        output.WriteLine(report.Violations[0]);
    }
}
