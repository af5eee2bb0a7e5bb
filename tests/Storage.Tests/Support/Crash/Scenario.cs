using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Support.Crash;

/// <summary>One of the enumerated workloads: up to three operations, under one of the conditions that make them different.</summary>
/// <param name="Operations">In order.</param>
/// <param name="IsFar">The two documents are in different directories.</param>
/// <param name="Level">What the writes wait for.</param>
/// <param name="Rolls">The first write begins a new segment.</param>
internal sealed record Scenario(IReadOnlyList<ClientOperation> Operations, bool IsFar, DurabilityLevel Level, bool Rolls)
{
    public const int LengthMax = 3;

    private static readonly DurabilityLevel[] Levels = [DurabilityLevel.Durable, DurabilityLevel.Filed, DurabilityLevel.Buffered];

    /// <summary>Every order of operations, the shorter ones first.</summary>
    public static IReadOnlyList<IReadOnlyList<ClientOperation>> Orders { get; } = [.. Enumerable.Range(1, LengthMax).SelectMany(OfLength)];

    /// <summary>Every combination of the conditions.</summary>
    public static IReadOnlyList<(bool IsFar, DurabilityLevel Level, bool Rolls)> Conditions { get; } =
    [
        .. from level in Levels
           from isFar in new[] { false, true }
           from rolls in new[] { false, true }
           select (isFar, level, rolls),
    ];

    private string Other => IsFar ? Scene.FarNew : Scene.New;

    public static Scenario Of(IReadOnlyList<ClientOperation> operations, (bool IsFar, DurabilityLevel Level, bool Rolls) condition) =>
        new(operations, condition.IsFar, condition.Level, condition.Rolls);

    /// <summary>Runs it on a disk of its own, every moment kept.</summary>
    public CrashRecorder Record(int seed)
    {
        // Without a seal in between the segment is full to the block.
        StoreOptions options = Rolls ? Scene.Options with { SealAfter = TimeSpan.FromSeconds(10) } : Scene.Options;
        SimulatedFileSystem disk = Scene.Prepared();
        CrashRecorder? recorder = null;
        SimulatedProcess.Run(disk, SchedulePolicy.Any(new Random(seed)), async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler, options);
            if (Rolls)
            {
                await Scene.FillSegmentAsync(new Workload(disk, store) { Scheduler = scheduler });
            }

            int logged = disk.Log.Count;
            recorder = disk.StartRecording();
            await RunAsync(new Workload(disk, store) { Level = Level, Scheduler = scheduler, IsHealthy = true });
            Assert.True(!Rolls || disk.Log.Take().Skip(logged).Any(IsBeginningOfASegment), $"{this}: no new segment was begun");
        });
        return recorder!;
    }

    public override string ToString() =>
        $"{string.Join(", ", Operations)}; {(IsFar ? "two directories" : "one directory")}, {Level}{(Rolls ? ", new segment" : string.Empty)}";

    private static bool IsBeginningOfASegment(SimulatedCall call) =>
        call.Kind == CallKind.Rename && call.TargetPath!.EndsWith(".journal", StringComparison.Ordinal);

    private static IEnumerable<IReadOnlyList<ClientOperation>> OfLength(int length) => length == 0
        ? [[]]
        : from shorter in OfLength(length - 1)
          from operation in Enum.GetValues<ClientOperation>()
          select (IReadOnlyList<ClientOperation>)[.. shorter, operation];

    private async Task RunAsync(Workload w)
    {
        foreach (ClientOperation operation in Operations)
        {
            await RunAsync(w, operation);
            await w.ReadAsync(Scene.Old);
        }

        await w.ReadAsync(Other);
    }

    private Task RunAsync(Workload w, ClientOperation operation) => operation switch
    {
        ClientOperation.PutNew => w.PutAsync(Other),
        ClientOperation.Overwrite => w.PutAsync(Scene.Old),
        ClientOperation.Delete => w.DeleteAsync(Scene.Old),
        ClientOperation.PutBoth => w.PutBothAsync(Scene.Old, Other),
        ClientOperation.PutAndDelete => w.PutAndDeleteAsync(Other, Scene.Old),
        _ => w.TogetherAsync(() => w.PutAsync(Scene.Old), () => w.PutAsync(Other)),
    };
}
