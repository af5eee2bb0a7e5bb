using DocService.Storage.Documents;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Support.Crash;

/// <summary>Disks to begin with, and the documents of the crash tests: four ids in two shard directories, the first of each exists.</summary>
internal static class Scene
{
    public const string Parent = "/srv";
    public const string Data = "/srv/new/data";
    public const string Old = "users/1";

    /// <summary>Absent, in the directory of <see cref="Old"/>.</summary>
    public static readonly string New = Find(id => IsNear(id, Old) && id != Old);

    /// <summary>Exists, in another directory.</summary>
    public static readonly string FarOld = Find(id => !IsNear(id, Old));

    /// <summary>Absent, in the directory of <see cref="FarOld"/>.</summary>
    public static readonly string FarNew = Find(id => IsNear(id, FarOld) && id != FarOld);

    public static readonly IReadOnlyList<string> Ids = [Old, New, FarOld, FarNew];

    /// <summary>A journal of few and small segments, so that a short run goes through many.</summary>
    public static readonly StoreOptions Options = new()
    {
        DataDirectory = Data,
        BusyTimeout = TimeSpan.FromSeconds(30),
        SegmentBytes = 64 << 10,
        JournalBytes = 512 << 10,
        CommitBytesMax = 32 << 10,
        CacheBytes = 1 << 20, // its table is made at each opening
        SealAfter = TimeSpan.FromMilliseconds(1),
    };

    private const int SevenBlocksBytes = 26_000;

    private static readonly Lazy<(Volume Volume, IReadOnlyList<object> Notes)> PreparedOnce = new(Prepare);

    public static string ShardOf(string id) => $"{Data}/docs/{DocumentPath.ShardName(DocumentPath.Of(DocumentKey.Create(id)).Shard)}";

    public static string FileOf(string id) => $"{ShardOf(id)}/{DocumentPath.Of(DocumentKey.Create(id)).Name}";

    /// <summary>A disk before the first start. The data directory and one level above it do not exist.</summary>
    public static SimulatedFileSystem Empty(VolumeSettings? settings = null)
    {
        var disk = new SimulatedFileSystem(settings);
        disk.Disk.CreateDirectory(Parent);
        return disk;
    }

    /// <summary>A disk with two documents, left by a power cut; the notes of how they came to be stand in its log.</summary>
    public static SimulatedFileSystem Prepared()
    {
        var (volume, notes) = PreparedOnce.Value;
        return Continue(SimulatedFileSystem.From(volume), notes);
    }

    /// <summary>The history goes on on this disk.</summary>
    public static SimulatedFileSystem Continue(SimulatedFileSystem disk, IEnumerable<object> notes)
    {
        foreach (object note in notes)
        {
            disk.Mark(note);
        }

        return disk;
    }

    /// <summary>Each workload at both levels that survive a cut.</summary>
    public static TheoryData<string, DurabilityLevel> AtDurableAndFiled(IEnumerable<string> workloads)
    {
        var cases = new TheoryData<string, DurabilityLevel>();
        foreach (string name in workloads)
        {
            cases.Add(name, DurabilityLevel.Durable);
            cases.Add(name, DurabilityLevel.Filed);
        }

        return cases;
    }

    /// <summary>By a scheduler's threads and time.</summary>
    public static DocumentStore Open(SimulatedFileSystem disk, SeededScheduler scheduler, StoreOptions? options = null) =>
        DocumentStore.Open(disk, options ?? Options, scheduler, NullLoggerFactory.Instance);

    /// <summary>Fills the current segment to its last block: whatever is written next begins a new one. Where no seal comes in between.</summary>
    public static async Task FillSegmentAsync(Workload w)
    {
        // Fifteen blocks behind the header: seven, seven and one. Each put is a group of its own.
        foreach (int bytes in (int[])[SevenBlocksBytes, SevenBlocksBytes, Workload.SmallBytes])
        {
            await w.PutAsync(FarOld, bytes);
        }
    }

    /// <summary>A recorded disk with the whole workload on it, run in the order that the seed chooses.</summary>
    public static CrashRecorder Record(SimulatedFileSystem disk, int seed, Func<Workload, Task> steps, DurabilityLevel level = DurabilityLevel.Filed)
    {
        CrashRecorder? recorder = null;
        SimulatedProcess.Run(disk, SchedulePolicy.Any(new Random(seed)), async scheduler =>
        {
            await using DocumentStore store = Open(disk, scheduler);
            recorder = disk.StartRecording();
            await steps(new Workload(disk, store) { Level = level, Scheduler = scheduler, IsHealthy = true });
        });
        return recorder!;
    }

    private static (Volume Volume, IReadOnlyList<object> Notes) Prepare()
    {
        SimulatedFileSystem disk = Empty();
        SimulatedProcess.Run(disk, SchedulePolicy.Calm(new Random(0)), async scheduler =>
        {
            await using DocumentStore store = Open(disk, scheduler);
            var workload = new Workload(disk, store) { Scheduler = scheduler };
            await workload.PutAsync(Old);
            await workload.PutAsync(FarOld);
        });
        return (disk.CrashNow().Nothing().Volume, disk.Log.Marks());
    }

    private static bool IsNear(string id, string other) => ShardOf(id) == ShardOf(other);

    private static string Find(Func<string, bool> fits) => Enumerable.Range(1, int.MaxValue - 1).Select(number => $"users/{number}").First(fits);
}
