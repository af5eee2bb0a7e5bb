using DocService.Index.Answering;
using DocService.Index.Feeding;
using DocService.Index.Reading;
using DocService.Index.Rows;
using DocService.Index.Tailing;
using DocService.Storage.Followers;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Index.Tests.Feeding;

/// <summary>What has just changed, for all who listen: the same as the index has, or they are sent there.</summary>
public sealed class ChangeTailTests : IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly TestLog _log = new();

    [Fact]
    public async Task Listener_IsToldWhatIsPublishedAfterItHasReadTheIndex()
    {
        _log.Publish(TestLog.Put("a", "1", 1));
        using IndexFollower index = IndexTest.Follow(_directory["index"], _log);
        using ChangeTail tail = Tail(index);
        var reader = new ReadChanges();
        using IDisposable listening = tail.Listen();
        await FollowAsync(index, tail, reader, 1);
        reader.Text();
        _log.Publish(TestLog.Put("a", "2", 2), TestLog.Put("b", "1", 2));
        _log.Publish(TestLog.Delete("b", 3));
        _log.Publish(TestLog.Put("h", "0", 4, isHidden: true));
        await FollowAsync(index, tail, reader, 4);

        Assert.Equal(index.ReadAll(), reader.Copy);
        Assert.EndsWith("Delete b 3 |", reader.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Ring_HasNoRoom_TheOldestGoAndWhoNeedsThemIsSentToTheIndex()
    {
        var ring = new TailRing(bytesMax: 1000);
        Guid store = Guid.NewGuid();
        ring.Begin(store, 10);
        for (long n = 11; n <= 40; n++)
        {
            var change = new TailChange(n, [(byte)'a'], Row(n));
            ring.Add(new TailBatch(n - 1, n, [change], change.Bytes));
        }

        Assert.InRange(ring.Bytes, 1, 1000);
        Assert.False(TryRead(ring, new FeedPosition(store, 10, 0), out _));
        Assert.False(TryRead(ring, new FeedPosition(Guid.NewGuid(), 39, 0), out _));
        Assert.False(TryRead(ring, new FeedPosition(store, 39, 40), out _)); // a newcomer is told no deletes
        Assert.True(TryRead(ring, new FeedPosition(store, 38, 0), out string told));
        Assert.Equal("Delete a 39 | Delete a 40 |", told);
        Assert.True(TryRead(ring, new FeedPosition(store, 40, 0), out told));
        Assert.Empty(told);
        Assert.True(TryRead(ring, new FeedPosition(store, 50, 0), out told)); // the index was further: what it has told does not come again
        Assert.Empty(told);
    }

    [Fact]
    public void Ring_ReaderIsFull_StopsBetweenTwoCommitsAndGoesOnThere()
    {
        var ring = new TailRing(bytesMax: 1 << 20);
        Guid store = Guid.NewGuid();
        ring.Begin(store, 0);
        ring.Add(new TailBatch(0, 5, [new(2, "a"u8.ToArray(), Row(2)), new(2, "b"u8.ToArray(), Row(2)), new(3, "c"u8.ToArray(), Row(3))], 1));
        var reader = new ReadChanges(limit: 1) { Position = new FeedPosition(store, 0, 0) };
        FeedPosition position = reader.Position;
        var selection = new ChangeSelection("", Queries.Filters.Filter.Everything);
        Assert.True(ring.TryRead(ref position, selection, DateTimeOffset.UnixEpoch, Queries.SearchLimit.None, reader));
        Assert.Equal(("Delete a 2 Delete b 2 |", 2L), (reader.Text(), position.Sequence));
        var rest = new ReadChanges();
        Assert.True(ring.TryRead(ref position, selection, DateTimeOffset.UnixEpoch, Queries.SearchLimit.None, rest));
        Assert.Equal(("Delete c 3 |", 5L), (rest.Text(), position.Sequence));
    }

    /// <summary>The ring has the row of when the change came: the body must not be shown later than it may.</summary>
    [Fact]
    public void Ring_DocumentThatHasEndedSince_IsToldAsGone()
    {
        byte[] row = new byte[DocumentRow.FactsBytesMax + 1];
        DateTimeOffset end = DateTimeOffset.UnixEpoch.AddHours(1);
        FollowedOperation put = TestLog.Put("a", "1", 11).EndingAt(end);
        int length = DocumentRow.Write(put.Info!, put.Body.Span, hasBody: true, row);
        var ring = new TailRing(bytesMax: 1 << 20);
        Guid store = Guid.NewGuid();
        ring.Begin(store, 10);
        ring.Add(new TailBatch(10, 11, [new TailChange(11, "a"u8.ToArray(), row[..length])], 1));

        Assert.True(TryRead(ring, new FeedPosition(store, 10, 0), end.AddTicks(-1), out string told));
        Assert.Equal("Put a 11 |", told);
        Assert.True(TryRead(ring, new FeedPosition(store, 10, 0), end, out told));
        Assert.Equal("Gone a 11 |", told);
    }

    /// <summary>It may have been written again before its end, and then it is not to be told as gone and come back.</summary>
    [Fact]
    public async Task Listener_DocumentHasEndedAndTheTailIsBehind_IsNotToldOfItsEnd()
    {
        _log.Publish(TestLog.Put("a", "1", 1).EndingAt(_log.Time.Now.AddDays(1)));
        using IndexFollower index = IndexTest.Follow(_directory["index"], _log);
        var tailed = new Tailed(index);
        using var tail = new ChangeTail(tailed, new SearchThreads(1), TimeProvider.System, NullLogger.Instance);
        using IDisposable listening = tail.Listen();
        await FollowAsync(index, tail, new ReadChanges(), 1);
        _log.Publish(TestLog.Put("b", "1", 2).EndingAt(_log.Time.Now.AddDays(1)));
        var caughtUp = new ReadChanges { Position = new FeedPosition(_log.StoreId, 1, 0) };
        await FollowAsync(index, tail, caughtUp, 2);
        Assert.Equal("Put b 2 |", caughtUp.Text());

        tailed.Passed = TimeSpan.FromDays(2);
        Assert.Equal("Gone b 2 |", Told(tail));
        tailed.Unread = 1;
        Assert.Equal("Put b 2 |", Told(tail));
    }

    [Fact]
    public async Task Watch_ChangesOfItsDocument_AreToldWhenTheyArePublishedAfterTheCall()
    {
        using IndexFollower index = IndexTest.Follow(_directory["index"], _log);
        using ChangeTail tail = Tail(index);
        using DocumentWatch watch = tail.Watch("a");
        for (long n = 1; n <= 20; n++)
        {
            Task changed = watch.NextChange();
            _log.Publish(n % 3 == 0 ? TestLog.Delete("a", n) : TestLog.Put("a", $"{n}", n));
            await changed.WaitAsync(IndexTest.Patience);
        }
    }

    [Fact]
    public async Task Watch_OfAnotherDocument_IsNotTold()
    {
        using IndexFollower index = IndexTest.Follow(_directory["index"], _log);
        using ChangeTail tail = Tail(index);
        using DocumentWatch a = tail.Watch("a");
        using DocumentWatch b = tail.Watch("b");
        for (long n = 1; n <= 2; n++)
        {
            Task changed = b.NextChange(); // when the tail begins all look once
            _log.Publish(TestLog.Put("b", "1", n));
            await changed.WaitAsync(IndexTest.Patience);
        }

        Task aChanged = a.NextChange();
        Task bChanged = b.NextChange();
        _log.Publish(TestLog.Put("b", "1", 3));
        await bChanged.WaitAsync(IndexTest.Patience);
        Assert.False(aChanged.IsCompleted);
    }

    [Fact]
    public async Task IndexIsMadeAnew_ListenersAndWatchesGoOn()
    {
        _log.Publish(TestLog.Put("a", "1", 1));
        using IndexFollower index = IndexTest.Follow(_directory["index"], _log);
        using ChangeTail tail = Tail(index);
        using IDisposable listening = tail.Listen();
        using DocumentWatch watch = tail.Watch("a");
        var reader = new ReadChanges();
        await FollowAsync(index, tail, reader, 1);
        _log.File(TestLog.Put("a", "1", 1));
        index.Rebuild("a test asks for it");
        await IndexTest.UntilAsync(() => index.Status is { Stage: IndexStage.Following, Reason: not null }, "it is made anew");
        Task changed = watch.NextChange();
        _log.Publish(TestLog.Put("a", "2", 2));
        await changed.WaitAsync(IndexTest.Patience);
        await FollowAsync(index, tail, reader, 2);
        Assert.Equal("2", reader.Copy["a"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task RandomWrites_ListenersOfTheTailEndAsTheStore(int run)
    {
        var random = new Random(20261127 + run);
        using IndexFollower index = IndexTest.Follow(_directory["index"], _log);
        using ChangeTail tail = Tail(index);
        ReadChanges[] readers = [.. Enumerable.Range(0, 4).Select(_ => new ReadChanges(limit: random.Next(1, 50)))];
        Task[] following = [.. readers.Select(reader => Task.Run(async () =>
        {
            using IDisposable listening = tail.Listen();
            await FollowAsync(index, tail, reader, 600);
        }))];
        for (long version = 1; version <= 600; version++)
        {
            string id = $"d{random.Next(20)}";
            _log.Publish(random.Next(4) == 0 ? TestLog.Delete(id, version) : TestLog.Put(id, $"{version}", version));
            await (random.Next(20) == 0 ? index.ReachAsync(version) : Task.CompletedTask);
        }

        await Task.WhenAll(following).WaitAsync(IndexTest.Patience);
        Assert.All(readers, reader => Assert.Equal(index.ReadAll(), reader.Copy));
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>As a stream does it: the tail where it reaches, else the index.</summary>
    private static async Task FollowAsync(IndexFollower index, ChangeTail tail, ReadChanges reader, long through)
    {
        while (true)
        {
            Task moved = tail.Moved;
            long before = reader.Position.Sequence;
            if (!reader.TryRead(tail))
            {
                using IndexReader? snapshot = index.TryRead();
                if (snapshot is null)
                {
                    await index.WaitForAsync(0, IndexTest.Patience, default);
                    continue;
                }

                reader.Read(snapshot);
            }

            if (reader.Position.Sequence >= through)
            {
                return;
            }

            if (reader.Position.Sequence == before)
            {
                await moved.WaitAsync(IndexTest.Patience);
            }
        }
    }

    private static byte[] Row(long version)
    {
        byte[] row = new byte[17];
        DocumentRow.WriteDeleted(version, DateTimeOffset.UnixEpoch, row);
        return row;
    }

    private static bool TryRead(TailRing ring, FeedPosition position, out string told) => TryRead(ring, position, DateTimeOffset.UnixEpoch, out told);

    private static bool TryRead(TailRing ring, FeedPosition position, DateTimeOffset moment, out string told)
    {
        var reader = new ReadChanges();
        bool isThere = ring.TryRead(ref position, new ChangeSelection("", Queries.Filters.Filter.Everything), moment, Queries.SearchLimit.None, reader);
        told = reader.Text();
        return isThere;
    }

    /// <summary>What it tells behind the first commit.</summary>
    private string Told(ChangeTail tail)
    {
        var reader = new ReadChanges();
        var position = new FeedPosition(_log.StoreId, 1, 0);
        Assert.True(tail.TryRead(ref position, new ChangeSelection("", Queries.Filters.Filter.Everything), Queries.SearchLimit.None, reader));
        return reader.Text();
    }

    private static ChangeTail Tail(IndexFollower index) => new(new Tailed(index), new SearchThreads(1), TimeProvider.System, NullLogger.Instance);

    private sealed class Tailed(IndexFollower index) : ITailedIndex
    {
        /// <summary>Commits that are published, and that nobody has read.</summary>
        public long Unread { get; set; }

        /// <summary>Since the index was read.</summary>
        public TimeSpan Passed { get; set; }

        public DateTimeOffset Now => index.Now + Passed;

        public long PublishedThrough => index.PublishedThrough + Unread;

        public IndexReader? TryRead() => index.TryRead();

        public Task<bool> WaitForAsync(long sequence, TimeSpan longest, CancellationToken cancellation) => index.WaitForAsync(sequence, longest, cancellation);
    }
}
