using DocService.Index.Declared;
using DocService.Index.History;
using DocService.Index.Reading;
using DocService.Index.Rows;
using DocService.Index.Writing;
using DocService.Storage.Followers;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Index.Tests.History;

/// <summary>Which versions have rows, and which documents are due.</summary>
public sealed class HistoryRowsTests : IDisposable
{
    private static readonly IndexState Empty = new(IndexState.CurrentFormat, Guid.Empty, 0, 0, IsBuilding: false);

    private readonly TestDirectory _directory = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 26, 10, 0, 0, TimeSpan.Zero));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Write_VersionsOfOneBatch_AllHaveRowsWhateverFollows()
    {
        using IndexWriter writer = Create(Empty);
        writer.Add(TestLog.Commit(TestLog.Put("a", "one", 1).Keeping(10)));
        writer.Add(TestLog.Commit(TestLog.Put("a", "two", 2).Keeping(10), TestLog.Put("b", "1", 2)));
        writer.Add(TestLog.Commit(TestLog.Delete("a", 3), TestLog.Delete("b", 3)));
        writer.Add(TestLog.Commit(TestLog.Put("a", "four", 4)));
        writer.Write();

        Assert.Equal("4 put 0, 3 delete, 2 put 10, 1 put 10", Versions(writer, "a"));
        Assert.Equal("", Versions(writer, "b"));
        Assert.Equal("2 put 10, 1 put 10", Versions(writer, "a", below: 3));
        Assert.Equal([new DueHistory(DueReason.Written, "a", 4)], Due(writer));
        using IndexReader reader = Read(writer);
        using HistoryListing listing = reader.ListVersions("a", below: 2);
        Assert.True(listing.MoveNext());
        Assert.Equal((3, DateTimeOffset.UnixEpoch.AddSeconds(1), Storage.Model.Sha256Digest.Of("one"u8)), ((int)listing.Current.Length, listing.Current.Modified, listing.Current.Sha256));
    }

    [Fact]
    public void Write_VersionsThatEnd_AreDueAtTheirEnds()
    {
        DateTimeOffset end = DateTimeOffset.UnixEpoch.AddHours(1);
        using IndexWriter writer = Create(Empty);
        writer.Add(TestLog.Commit(Ending(TestLog.Put("b", "1", 1).Keeping(10), end.AddTicks(1)), Ending(TestLog.Put("a", "1", 1).Keeping(10), end)));
        writer.Add(TestLog.Commit(TestLog.Put("a", "2", 2).Keeping(10), Ending(TestLog.Put("plain", "1", 2), end)));
        writer.Write();

        DueHistory[] all = [new(DueReason.Ended, "a", 1, end), new(DueReason.Ended, "b", 1, end.AddTicks(1))];
        Assert.Equal([], Ended(writer, end.AddTicks(-1)));
        Assert.Equal(all[..1], Ended(writer, end));
        Assert.Equal(all, Ended(writer, end.AddTicks(1)));
        writer.Write(new HistoryTask([new HistoryRemoval(all[0], [1])], null));
        Assert.Equal(all[1..], Ended(writer, DateTimeOffset.MaxValue.AddTicks(-1)));
        Assert.Equal("2 put 10", Versions(writer, "a"));
    }

    /// <summary>A version that had been dropped stayed due until its end: a document that is written all the time left one row for each write.</summary>
    [Fact]
    public void Write_VersionsThatEndAreDropped_AreNotDueAtTheirEnds()
    {
        DateTimeOffset end = DateTimeOffset.UnixEpoch.AddHours(1);
        using IndexWriter writer = Create(Empty);
        for (int n = 1; n <= 10; n++)
        {
            writer.Add(TestLog.Commit(Ending(TestLog.Put("a", "1", n).Keeping(2), end.AddHours(n))));
        }

        writer.Write();
        writer.Write(Removal("a", due: 10, [.. Enumerable.Range(1, 8).Select(n => (long)n)]));
        Assert.Equal([new DueHistory(DueReason.Ended, "a", 9, end.AddHours(9)), new DueHistory(DueReason.Ended, "a", 10, end.AddHours(10))], Ended(writer, DateTimeOffset.MaxValue.AddTicks(-1)));
    }

    /// <summary>Versions that end at one moment share a row, whose version is the one that was read last.</summary>
    [Fact]
    public void Write_AVersionIsDroppedAndAnotherEndsAtTheSameMoment_StaysDue()
    {
        DateTimeOffset end = DateTimeOffset.UnixEpoch.AddHours(1);
        using IndexWriter writer = Create(Empty);
        writer.Add(TestLog.Commit(Ending(TestLog.Put("a", "2", 2).Keeping(1), end)));
        writer.Add(new FollowedCommit(3, [Ending(TestLog.Put("a", "1", 1).Keeping(1), end) with { IsSuperseded = true }]));
        writer.Write();
        writer.Write(Removal("a", due: 3, 1));
        Assert.Equal([new DueHistory(DueReason.Ended, "a", 1, end)], Ended(writer, end));
        writer.Write(Removal("a", due: 3, 2));
        Assert.Empty(Ended(writer, end));
    }

    /// <summary>Ids that begin with one another share no range.</summary>
    [Fact]
    public void ListVersions_OfIdsThatBeginAlike_AreThoseOfTheOneId()
    {
        using IndexWriter writer = Create(Empty);
        writer.Add(TestLog.Commit(TestLog.Put("a", "1", 1).Keeping(1), TestLog.Put("a!", "1", 1).Keeping(1), TestLog.Put("aa", "1", 1).Keeping(1)));
        writer.Add(TestLog.Commit(TestLog.Put("a!", "1", 2).Keeping(1)));
        writer.Write();
        Assert.Equal(("1 put 1", "2 put 1, 1 put 1", "1 put 1"), (Versions(writer, "a"), Versions(writer, "a!"), Versions(writer, "aa")));
    }

    /// <summary>A record that was carried forward brings a kept version once more: the document has a later one.</summary>
    [Fact]
    public void Write_ASupersededVersion_ChangesTheHistoryAlone()
    {
        using IndexWriter writer = Create(Empty);
        writer.Add(TestLog.Commit(TestLog.Put("a", "new", 2).Keeping(10)));
        writer.Add(new FollowedCommit(3, [TestLog.Put("a", "old", 1).Keeping(10) with { IsSuperseded = true }]));
        writer.Add(new FollowedCommit(4, [TestLog.Put("gone", "old", 1).Keeping(10) with { IsSuperseded = true }]));
        writer.Write();
        Assert.Equal(("2 put 10, 1 put 10", "1 put 10"), (Versions(writer, "a"), Versions(writer, "gone")));
        Assert.DoesNotContain(IndexTest.Dump(writer.Database), row => row.StartsWith("Documents 676F6E65", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_WhatHasBeenLookedOver_GoesUnlessTheDocumentWasWrittenSince()
    {
        using IndexWriter writer = Create(Empty);
        writer.Add(TestLog.Commit(TestLog.Put("a", "1", 1).Keeping(1)));
        writer.Add(TestLog.Commit(TestLog.Put("a", "2", 2).Keeping(1)));
        writer.Write();
        writer.Add(TestLog.Commit(TestLog.Put("a", "3", 3).Keeping(1)));
        writer.Write(Removal("a", due: 2, 1));
        Assert.Equal("3 put 1, 2 put 1", Versions(writer, "a"));
        Assert.Equal([new DueHistory(DueReason.Written, "a", 3)], Due(writer));
        Assert.Equal(3, writer.State.Position);

        writer.Write(Removal("a", due: 3, 2));
        Assert.Equal("3 put 1", Versions(writer, "a"));
        Assert.Empty(Due(writer));
    }

    /// <summary>What is to be erased is known after a crash: it was flushed before it was answered.</summary>
    [Fact]
    public async Task MarkErasure_ThenAKill_IsDueAtTheNextStart()
    {
        var log = new TestLog();
        using (IndexFollower follower = IndexTest.Follow(_directory["index"], log))
        {
            await follower.ReachAsync(0);
            log.Publish(TestLog.Put("a", "1", 1).Keeping(2));
            await follower.ReachAsync(1);
            await follower.MarkErasureAsync("a", 1);
            CopyTo("copy");
        }

        using IndexFollower again = IndexTest.Follow(_directory["copy"], log);
        await again.ReachAsync(1);
        using (IndexReader reader = again.TryRead()!)
        {
            Assert.Equal([new DueHistory(DueReason.Written, "a", 1), new DueHistory(DueReason.Erasure, "a", 1)], Due(reader));
        }

        await again.RemoveVersionsAsync([new HistoryRemoval(new DueHistory(DueReason.Erasure, "a", 1), [1])]);
        using IndexReader after = again.TryRead()!;
        Assert.Equal([new DueHistory(DueReason.Written, "a", 1)], Due(after));
        Assert.Equal("", Versions(after, "a"));
    }

    /// <summary>Nobody waits for an index that is not there.</summary>
    [Fact]
    public async Task RemoveVersions_IndexIsClosed_IsToldOfIt()
    {
        IndexFollower follower = IndexTest.Follow(_directory["index"], new TestLog());
        await follower.ReachAsync(0);
        follower.StopFollowing();
        await Assert.ThrowsAsync<IndexClosedException>(() => follower.RemoveVersionsAsync([]));
        await Assert.ThrowsAsync<IndexClosedException>(() => follower.MarkErasureAsync("a", 1));
        follower.Dispose();
    }

    [Fact]
    public async Task Build_FilesOfVersions_AreInTheHistoryAndDue()
    {
        var log = new TestLog();
        log.File(TestLog.Put("a", "3", 3).Keeping(5), TestLog.Put("b", "1", 1));
        log.FileVersions(TestLog.Put("a", "1", 1).Keeping(5), TestLog.Put("a", "3", 3).Keeping(5), TestLog.Put("gone", "2", 2).Keeping(5));
        using IndexFollower follower = IndexTest.Follow(_directory["index"], log);
        await follower.ReachAsync(3);
        using IndexReader reader = follower.TryRead()!;
        Assert.Equal(("3 put 5, 1 put 5", "", "2 put 5"), (Versions(reader, "a"), Versions(reader, "b"), Versions(reader, "gone")));
        Assert.Equal(["a", "gone"], Due(reader).Select(due => due.Id));
        Assert.Equal(5, follower.Status.Done);
    }

    /// <summary>What its last write let go must not come back with a new index.</summary>
    [Fact]
    public async Task Build_DocumentThatIsKeptNoLonger_TellsSo()
    {
        var log = new TestLog();
        log.File(TestLog.Put("a", "3", 3), TestLog.Put("b", "1", 1));
        log.FileVersions(TestLog.Put("a", "1", 1).Keeping(5));
        using IndexFollower follower = IndexTest.Follow(_directory["index"], log);
        await follower.ReachAsync(3);
        using IndexReader reader = follower.TryRead()!;
        Assert.Equal(("3 put 0, 1 put 5", ""), (Versions(reader, "a"), Versions(reader, "b")));
    }

    /// <summary>Of two erasures the one that concerns more counts.</summary>
    [Fact]
    public void MarkErasure_OfLessThanBefore_LeavesWhatWasMarked()
    {
        using IndexWriter writer = Create(Empty);
        writer.Write(new HistoryTask([], new DueHistory(DueReason.Erasure, "a", 5)));
        writer.Write(new HistoryTask([], new DueHistory(DueReason.Erasure, "a", 3)));
        Assert.Equal([new DueHistory(DueReason.Erasure, "a", 5)], Due(writer));
        writer.Write(new HistoryTask([new HistoryRemoval(new DueHistory(DueReason.Erasure, "a", 5), [], IsDone: false)], null));
        Assert.Equal([new DueHistory(DueReason.Erasure, "a", 5)], Due(writer));
    }

    /// <summary>The delete comes by before the file of an older version is read: it counts all the same.</summary>
    [Fact]
    public void Build_DeleteIsReadBeforeTheVersionsBeforeIt_IsTold()
    {
        using IndexWriter writer = Create(Empty with { IsBuilding = true });
        writer.Add(TestLog.Commit(TestLog.Delete("a", 4), TestLog.Delete("b", 4)));
        writer.Write();
        FollowedOperation version = TestLog.Put("a", "1", 1).Keeping(5);
        writer.Add(version.Key, version.Info!);
        writer.NoteBuilt();
        writer.Write();
        Assert.Equal("4 delete, 1 put 5", Versions(writer, "a"));
        Assert.Equal(["a", "b"], Due(writer).Select(due => due.Id)); // where b's stray row goes
    }

    internal static string Versions(IndexReader reader, string id, long? below = null)
    {
        var versions = new List<string>();
        using HistoryListing listing = reader.ListVersions(id, below);
        while (listing.MoveNext())
        {
            versions.Add(listing.Current.IsDelete ? $"{listing.Current.Version} delete" : $"{listing.Current.Version} put {listing.Current.Keep}");
        }

        return string.Join(", ", versions);
    }

    private static string Versions(IndexWriter writer, string id, long? below = null)
    {
        using IndexReader reader = Read(writer);
        return Versions(reader, id, below);
    }

    private static List<DueHistory> Due(IndexReader reader)
    {
        var found = new List<DueHistory>();
        foreach (DueReason reason in Enum.GetValues<DueReason>())
        {
            using DueListing listing = reader.ListDue(reason);
            while (listing.MoveNext())
            {
                found.Add(listing.Current);
            }
        }

        return found;
    }

    private static List<DueHistory> Ended(IndexWriter writer, DateTimeOffset through)
    {
        using IndexReader reader = Read(writer);
        using DueListing listing = reader.ListDue(DueReason.Ended, through: through);
        var found = new List<DueHistory>();
        while (listing.MoveNext())
        {
            found.Add(listing.Current);
        }

        return found;
    }

    private static FollowedOperation Ending(FollowedOperation put, DateTimeOffset end) => put with { Info = put.Info! with { Expires = end } };

    private static List<DueHistory> Due(IndexWriter writer)
    {
        using IndexReader reader = Read(writer);
        return Due(reader);
    }

    private static HistoryTask Removal(string id, long due, params long[] versions) => new([new HistoryRemoval(new DueHistory(DueReason.Written, id, due), versions)], null);

    private static IndexReader Read(IndexWriter writer) => new(writer.Database.TakeSnapshot(), DateTimeOffset.UnixEpoch, _ => { });

    private void CopyTo(string name)
    {
        Directory.CreateDirectory(_directory[name]);
        foreach (string file in Directory.EnumerateFiles(_directory["index"]))
        {
            File.Copy(file, Path.Combine(_directory[name], Path.GetFileName(file)));
        }
    }

    private IndexWriter Create(IndexState state) =>
        new IndexDirectory(_directory["index"], IndexOptions.CacheBytesMin, _clock, new Declarations([])).Create(state);
}
