using System.Text;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Crash.Features;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash.Features;

/// <summary>
/// Power cuts beside the index's own rows. At a cut the index stands at any flush: its last, an earlier one, or none. The next
/// start follows on from there, and the rows are the documents.
/// </summary>
public sealed class IndexCrashTests(ITestOutputHelper output)
{
    private const int Seed = 20_261_127;
    private const int StatesOfARun = 4;

    /// <summary>Runs until a step that is left out must have been found.</summary>
    private const int RunsMax = 40;

    private static readonly int Runs = SearchLength.Times(8);

    [Fact]
    public void Index_CutAtAnyCallAndAnyFlush_EndsWithWhatTheDocumentsSay()
    {
        (int states, int followedOn) = (0, 0);
        for (int seed = Seed; seed < Seed + Runs; seed++)
        {
            string? problem = Run(seed, IndexSabotage.None, ref states, ref followedOn);
            Assert.True(problem is null, $"seed {seed}: {problem}");
        }

        output.WriteLine($"{Runs} runs, {states} states, {followedOn} followed on from a flush");
        Assert.True(states > Runs && followedOn > 2, $"{states} states, {followedOn} followed on: too few to show anything");
    }

    [Theory]
    [InlineData(nameof(IndexSabotage.ReleasedBeforeItHasThem))]
    [InlineData(nameof(IndexSabotage.PositionAheadOfRows))]
    [InlineData(nameof(IndexSabotage.BeginningIsNotFixed))]
    [Trait("Shows", "sabotage")]
    public void Index_WithoutOneStep_IsDetected(string step)
    {
        (int states, int followedOn) = (0, 0);
        for (int seed = Seed; seed < Seed + RunsMax; seed++)
        {
            if (Run(seed, Enum.Parse<IndexSabotage>(step), ref states, ref followedOn) is { } problem)
            {
                output.WriteLine($"{seed - Seed + 1} runs: {problem}");
                return;
            }
        }

        Assert.Fail($"{RunsMax} runs without it, {states} states, and nothing was found");
    }

    /// <summary>One process, cut at some moments; what is wrong afterwards, or null.</summary>
    private static string? Run(int seed, IndexSabotage leftOut, ref int states, ref int followedOn)
    {
        using var directory = new TestDirectory();
        var random = new Random(seed);
        SimulatedFileSystem disk = Scene.Prepared();
        CrashRecorder recorder = disk.StartRecording();
        IndexedRows? rows = null;
        SimulatedProcess.Run(disk, SchedulePolicy.Any(new Random(seed)), async scheduler =>
        {
            rows = new IndexedRows(scheduler, disk, Directory.CreateDirectory(Path.Combine(directory.Path, "live")).FullName, random, leftOut) { KeepsCopies = true };
            await using DocumentStore store = Open(disk, scheduler, rows);
            var w = new Workload(disk, store) { Level = DurabilityLevel.Durable, Scheduler = scheduler };
            await w.TogetherAsync([.. Enumerable.Range(0, 2).Select<int, Func<Task>>(_ => () => WriteAsync(w, random))]);
        });
        rows!.Dispose();
        foreach (CrashState state in recorder.Sample(random, StatesOfARun))
        {
            states++;
            string[] copies = [.. rows.Copies.Where(copy => copy.LogLength <= state.Point.LogLength).Select(copy => copy.Directory)];
            string? copy = copies.Length == 0 || random.Next(6) == 0 ? null : copies[random.Next(3) == 0 ? random.Next(copies.Length) : ^1];
            if (Examine(state.Open(), Restore(directory, copy, states), copy, copy == copies.LastOrDefault(), leftOut, ref followedOn) is { } problem)
            {
                return $"{state}, the index at flush {Array.IndexOf(copies, copy) + 1} of {copies.Length}: {problem}";
            }
        }

        return null;
    }

    private static string? Examine(SimulatedFileSystem disk, string directory, string? copy, bool isLast, IndexSabotage leftOut, ref int followedOn)
    {
        string? problem = null;
        bool hasFollowed = false;
        SimulatedProcess.Run(disk, async scheduler =>
        {
            using var rows = new IndexedRows(scheduler, disk, directory, new Random(0), leftOut);
            await using DocumentStore store = Open(disk, scheduler, rows);
            var w = new Workload(disk, store) { Level = DurabilityLevel.Durable, Scheduler = scheduler };
            await w.PutAsync(Scene.FarNew);
            await w.DeleteAsync(Scene.Old);
            await w.UntilAsync(() => rows.Has(store.Status.DurableThrough), "the index has everything");
            var documents = new SortedDictionary<string, (long, string)>(StringComparer.Ordinal);
            foreach (string id in Scene.Ids)
            {
                using StoredDocument? document = await store.ReadAsync(DocumentKey.Create(id), default);
                if (document is not null)
                {
                    documents.Add(id, (document.Info.Version, Encoding.UTF8.GetString(document.Body.Span)));
                }
            }

            SortedDictionary<string, (long Version, string Body)> found = rows.Read();
            problem = documents.SequenceEqual(found) ? null
                : $"the index has {string.Join(' ', found.Select(one => $"{one.Key}@{one.Value.Version}"))}, the documents are {string.Join(' ', documents.Select(one => $"{one.Key}@{one.Value.Item1}"))}";
            problem ??= isLast && copy is not null && rows.Reason is { } reason && !reason.Contains("built to its end", StringComparison.Ordinal) ? $"an index that had told all it has was made anew: {reason}" : null;
            hasFollowed = rows.Reason is null && copy is not null;
        });
        followedOn += hasFollowed ? 1 : 0;
        return problem;
    }

    private static async Task WriteAsync(Workload w, Random random)
    {
        for (int n = random.Next(8, 16); n > 0; n--)
        {
            string[] ids = [.. Scene.Ids.OrderBy(_ => random.Next())];
            int bytes = random.Next(4) > 0 ? Workload.SegmentQuarterBytes : Workload.SmallBytes;
            await (random.Next(4) switch
            {
                0 => w.DeleteAsync(ids[0]),
                1 => w.PutBothAsync(ids[0], ids[1], bytes),
                _ => w.PutAsync(ids[0], bytes),
            });
        }
    }

    private static DocumentStore Open(SimulatedFileSystem disk, SeededScheduler scheduler, IndexedRows rows) =>
        DocumentStore.Open(disk, Scene.Options with { BusyTimeout = TimeSpan.FromMinutes(2) }, scheduler, NullLoggerFactory.Instance, followers: [rows]);

    private static string Restore(TestDirectory directory, string? copy, int number)
    {
        string place = Path.Combine(directory.Path, $"state-{number}");
        Directory.CreateDirectory(place);
        if (copy is not null)
        {
            Directory.CreateDirectory(Path.Combine(place, "index"));
            foreach (string file in Directory.EnumerateFiles(copy))
            {
                File.Copy(file, Path.Combine(place, "index", Path.GetFileName(file)));
            }
        }

        return place;
    }
}
