using DocService.Storage.Io;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Journal.Segments;

public sealed class SegmentKeeperTests
{
    /// <summary>A read that ended while the store closed put its segment where nobody closed it, or ended the closing.</summary>
    [Fact]
    public async Task CloseFiles_WhileReadsEnd_LeavesNothingOpen()
    {
        var disk = new SimulatedFileSystem();
        using IDirectory root = disk.TryOpenDirectory("/")!;
        int handles = disk.OpenHandles;
        var threads = new SystemThreads(TimeProvider.System);
        using var pool = new SegmentPool(root, Guid.NewGuid(), new SegmentSizes(JournalTest.SegmentBytes, Reserve: 1, Journal: 8), threads);
        Segment[] segments = [.. Enumerable.Range(0, 40).Select(_ => pool.Segments.Begin(pool.TakeOrPrepare(0), 0, 1, 0, 0))];
        var keeper = new SegmentKeeper(pool, threads, (_, cause) => Assert.Fail(cause.Message));
        keeper.Stop();
        using var started = new ManualResetEventSlim();
        Task[] readers = [.. segments.Chunk(10).Select(some => Task.Run(() =>
        {
            foreach (Segment segment in some)
            {
                keeper.Recycle(segment);
                started.Set();
            }
        }))];

        started.Wait();
        keeper.CloseFiles();
        await Task.WhenAll(readers);

        Assert.Equal(handles, disk.OpenHandles);
    }
}
