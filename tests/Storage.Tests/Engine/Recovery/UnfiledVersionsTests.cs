using DocService.Storage.Engine.Filing;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Recovery;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Engine.Recovery;

/// <summary>Recovery hands what it finds to readers and the filer, and keeps what a follower has yet to read.</summary>
public sealed class UnfiledVersionsTests
{
    [Fact]
    public async Task Open_UnfiledVersions_GoToTheFilersQueueInOrder()
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(id => new SegmentForge(id, 1)
            .Put(1, "a", 0).Seal(1, 1, 1).Put(2, "b", 1, filed: 1).Put(3, "c", 2, filed: 1).Delete(4, "b", 3, filed: 1));

        using OpenedRun run = new(disk, long.MaxValue);

        FilingQueue queue = run.Opened.Unfiled.Filing;
        Assert.Equal(
            [(2, Digest("b")), (3, Digest("c")), (4, Digest("b"))],
            Enumerable.Range(0, queue.Count).Select(_ => queue.Take()).Select(ticket => (ticket.Sequence, ticket.Document)));
        Assert.Equal(2, run.Opened.Unfiled.Pending.Count);
    }

    /// <summary>The log is filed through 6. What a follower at that position has read may go; all above it must stay, and is no damage.</summary>
    [Theory]
    [InlineData(long.MaxValue, "")]
    [InlineData(6, "")]
    [InlineData(5, "3")]
    [InlineData(4, "3")]
    [InlineData(3, "2 3")]
    [InlineData(1, "1 2 3")]
    [InlineData(0, "1 2 3")]
    public async Task Open_FilesThatAFollowerHasYetToRead_Survive(long position, string kept)
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(
            id => new SegmentForge(id, 1).Put(1, "a", 0).Put(2, "b", 1),
            id => new SegmentForge(id, 2, startsAfter: 2).Put(3, "c", 2).Put(4, "d", 3),
            id => new SegmentForge(id, 3, startsAfter: 4).Put(5, "e", 4).Put(6, "f", 5).Seal(6, 6, 6));

        using OpenedRun run = new(disk, position);

        Assert.Equal(kept, string.Join(' ', run.Opened.Sealed.Select(segment => segment.Header.Number)));
        Assert.Equal(6, run.Opened.Marks.FiledThrough);
        Assert.Equal(0, run.Opened.Unfiled.Pending.Count);
        Assert.All(run.Opened.Sealed, segment => Assert.Contains(segment.Name, disk.Segments()));
    }

    /// <summary>A bad block below F is the follower's loss alone: it finds the segment and the gap, and is rebuilt.</summary>
    [Fact]
    public async Task Open_BadRecordThatAFollowerHasYetToRead_IsNoDamageAndTheSegmentSurvives()
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(
            id => new SegmentForge(id, 1).Put(1, "a", 0).Put(2, "b", 1).Spoil(2, BadForm.Payload),
            id => new SegmentForge(id, 2, startsAfter: 2).Put(3, "c", 2).Seal(3, 3, 3));

        using OpenedRun run = new(disk, 1);

        Assert.Equal([1L, 2L], run.Opened.Sealed.Select(segment => segment.Header.Number));
    }

    private static Sha256Digest Digest(string id) => DocumentKey.Create(id).Digest;

    private sealed class OpenedRun : IDisposable
    {
        private readonly DataDirectory _directory;

        public OpenedRun(SimulatedFileSystem disk, long leastPosition)
        {
            _directory = DataDirectory.Open(disk, JournalTest.Data, new SystemThreads(TimeProvider.System));
            Opened = new JournalOpening(_directory, JournalTest.Options, new SystemThreads(TimeProvider.System)) { LeastPosition = leastPosition }.Open();
        }

        public OpenedJournal Opened { get; }

        public void Dispose()
        {
            foreach (Storage.Journal.Segments.Segment segment in Opened.Sealed)
            {
                segment.Dispose();
            }

            Opened.Current.Dispose();
            Opened.Pool.Dispose();
            _directory.Dispose();
        }
    }
}
