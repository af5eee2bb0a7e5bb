using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash.Sabotages;

/// <summary>As <see cref="SabotageTests"/>, for the syncs of recovery, of segments that are released, and of spares.</summary>
public sealed class RecoverySabotageTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_208;
    private const int Budget = 24;
    private const string Nothing = "nothing";

    /// <summary>Which segment begun by the opening, and what of it is left out: the tail written anew comes first.</summary>
    private static readonly Dictionary<string, (int Segment, CallKind Kind)> StepsOfARecovery = new()
    {
        [Nothing] = (int.MaxValue, CallKind.Sync),
        ["tail written anew"] = (1, CallKind.Sync),
        ["next segment's header"] = (2, CallKind.Sync),
        ["next segment's name"] = (2, CallKind.SyncDirectory),
    };

    public static TheoryData<string, bool> RecoveryCases => CasesOf(StepsOfARecovery.Keys);

    public static TheoryData<string, bool> SpareCases => CasesOf([Nothing, "zeros", "name"]);

    /// <summary>Killed before the journal's sync: the next process finds a commit above W, in the page cache only, and shows it.</summary>
    [Theory]
    [MemberData(nameof(RecoveryCases))]
    [Trait("Shows", "sabotage")]
    public void OpenAfterAKillBeforeTheJournalSync_WithoutOneSync_IsDetected(string step, bool isHidden)
    {
        SimulatedFileSystem killed = KillTests.Killed(w => w.PutAsync(Scene.Old), 1, call => call.Kind == CallKind.SyncData) ?? throw new InvalidOperationException();
        killed.Mark(new Note.Restarted());
        var (segment, kind) = StepsOfARecovery[step];
        Arm(killed, OfTheSegmentBegun(segment, kind), isHidden);

        string? problem = null;
        SimulatedProcess.Run(killed, async scheduler =>
        {
            using CallGate filing = killed.BlockCall(IsCreationOfATemp);
            await using DocumentStore store = Scene.Open(killed, scheduler);
            var w = new Workload(killed, store) { Level = DurabilityLevel.Durable, Scheduler = scheduler };
            await w.ReadAllAsync();
            problem = Find(killed.CrashNow());
            await w.PutAsync(Scene.FarNew);
            problem ??= Find(killed.CrashNow());
            filing.Release();
        });

        output.WriteLine($"{step}: {problem}");
        Assert.Equal(step == Nothing, problem is null);
    }

    /// <summary>A seal tells that a segment is filed to its end; on that word the segment is given away.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [Trait("Shows", "sabotage")]
    public void ReleasedSegment_CutOff_IsMissedOnlyWithoutTheSyncOfTheSeal(bool isSabotaged, bool isHidden)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        CrashPoint? cut = null;
        SimulatedProcess.Run(disk, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler, Scene.Options with { SealAfter = TimeSpan.FromSeconds(10) });
            string full = Assert.Single(disk.Disk.Tree(), IsSegment);
            var w = new Workload(disk, store) { Level = DurabilityLevel.Durable, Scheduler = scheduler };
            using (CallGate filing = disk.BlockCall(IsCreationOfATemp))
            {
                await Scene.FillSegmentAsync(w);
                await w.PutAsync(Scene.FarOld, Workload.LargeBytes);
                Assert.Equal(2, disk.Disk.Tree().Count(IsSegment));
                if (isSabotaged)
                {
                    Arm(disk, OfASeal(), isHidden);
                }
            }

            // Filed now, and the header of the second segment does not say so: the seal does.
            await w.UntilAsync(() => !disk.Disk.Tree().Contains(full), "the segment is released");
            cut = disk.CrashNow();
        });
        string? problem = Find(cut!);
        output.WriteLine($"{problem}");
        Assert.Equal(isSabotaged, problem is not null);
    }

    /// <summary>The reserve counts on a spare from the moment it is made: a disk that is full by then has no room for another.</summary>
    [Theory]
    [MemberData(nameof(SpareCases))]
    [Trait("Shows", "sabotage")]
    public void Spare_OnceMade_IsThereWithAllItsBlocksAfterACutOnlyWithItsSyncs(string step, bool isHidden)
    {
        SimulatedFileSystem disk = Scene.Empty();
        using IDirectory directory = disk.TryOpenDirectory(Scene.Parent)!;
        _ = SabotageTests.Sabotage(disk, call => step != Nothing && call.Kind == (step == "zeros" ? CallKind.Sync : CallKind.SyncDirectory), isHidden);
        using var pool = new SegmentPool(directory, Guid.NewGuid(), new SegmentSizes(Scene.Options.SegmentBytes, Reserve: 1, Journal: 8), new SystemThreads(TimeProvider.System));

        pool.Add();

        bool isWhole = disk.CrashNow().States(Seed).All(state =>
            state.Open() is { } left
            && left.Disk.TryRead($"{Scene.Parent}/spare-1")?.Length == Scene.Options.SegmentBytes
            && left.Snapshot().UsedBlocks == disk.Snapshot().UsedBlocks);
        Assert.Equal(step == Nothing, isWhole);
    }

    /// <summary>Killed between the move and its sync: the next process finds nothing damaged any more, and syncs the evidence at its opening.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [Trait("Shows", "sabotage")]
    public void OpenAfterAKillWhileADirectoryWasMovedAside_KeepsItOnlyWithTheSyncOfQuarantine(bool isSabotaged, bool isHidden)
    {
        const string Quarantine = $"{Scene.Data}/quarantine";
        SimulatedFileSystem disk = Scene.Prepared();
        disk.Disk.Remove(Scene.FileOf(Scene.Old));
        disk.Disk.CreateDirectory(Scene.FileOf(Scene.Old));
        SimulatedFileSystem killed = SimulatedProcess.RunUntilKilled(
            disk,
            SchedulePolicy.Calm(new Random(0)),
            call => call is { Kind: CallKind.SyncDirectory, Path: Quarantine } && SeededScheduler.Current?.Name != "main",
            1,
            async scheduler =>
            {
                await using DocumentStore store = Scene.Open(disk, scheduler);
                await store.PutAsync(Scene.Old, "1");
            }) ?? throw new InvalidOperationException();

        if (isSabotaged)
        {
            _ = SabotageTests.Sabotage(killed, call => call.Path == Quarantine, isHidden);
        }

        SimulatedProcess.Run(killed, async scheduler =>
        {
            await using DocumentStore next = Scene.Open(killed, scheduler);
            Assert.Equal("1", await next.ReadAsync(Scene.Old));
            await next.PutAsync(Scene.New, "2"); // filed behind what was pending
        });

        bool isKept = killed.CrashNow().Nothing().Open().Disk.Tree().Any(path => path.StartsWith($"{Quarantine}/", StringComparison.Ordinal) && path != $"{Quarantine}/");
        Assert.Equal(!isSabotaged, isKept);
    }

    private static string? Find(CrashPoint cut)
    {
        foreach (CrashState state in cut.States(Seed, Budget))
        {
            if (Oracle.Examine(state) is { } problem)
            {
                return $"{state}: {problem}";
            }
        }

        return null;
    }

    private static bool IsCreationOfATemp(SimulatedCall call) => call.Kind == CallKind.Create && call.Name.StartsWith(".tmp-", StringComparison.Ordinal);

    private static bool IsSegment(string path) => path.EndsWith(".journal", StringComparison.Ordinal);

    /// <summary>With a condition that has to see the other calls too.</summary>
    private static void Arm(SimulatedFileSystem disk, Func<SimulatedCall, bool> where, bool isHidden) =>
        _ = disk.FailCall(1, Errno.EIO, isHidden ? FaultKind.Hidden : FaultKind.Dropped, forever: true, where);

    /// <summary>From the header of the n-th segment begun to that of the next one: its own sync, or those of the journal's directory.</summary>
    private static Func<SimulatedCall, bool> OfTheSegmentBegun(int number, CallKind kind)
    {
        int begun = 0;
        return call =>
        {
            bool isOfJournal = call.Path.StartsWith(SabotageTests.Journal, StringComparison.Ordinal);
            begun += isOfJournal && call is { Kind: CallKind.Write, Offset: 0, Length: JournalFormat.BlockBytes } ? 1 : 0;
            return begun == number && isOfJournal && call.Kind == kind;
        };
    }

    /// <summary>A seal takes one block; armed where no commit follows that does.</summary>
    private static Func<SimulatedCall, bool> OfASeal()
    {
        bool isSeal = false;
        return call =>
        {
            if (call.Kind == CallKind.Write && call.Path.StartsWith(SabotageTests.Journal, StringComparison.Ordinal))
            {
                isSeal = call is { Offset: > 0, Length: JournalFormat.BlockBytes };
            }

            return isSeal && call.Kind == CallKind.SyncData;
        };
    }

    private static TheoryData<string, bool> CasesOf(IEnumerable<string> steps)
    {
        var data = new TheoryData<string, bool>();
        foreach (string step in steps)
        {
            data.Add(step, false);
            if (step != Nothing)
            {
                data.Add(step, true);
            }
        }

        return data;
    }
}
