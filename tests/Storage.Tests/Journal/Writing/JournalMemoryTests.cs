using DocService.Storage.Io;
using DocService.Storage.Io.Posix;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Journal.Writing;

/// <summary>Memory that runs out before a write has the known effect "nothing": it was taken for an unknown outcome, and fenced for good.</summary>
public sealed class JournalMemoryTests : IDisposable
{
    /// <summary>With its record as long as a group of three blocks may be.</summary>
    private const int ThreeBlocks = 11_000;
    private const int FourBlocks = 14_000;

    private readonly SimulatedFileSystem _disk = new();
    private readonly List<string> _failures = [];
    private readonly ScarceThreads _threads = new();
    private IDirectory? _directory;
    private SegmentPool _pool = null!;
    private SegmentKeeper _keeper = null!;
    private JournalWriter _journal = null!;
    private int _expected;
    private int _looks;
    private Predicate<int> _hasNoMemory = _ => false;
    private volatile Action _expecting = () => { };
    private volatile Action _looking = () => { };
    private volatile Action _appended = () => { };
    private volatile Action _published = () => { };

    public void Dispose()
    {
        _looking = () => { };
        _threads.Clear();
        _journal.Stop();
        _keeper.Stop();
        _keeper.CloseFiles();
        _journal.CloseFiles();
        _pool.Dispose();
        _directory?.Dispose();
        Assert.Equal(0, _disk.OpenHandles);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)] // with the segment begun for its sake
    public async Task Write_NoMemoryForTheKthGroup_IsBusyAndTheNextGoesOn(int k)
    {
        Start();
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
        await JournalTest.UntilAsync(() => _journal.Marks.DurableThrough == 7, "the last one, which was not to be durable when it was told, is durable");
        Assert.Empty(_failures);
    }

    [Fact]
    public async Task Write_NoMemoryWithManyQueued_TellsEachOfThem()
    {
        Start();
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

    /// <summary>A segment that could not be begun for lack of memory fenced the store, and its spare was lost.</summary>
    [Fact]
    public async Task Write_NoMemoryToBeginASegment_IsBusyAndKeepsTheSpare()
    {
        Start();
        await FillAsync();
        await JournalTest.UntilAsync(() => !_pool.NeedsMore, "spares are there");
        int spares = _pool.Count;
        for (int n = 0; n < 3; n++)
        {
            _threads.FailsNextDate = true;
            await Assert.ThrowsAsync<StoreBusyException>(() => PutAsync(isBuffered: false));
        }

        Assert.Equal(spares, _pool.Count);
        await PutAsync(isBuffered: false);
        Assert.Empty(_failures);
    }

    /// <summary>The look after a sync has no outcome to tell: its group is durable, and the next one is not written before a look.</summary>
    [Fact]
    public async Task Write_NoMemoryForTheLookAfterItsSync_IsAcknowledgedAndTheNextOneLooksFirst()
    {
        Start();
        await PutAsync(isBuffered: false);
        _appended = () =>
        {
            _threads.Advance(TimeSpan.FromSeconds(1)); // as a slow sync does
            _looking = NoMemory;
        };
        await PutAsync(isBuffered: false);
        _appended = () => { };
        await Assert.ThrowsAsync<StoreBusyException>(() => PutAsync(isBuffered: false));
        _looking = () => { };
        int looks = _looks;
        await PutAsync(isBuffered: false);

        Assert.Equal(looks + 1, _looks);
        Assert.Empty(_failures);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // while the new segment is made, not before it
    public async Task Seal_NoMemory_IsTriedAgainAndNobodyIsToldOfAFailure(bool isAtBegin)
    {
        Start(sealAfter: TimeSpan.FromSeconds(1));
        await FillAsync();
        _threads.FailsDates = isAtBegin;
        _looking = isAtBegin ? () => { } : NoMemory;
        for (int n = 0; n < 3; n++)
        {
            int tried = _looks;
            await JournalTest.UntilAsync(() => Quiet(ref tried), "a seal is tried");
        }

        _looking = () => { };
        _threads.Clear();
        await JournalTest.UntilAsync(() => Quiet() && _journal.Segments.Count == 2, "a segment is begun in its place");
        await PutAsync(isBuffered: false);
        Assert.Empty(_failures);
    }

    /// <summary>What had waited too long was taken out of the queue before there was memory to tell it so. Nobody was told.</summary>
    [Fact]
    public async Task Write_NoMemoryToRefuseTheLate_TellsEachOfThem()
    {
        Start();
        for (int n = 0; n < 3 * 6; n++)
        {
            await PutAsync(isBuffered: false); // as many segments as may be unfiled
        }

        _threads.FailsNextChoice = true;
        long deadline = _threads.Clock.GetTimestamp();
        Task[] all = [.. Enumerable.Range(0, 20).Select(_ => PutAsync(isBuffered: false, deadline))];
        foreach (Task one in all)
        {
            await Assert.ThrowsAsync<StoreBusyException>(() => one);
        }

        Assert.False(_threads.FailsNextChoice);
        Assert.Empty(_failures);
    }

    /// <summary>The fence itself needed memory for its message; without it the process ended, and no writer was told.</summary>
    [Fact]
    public async Task Fail_NoMemoryForTheReason_TellsTheWriterAndTheStore()
    {
        Start();
        await FillAsync();
        _looking = () => throw new UntoldException();

        await Assert.ThrowsAsync<StoreFencedException>(() => PutAsync(isBuffered: false));
        Assert.Equal("the journal cannot be written", Assert.Single(_failures));
    }

    /// <summary>From the look for memory to the publication no memory is taken. So it cannot run out between a write and its answer.</summary>
    [Fact]
    public async Task Write_FromItsExpectationToItsPublication_TakesNoMemory()
    {
        using var temporary = new TestDirectory();
        Start(PosixFileSystem.Create().TryOpenDirectory(temporary.Path));
        long from = 0;
        List<long> taken = [];
        _expecting = () => from = GC.GetAllocatedBytesForCurrentThread();
        _published = () => taken.Add(GC.GetAllocatedBytesForCurrentThread() - from);
        taken.EnsureCapacity(100);
        for (int n = 0; n < 9; n++)
        {
            await PutAsync(isBuffered: false);
        }

        Assert.All(taken.Skip(1), bytes => Assert.Equal(0, bytes));
        Assert.Equal(9, taken.Count);
    }

    private void Start(IDirectory? directory = null, TimeSpan? sealAfter = null)
    {
        _directory = directory ?? _disk.TryOpenDirectory("/")!;
        _pool = new SegmentPool(_directory, Guid.NewGuid(), new SegmentSizes(JournalTest.SegmentBytes, Reserve: 2, Journal: 8), _threads);
        _pool.AddMissing();
        _keeper = new SegmentKeeper(_pool, _threads, (reason, _) => _failures.Add(reason));
        var hooks = new JournalHooks
        {
            Threads = _threads,
            ThrowIfGone = Look,
            Expect = ExpectGroup,
            Appended = _ => _appended(),
            Published = _ => _published(),
            Failed = (reason, _) => _failures.Add(reason),
            OutOfSpace = _ => { },
            IsFilingOutOfSpace = () => false,
        };
        Segment first = _pool.Segments.Begin(_pool.TakeOrPrepare(0), 0, 1, 0, 0);
        _journal = new JournalWriter(_pool, _keeper, [], first, new Watermarks(0, 0), hooks, usableBytes: 6 * JournalTest.SegmentBytes, sealAfter ?? TimeSpan.FromHours(1));
        _keeper.Start();
        _journal.Start();
    }

    /// <summary>To the last block of the first segment.</summary>
    private async Task FillAsync()
    {
        foreach (int bytes in (int[])[FourBlocks, FourBlocks, FourBlocks, ThreeBlocks])
        {
            await PutAsync(isBuffered: false, bytes: bytes);
        }
    }

    /// <summary>More time passes than a seal waits for.</summary>
    private bool Quiet()
    {
        _threads.Advance(TimeSpan.FromSeconds(2));
        _journal.NoteFiled();
        return true;
    }

    private bool Quiet(ref int looks)
    {
        Quiet();
        return _looks > looks;
    }

    private void ExpectGroup(List<Commit> group)
    {
        if (_hasNoMemory(Interlocked.Increment(ref _expected)))
        {
            NoMemory();
        }

        _expecting();
    }

    private void Look()
    {
        Interlocked.Increment(ref _looks);
        _looking();
    }

    private static void NoMemory() => throw new InsufficientMemoryException();

    private Task<long> PutAsync(bool isBuffered, long deadline = long.MaxValue, int bytes = FourBlocks)
    {
        var key = DocumentKey.Create("a");
        byte[] body = new byte[bytes];
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        var info = new DocumentInfo { Version = 0, ContentType = "application/json", Created = now, Modified = now, Length = body.Length, Sha256 = Sha256Digest.Of(body) };
        var commit = new Commit(Commit.MeasurePut(key, info, body.Length), 1) { IsBuffered = isBuffered, Deadline = deadline };
        commit.AddPut(key, info, keepsEvidence: false, body);
        commit.Close();
        Assert.True(_journal.TryAdd(commit));
        return commit.Acknowledged.AsTask().SoonAsync();
    }

    /// <summary>Its message needs memory, and there is none.</summary>
    private sealed class UntoldException : Exception
    {
        public override string Message => throw new InsufficientMemoryException();
    }
}
