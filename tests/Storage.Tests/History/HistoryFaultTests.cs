using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Crash.Features;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.History;

/// <summary>Calls that fail while versions are kept: each that was acknowledged has its exact bytes.</summary>
public sealed class HistoryFaultTests(ITestOutputHelper output)
{
    private const int Seed = 20_261_129;

    public static TheoryData<string> FaultCases => [.. FaultCase.All.Select(fault => fault.ToString())];

    /// <summary>Each call by which versions are filed, made room for and dropped fails in turn, in every way; then the power goes, or the process.</summary>
    [Theory]
    [MemberData(nameof(FaultCases))]
    public void Filing_EachCallFailsInTurn_KeepsEveryVersion(string name)
    {
        FaultCase fault = FaultCase.All.Single(one => one.ToString() == name);
        int runs = 0;
        while (RunWithFault(fault, runs + 1))
        {
            runs++;
        }

        output.WriteLine($"{fault}: {runs} runs");
        Assert.True(runs >= 3, $"only {runs} runs");
    }

    private static bool RunWithFault(FaultCase fault, int call)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        bool hasFired = false;
        bool isFenced = false;
        SimulatedProcess.Run(disk, SchedulePolicy.Any(new Random(unchecked(Seed + call)), isPunctual: true), async scheduler =>
        {
            var documents = new KeptDocuments(disk, scheduler);
            Fault armed = fault.Arm(disk, call, made => IsOfVersions(made) && (fault.Kind != FaultKind.NoMemory || FaultCase.IsBehindTheWrites()));
            await KeptDocuments.TryAsync(() => documents.PutAsync(DurabilityLevel.Durable, Scene.Old));
            await KeptDocuments.TryAsync(() => documents.PutAsync(DurabilityLevel.Durable, Scene.Old, Scene.New));
            await KeptDocuments.TryAsync(() => documents.PutAsync(DurabilityLevel.Filed, Scene.Old));
            await KeptDocuments.TryAsync(() => documents.DeleteAsync(Scene.Old));
            await KeptDocuments.TryAsync(() => documents.DropOldestAsync(Scene.Old));
            hasFired = armed.Fired;
            disk.ClearFaults();
            await KeptDocuments.TryAsync(() => documents.PutAsync(DurabilityLevel.Filed, Scene.Old));
            isFenced = documents.IsFenced;
            await documents.CloseAsync();
        });
        foreach (SimulatedFileSystem after in isFenced ? [disk.CrashNow().Nothing().Open()] : new[] { disk.CrashNow().Nothing().Open(), disk.Kill() })
        {
            string? problem = KeptDocuments.Audit(after, disk.Log.Marks());
            Assert.True(problem is null, $"{fault}, call {call}{(isFenced ? ", fenced" : string.Empty)}: {problem}");
        }

        return hasFired;
    }

    /// <summary>The directories of all shards are made alike, so of those that nothing is filed in, one is tried. The data directory is synced for their name, and for FORMAT's.</summary>
    private static bool IsOfVersions(SimulatedCall call) =>
        call is { Kind: CallKind.SyncDirectory, Path: Scene.Data } ||
        call.Path is KeptDocuments.Folder or $"{KeptDocuments.Folder}/80" or KeptDocuments.Draft or $"{KeptDocuments.Draft}/80" || call.Name.StartsWith("FORMAT", StringComparison.Ordinal) || IsIn(call.Path) || IsIn(call.TargetPath) || (call.Name.StartsWith(".tmp-", StringComparison.Ordinal) && call.Kind != CallKind.Unlink);

    private static bool IsIn(string? path) => path?.StartsWith(KeepingStore.FolderOf(Scene.Old, Scene.Data), StringComparison.Ordinal) == true;
}
