using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Simulation;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash;

/// <summary>Power cuts while filing is held at one call and writers go on above it.</summary>
public sealed class InterleavingTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_202;
    private const int Budget = 4;

    [Fact]
    public Task PowerCut_NeighbourRenamesDuringASync_KeepsBoth() => CutAsync(
        call => call.Kind == CallKind.SyncDirectory && call.Path == Scene.ShardOf(Scene.Old),
        w => w.PutAsync(Scene.Old),
        async (w, release) =>
        {
            using CallGate renamed = w.Disk.BlockCall(call => call.Kind == CallKind.Rename && call.TargetPath == Scene.FileOf(Scene.New));
            Task<StoreException?> neighbour = w.PutAsync(Scene.New);
            await Task.WhenAny(neighbour, renamed.Reached);
            renamed.Release();
            await w.ReadAsync(Scene.FarOld);
            release();
            await neighbour;
            await w.ReadAllAsync();
        });

    [Fact]
    public Task PowerCut_NeighbourEndsWhileATemporaryFileIsSynced_KeepsBoth() => CutAsync(
        call => call.Kind == CallKind.Sync && call.Path.StartsWith(Scene.ShardOf(Scene.Old), StringComparison.Ordinal),
        w => w.PutAsync(Scene.Old),
        async (w, release) =>
        {
            await w.PutAsync(Scene.New);
            await w.ReadAsync(Scene.New);
            await w.ReadAsync(Scene.Old);
            release();
        });

    [Fact]
    public Task PowerCut_NeighboursSyncBetweenTempSyncAndRename_KeepsBoth() => CutAsync(
        call => call.Kind == CallKind.Rename && call.TargetPath == Scene.FileOf(Scene.Old),
        w => w.PutAsync(Scene.Old),
        async (w, release) =>
        {
            await w.PutAsync(Scene.New);
            await w.DeleteAsync(Scene.New);
            release();
        });

    [Fact]
    public Task PowerCut_OtherDirectoryEndsDuringASync_KeepsBoth() => CutAsync(
        call => call.Kind == CallKind.SyncDirectory && call.Path == Scene.ShardOf(Scene.Old),
        w => w.DeleteAsync(Scene.Old),
        async (w, release) =>
        {
            await w.PutAsync(Scene.FarNew);
            await w.DeleteAsync(Scene.FarOld);
            await w.ReadAsync(Scene.FarOld);
            release();
        });

    [Fact]
    public Task PowerCut_WritersOfOneDocumentQueue_KeepsTheLast() => CutAsync(
        call => call.Kind == CallKind.SyncDirectory && call.Path == Scene.ShardOf(Scene.Old),
        w => w.PutAsync(Scene.Old),
        async (w, release) =>
        {
            Task<StoreException?>[] queued = [w.PutAsync(Scene.Old), w.DeleteAsync(Scene.Old), w.PutAsync(Scene.Old), w.ReadAsync(Scene.Old)];
            release();
            await Task.WhenAll(queued);
            await w.ReadAsync(Scene.Old);
        });

    /// <summary>Holds the filing of the first write at a call, lets others write meanwhile, and cuts everywhere.</summary>
    private async Task CutAsync(
        Func<SimulatedCall, bool> held,
        Func<Workload, Task<StoreException?>> first,
        Func<Workload, Action, Task> others,
        [System.Runtime.CompilerServices.CallerMemberName] string name = "")
    {
        CrashRecorder recorder = await Scene.RecordAsync(await Scene.PreparedAsync(), async w =>
        {
            using CallGate gate = w.Disk.BlockCall(held);
            Task<StoreException?> writer = first(w);
            await gate.Reached;
            await others(w, gate.Release);
            Assert.Null(await writer);
        }, DurabilityLevel.Durable);

        Campaign.Report report = await Campaign.RunAsync(name, recorder.States(Seed, Budget), Seed);
        output.WriteLine($"{name}: {report}");
        report.AssertNone(40);
    }
}
