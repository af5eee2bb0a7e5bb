using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation.SelfTests;

public sealed class SimulatedConcurrencyTests
{
    private const int Workers = 4;
    private const int Rounds = 300;

    [Fact]
    public async Task Calls_FromManyThreads_KeepLogTreeAndSpaceConsistent()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        CrashRecorder recorder = disk.StartRecording();

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => Replace(disk, worker))));

        Assert.Equal(["/a/", .. Enumerable.Range(0, Workers).Select(worker => $"/a/{worker}"), "/b/"], disk.Disk.DurableTree());
        Assert.Equal(Enumerable.Range(0, disk.Log.Count), disk.Log.Take().Select(call => call.Index));
        Assert.Equal((0, Workers * Rounds), (disk.OpenHandles, disk.Log.MarkCount));
        Assert.Equal(3 + Workers, disk.Snapshot().UsedInodes);
        Assert.Equal(disk.Snapshot().UsedBlocks, disk.Kill().Snapshot().UsedBlocks);
        Assert.Equal(Workers * Rounds, recorder.Points()[^1].Marks.Count);
    }

    private static void Replace(SimulatedFileSystem disk, int worker)
    {
        using IDirectory directory = disk.Open();
        for (int round = 0; round < Rounds; round++)
        {
            directory.Put($".tmp-{worker}", $"{worker} {round}", sync: true);
            directory.Rename($".tmp-{worker}", directory, $"{worker}");
            directory.Sync();
            disk.Mark((worker, round));
        }
    }
}
