using DocService.Storage.Io;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Journal.Writing;

/// <summary>Memory that runs out before a write has the known effect "nothing": it was taken for an unknown outcome, and fenced for good.</summary>
public sealed class JournalMemoryTests : IDisposable
{
    private readonly SimulatedFileSystem _disk = new();
    private readonly List<string> _failures = [];
    private readonly IDirectory _directory;
    private readonly SegmentPool _pool;
    private readonly SegmentKeeper _keeper;
    private readonly JournalWriter _journal;
    private int _expected;
    private Predicate<int> _hasNoMemory = _ => false;

    public JournalMemoryTests()
    {
        _directory = _disk.TryOpenDirectory("/")!;
        var threads = new SystemThreads(TimeProvider.System);
        _pool = new SegmentPool(_directory, Guid.NewGuid(), new SegmentSizes(JournalTest.SegmentBytes, Reserve: 2, Journal: 8), threads);
        _pool.AddMissing();
        _keeper = new SegmentKeeper(_pool, threads, (reason, _) => _failures.Add(reason));
        var hooks = new JournalHooks
        {
            Threads = threads,
            ThrowIfGone = () => { },
            Expect = ExpectGroup,
            Appended = _ => { },
            Published = _ => { },
            Failed = (reason, _) => _failures.Add(reason),
            OutOfSpace = _ => { },
            IsFilingOutOfSpace = () => false,
        };
        var limits = new JournalLimits { UsableBytes = 6 * JournalTest.SegmentBytes, SealAfter = TimeSpan.FromSeconds(10) };
        Segment first = _pool.Begin(_pool.TakeOrPrepare(0), 0, 1, 0, 0);
        _journal = new JournalWriter(_pool, _keeper, [], first, new Watermarks(0, 0), hooks, limits);
        _keeper.Start();
        _journal.Start();
    }

    public void Dispose()
    {
        _journal.Stop();
        _keeper.Stop();
        _keeper.CloseFiles();
        _journal.CloseFiles();
        _pool.Dispose();
        _directory.Dispose();
        Assert.Equal(0, _disk.OpenHandles);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)] // with the segment begun for its sake
    public async Task Write_NoMemoryForTheKthGroup_IsBusyAndTheNextGoesOn(int k)
    {
        _hasNoMemory = group => group == k;
        int busy = 0;
        for (int n = 1; n <= 8; n++)
        {
            Exception? failure = await Record.ExceptionAsync(() => PutAsync(isBuffered: n % 2 == 0));
            Assert.Equal(n == k, failure is StoreBusyException);
            Assert.True(failure is null or StoreBusyException, $"{failure}");
            busy += failure is null ? 0 : 1;
        }

        Assert.Equal(1, busy);
        Assert.Empty(_failures);
        Assert.Equal(7, _journal.Statistics.Commits);
    }

    [Fact]
    public async Task Write_NoMemoryWithManyQueued_TellsEachOfThem()
    {
        _hasNoMemory = _ => true;
        Task[] all = [.. Enumerable.Range(0, 20).Select(_ => PutAsync(isBuffered: false))];

        foreach (Task one in all)
        {
            await Assert.ThrowsAsync<StoreBusyException>(() => one);
        }

        _hasNoMemory = _ => false;
        await PutAsync(isBuffered: false);
        Assert.Empty(_failures);
    }

    private void ExpectGroup(List<Commit> group)
    {
        if (_hasNoMemory(Interlocked.Increment(ref _expected)))
        {
            throw new InsufficientMemoryException();
        }
    }

    private Task<long> PutAsync(bool isBuffered)
    {
        var key = DocumentKey.Create("a");
        byte[] body = new byte[14_000];
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        var info = new DocumentInfo { Version = 0, ContentType = "application/json", Created = now, Modified = now, Length = body.Length, Sha256 = Sha256Digest.Of(body) };
        var commit = new Commit(Commit.MeasurePut(key, info, body.Length), 1) { IsBuffered = isBuffered };
        commit.AddPut(key, info, keepsEvidence: false, body);
        commit.Close();
        Assert.True(_journal.TryAdd(commit));
        return commit.Acknowledged.AsTask().SoonAsync();
    }
}
