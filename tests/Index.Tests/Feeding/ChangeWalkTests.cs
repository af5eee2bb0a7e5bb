using DocService.Index.Feeding;
using DocService.Index.Reading;

namespace DocService.Index.Tests.Feeding;

/// <summary>The changes of a snapshot, page by page: nothing lost, nothing stale, commits whole and in order.</summary>
public sealed class ChangeWalkTests : IDisposable
{
    private const int Seed = 20261127;

    private readonly TestDirectory _directory = new();
    private readonly TestLog _log = new();

    [Fact]
    public async Task Newcomer_IsToldWhatIsThereAndNoDeletesThenChangesAndDeletes()
    {
        using IndexFollower index = Start(
            TestLog.Commit(TestLog.Put("a", "1", 1), TestLog.Put("b", "1", 1), TestLog.Put("h", "0", 1, isHidden: true)),
            TestLog.Commit(TestLog.Delete("b", 2)),
            TestLog.Commit(TestLog.Put("a", "2", 3)));
        var reader = new ReadChanges();
        await ReadAsync(index, reader, 3);
        Assert.Equal("Put a 3 |", reader.Text());

        _log.Publish(TestLog.Put("c", "1", 4), TestLog.Delete("a", 4));
        await ReadAsync(index, reader, 4);
        Assert.Equal("Delete a 4 Put c 4 |", reader.Text());
    }

    [Fact]
    public async Task Page_EndsAtACommitsEndAndMayExceedItsLimit()
    {
        using IndexFollower index = Start(
            TestLog.Commit(TestLog.Put("a", "1", 1)),
            TestLog.Commit(TestLog.Put("b", "1", 2), TestLog.Put("c", "1", 2), TestLog.Put("d", "1", 2)),
            TestLog.Commit(TestLog.Put("e", "1", 3)));
        var reader = new ReadChanges(limit: 2);
        await ReadAsync(index, reader, 3);
        Assert.Equal("Put a 1 | Put b 2 Put c 2 Put d 2 |", reader.Text());
        Assert.False(reader.IsThrough);
        await ReadAsync(index, reader, 3);
        Assert.Equal("Put e 3 |", reader.Text());
        Assert.True(reader.IsThrough);
    }

    [Fact]
    public async Task DocumentThatChangesBetweenPages_IsToldWithItsNewVersion()
    {
        using IndexFollower index = Start(TestLog.Commit(TestLog.Put("a", "1", 1)), TestLog.Commit(TestLog.Put("b", "1", 2)), TestLog.Commit(TestLog.Put("c", "1", 3)));
        var reader = new ReadChanges(limit: 1);
        await ReadAsync(index, reader, 3);
        _log.Publish(TestLog.Put("b", "2", 4)); // not told so far
        _log.Publish(TestLog.Delete("a", 5)); // told
        while (!reader.IsThrough)
        {
            await ReadAsync(index, reader, 5);
        }

        Assert.Equal("Put a 1 | Put c 3 | Put b 4 | Delete a 5 |", reader.Text());
        Assert.Equal(index.ReadAll(), reader.Copy);
    }

    [Fact]
    public async Task Filter_TellsOthersAsGone_ButNotToANewcomer()
    {
        using IndexFollower index = Start(
            TestLog.Commit(TestLog.Put("a", "{\"n\":1}", 1)), TestLog.Commit(TestLog.Put("b", "{\"n\":2}", 2)), TestLog.Commit(TestLog.Put("c", "{\"n\":1}", 3), TestLog.Delete("d", 3)));
        var reader = new ReadChanges(filter: "{\"n\":1}");
        await ReadAsync(index, reader, 3);
        Assert.Equal("Put a 1 | Put c 3 |", reader.Text());
        _log.Publish(TestLog.Put("a", "{\"n\":2}", 4), TestLog.Put("new", "{\"n\":2}", 4), TestLog.Delete("c", 4));
        await ReadAsync(index, reader, 4);
        Assert.Equal("Gone a 4 Gone c 4 Gone new 4 |", reader.Text());
    }

    [Fact]
    public async Task Prefix_PassesOthersAndAdvances()
    {
        using IndexFollower index = Start(TestLog.Commit(TestLog.Put("a/1", "1", 1), TestLog.Put("b/1", "1", 1)), TestLog.Commit(TestLog.Put("b/2", "1", 2)));
        var reader = new ReadChanges(prefix: "a/");
        await ReadAsync(index, reader, 2);
        Assert.Equal("Put a/1 1 |", reader.Text());
        Assert.Equal((2L, true), (reader.Position.Sequence, reader.IsThrough));
    }

    [Fact]
    public async Task TimeIsOver_ThePageEndsAtACommitWithANextThatHasAdvanced()
    {
        using IndexFollower index = Start([.. Enumerable.Range(1, 5).Select(n => TestLog.Commit(TestLog.Put($"b/{n}", "1", n), TestLog.Put($"c/{n}", "1", n)))]);
        var reader = new ReadChanges(prefix: "a/");
        for (int page = 1; page <= 5; page++)
        {
            await ReadAsync(index, reader, 5, TimeSpan.Zero);
            Assert.Equal((long)page, reader.Position.Sequence);
        }

        Assert.Empty(reader.Told);
    }

    [Fact]
    public async Task NewcomerOfAnIndexThatForgotDeletes_IsNotResetBetweenItsPages()
    {
        _log.File(TestLog.Put("a", "1", 5), TestLog.Put("b", "1", 9)); // deletes up to 9 have left nothing
        using IndexFollower index = IndexTest.Follow(_directory["index"], _log);
        var reader = new ReadChanges(limit: 1);
        await ReadAsync(index, reader, 9);
        Assert.Equal(5, reader.Position.Sequence);
        _log.Publish(TestLog.Delete("a", 10));
        await ReadAsync(index, reader, 10);
        await ReadAsync(index, reader, 10);
        Assert.Equal("Put a 5 | Put b 9 | Delete a 10 |", reader.Text());
        Assert.Equal(0, reader.Position.Begun);
    }

    [Fact]
    public async Task FindReset_NamesWhatCannotGoOn()
    {
        _log.File(TestLog.Put("a", "1", 5), TestLog.Put("b", "1", 9));
        using IndexFollower index = IndexTest.Follow(_directory["index"], _log);
        _log.Publish(TestLog.Put("c", "1", 10));
        await index.ReachAsync(10);
        using IndexReader? reader = index.TryRead();
        Assert.NotNull(reader);
        Assert.Equal(9, reader.CompleteFrom);
        Guid store = _log.StoreId;

        Assert.Null(FeedPosition.Beginning.FindReset(reader));
        Assert.Null(new FeedPosition(store, 9, 0).FindReset(reader));
        Assert.Null(new FeedPosition(store, 10, 0).FindReset(reader));
        Assert.Null(new FeedPosition(store, 5, 9).FindReset(reader));
        Assert.Contains("older", new FeedPosition(store, 8, 0).FindReset(reader), StringComparison.Ordinal);
        Assert.Contains("older", new FeedPosition(store, 5, 8).FindReset(reader), StringComparison.Ordinal);
        Assert.Contains("beyond", new FeedPosition(store, 11, 0).FindReset(reader), StringComparison.Ordinal);
        Assert.Contains("beyond", new FeedPosition(store, 5, 11).FindReset(reader), StringComparison.Ordinal);
        Assert.Contains("another store", new FeedPosition(Guid.NewGuid(), 10, 0).FindReset(reader), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BodyDoesNotFitItsDigest_IsNotToldAndTheIndexIsMadeAnew()
    {
        _log.Publish(TestLog.Put("a", "1", 1) with { Info = TestLog.Put("a", "1", 1).Info! with { Sha256 = Storage.Model.Sha256Digest.Of("2"u8) } });
        using IndexFollower index = IndexTest.Follow(_directory["index"], _log);
        await index.ReachAsync(1);
        _log.FiledThrough = 1;
        var reader = new ReadChanges();
        using (IndexReader? snapshot = index.TryRead())
        {
            Assert.Throws<IndexFailedException>(() => reader.Read(snapshot!));
        }

        Assert.Empty(reader.Told);
        await IndexTest.UntilAsync(() => index.Status is { Stage: IndexStage.Following, Reason: not null }, "it is made anew");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task RandomWritesBetweenPages_EveryCopyEqualsTheStoreWhenItIsThrough(int run)
    {
        var random = new Random(Seed + run);
        using IndexFollower index = IndexTest.Follow(_directory["index"], _log);
        var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
        List<ReadChanges> readers = [];
        long version = 0;
        for (int step = 0; step < 60; step++)
        {
            for (int commit = random.Next(4); commit > 0; commit--)
            {
                version += random.Next(1, 3);
                _log.Publish([.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => $"d{random.Next(12)}").Distinct().Select(id => Write(id, random, version, expected))]);
            }

            await index.ReachAsync(version);
            if (random.Next(6) == 0)
            {
                readers.Add(new ReadChanges(limit: random.Next(1, 8)));
            }

            foreach (ReadChanges reader in readers.Where(_ => random.Next(3) > 0))
            {
                Read(index, reader);
                Assert.Equal(reader.Versions.Order(), reader.Versions);
                Assert.True(!reader.IsThrough || expected.SequenceEqual(reader.Copy), $"seed {Seed + run}, step {step}");
            }
        }

        Assert.NotEmpty(readers);
        foreach (ReadChanges reader in readers)
        {
            do
            {
                Read(index, reader);
            }
            while (!reader.IsThrough);
            Assert.Equal(expected, reader.Copy);
        }
    }

    public void Dispose() => _directory.Dispose();

    private static Storage.Followers.FollowedOperation Write(string id, Random random, long version, SortedDictionary<string, string> expected)
    {
        if (random.Next(4) == 0)
        {
            expected.Remove(id);
            return TestLog.Delete(id, version);
        }

        expected[id] = $"{version}";
        return TestLog.Put(id, $"{version}", version);
    }

    private static void Read(IndexFollower index, ReadChanges reader)
    {
        using IndexReader? snapshot = index.TryRead();
        reader.Read(snapshot!);
    }

    private static async Task ReadAsync(IndexFollower index, ReadChanges reader, long sequence, TimeSpan? allowed = null)
    {
        await index.ReachAsync(sequence);
        using IndexReader? snapshot = index.TryRead();
        reader.Read(snapshot!, allowed: allowed);
    }

    private IndexFollower Start(params Storage.Followers.FollowedCommit[] commits)
    {
        Array.ForEach(commits, _log.Publish);
        return IndexTest.Follow(_directory["index"], _log);
    }
}
