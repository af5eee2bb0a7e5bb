using DocService.Index.Declared;
using DocService.Index.Families;
using DocService.Index.Reading;
using DocService.Index.Rocks;
using DocService.Index.Rocks.Library;
using DocService.Index.Rows;
using DocService.Index.Writing;
using DocService.Storage.Followers;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Index.Tests.Writing;

public sealed class IndexWriterTests : IDisposable
{
    private static readonly IndexState Empty = new(IndexState.CurrentFormat, Guid.Empty, 0, 0, IsBuilding: false);

    private readonly TestDirectory _directory = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 26, 10, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Write_EveryKindOfCommit_HasItsRows()
    {
        using IndexWriter writer = Create();
        Write(writer, TestLog.Commit(TestLog.Put("a", "1", 1), TestLog.Put("b", "2", 1)));
        Write(writer, TestLog.Commit(TestLog.Put("h", "3", 2, isHidden: true)));
        Write(writer, TestLog.Commit(TestLog.Delete("b", 3)));

        string[] keys = [.. IndexTest.Dump(writer.Database).Select(row => string.Join(' ', row.Split(' ')[..2]))];
        Assert.Equal(
            [
                "State 7374617465",
                "Documents 0068", // "\0h"
                "Documents 61",
                "Documents 62",
                "Versions 000000000000000161",
                "Versions 00000000000000020068",
                "Versions 000000000000000362",
                "Tombstones 000000000000000362",
            ],
            keys);
        Assert.Equal("Tombstones 000000000000000362 08DF4BA4088BD000", IndexTest.Dump(writer.Database)[^1]);
        Assert.Equal(3, writer.State.Position);
    }

    /// <summary>Where memory is short a commit may be added in part: that part must never be seen.</summary>
    [Fact]
    public void TryForget_AfterWhatWasAdded_LeavesWhatWasWritten()
    {
        using IndexWriter writer = Create();
        Write(writer, TestLog.Commit(TestLog.Put("a", "1", 1)));
        List<string> written = IndexTest.Dump(writer.Database);
        writer.Add(TestLog.Commit(TestLog.Put("b", "2", 2)));

        Assert.True(writer.TryForget());

        Assert.False(writer.HasPending);
        writer.Write();
        Assert.Equal(written, IndexTest.Dump(writer.Database));
        Write(writer, TestLog.Commit(TestLog.Put("b", "2", 2)));
        Assert.Equal(2, writer.State.Position);
    }

    /// <summary>What is in a batch that was being made nobody knows: it must not be gone on with.</summary>
    [Fact]
    public void TryForget_ABatchWasBeingMade_GivesTheIndexUp()
    {
        using IndexWriter writer = Create();
        writer.Add(TestLog.Commit(TestLog.Put("a", "1", 1)));
        writer.Database.Close();
        Assert.Throws<IndexClosedException>(writer.Write);
        Assert.False(writer.TryForget());
    }

    /// <summary>Two batches would let a reader, or a crash between them, find a position without its rows.</summary>
    [Fact]
    public void Write_ACommit_IsOneBatchWithItsPosition()
    {
        using IndexWriter writer = Create();
        ulong before = RocksNative.rocksdb_get_latest_sequence_number(writer.Database.Handle);
        Write(writer, TestLog.Commit(TestLog.Put("a", "1", 1), TestLog.Put("b", "2", 1)));

        // The library numbers every change: two documents, two rows of the feed, one state.
        Assert.Equal(before + 5, RocksNative.rocksdb_get_latest_sequence_number(writer.Database.Handle));
    }

    [Fact]
    public void Add_AnOlderVersionAfterANewerOne_KeepsTheNewer()
    {
        using IndexWriter writer = Create();
        writer.Add(TestLog.Commit(TestLog.Put("a", "new", 2)));
        writer.Add(new FollowedCommit(3, [TestLog.Put("a", "old", 1)]));
        writer.Write();
        using RocksValue row = writer.Database.Read(Family.Documents, "a"u8);
        Assert.Equal(2, DocumentRow.ReadVersion(row.Bytes, out _));
    }

    [Fact]
    public void BuildIndexes_ABatchIsNotWrittenYet_WritesItFirst()
    {
        var declarations = new Declarations([]);
        using IndexWriter writer = Create(declarations: declarations);
        Write(writer, TestLog.Commit(TestLog.Put("c/1", "{}", 1)));
        declarations.Declare([Declaring.Index("a")]);
        writer.Write();
        writer.Add(TestLog.Commit(TestLog.Put("c/2", "{}", 2)));

        Assert.True(writer.BuildIndexes());

        Assert.Equal(2, writer.State.Position);
        Assert.Contains(IndexTest.Dump(writer.Database), row => row.StartsWith("Documents 632F32", StringComparison.Ordinal));
    }

    [Fact]
    public void Declare_BeforeACommitIsWritten_TheCommitHasItsEntries()
    {
        var declarations = new Declarations([]);
        DeclaredIndex index = Declaring.Index("a");
        using IndexWriter writer = Create(declarations: declarations);
        Write(writer, TestLog.Commit(TestLog.Put("c/1", "{}", 1)));
        declarations.Declare([index]);
        Write(writer, TestLog.Commit(TestLog.Put("c/2", "{}", 2)));

        using var reader = new IndexReader(writer.Database.TakeSnapshot(), DateTimeOffset.UnixEpoch, _ => { });
        Assert.Contains(Declaring.Entries(reader, index), entry => entry.Contains(" c/2 ", StringComparison.Ordinal));
    }

    [Fact]
    public void Kill_AfterTheLibraryFlushedByItself_StandsAtOneBatchInAllFamilies()
    {
        byte[] noise = new byte[600_000];
        new Random(20261127).NextBytes(noise);
        string body = Convert.ToBase64String(noise);
        using (IndexWriter writer = Create())
        {
            for (int version = 1; version <= 30; version++)
            {
                Write(writer, TestLog.Commit(TestLog.Put($"d{version}", body, version)));
            }
        }

        RocksDatabase killed = RocksDatabase.Open(_directory["index"], IndexOptions.CacheBytesMin);
        string[] rows = [.. IndexTest.Dump(killed).Select(row => string.Join(' ', row.Split(' ').Take(2)))];
        using (RocksValue state = killed.Read(Family.State, IndexState.Key))
        {
            long position = IndexState.TryRead(state.Bytes)?.Position ?? 0;
            Assert.True(position > 0, "it was flushed by itself");
            Assert.Equal(position, rows.Count(row => row.StartsWith("Documents", StringComparison.Ordinal)));
            Assert.Equal(position, rows.Count(row => row.StartsWith("Versions", StringComparison.Ordinal)));
        }

        killed.Close();
    }

    [Fact]
    public void Write_LargeDocument_IsReadBackAfterAFlush()
    {
        string body = $"\"{new string('x', 3 << 20)}\"";
        using IndexWriter writer = Create();
        Write(writer, TestLog.Commit(TestLog.Put("large", body, 1)));
        writer.Flush();
        Write(writer, TestLog.Commit(TestLog.Put("small", "1", 2)));

        using RocksValue row = writer.Database.Read(Family.Documents, "large"u8);
        DocumentFacts facts = DocumentRow.Read(row.Bytes, out ReadOnlySpan<byte> found);
        Assert.Equal(1, facts.Version);
        Assert.True(found.SequenceEqual(System.Text.Encoding.UTF8.GetBytes(body)));
    }

    [Fact]
    public void Write_CommitsAreAppliedTwice_NothingChanges()
    {
        const int Seed = 20261126;
        var random = new Random(Seed);
        FollowedCommit[] commits = [.. Enumerable.Range(1, 200).Select(version => AnyCommit(random, version))];
        using IndexWriter writer = Create();
        foreach (FollowedCommit commit in commits)
        {
            writer.Add(commit);
            if (random.Next(5) == 0)
            {
                writer.Write();
            }
        }

        writer.Write();
        List<string> once = IndexTest.Dump(writer.Database);

        foreach (FollowedCommit commit in commits)
        {
            Write(writer, commit);
        }

        Assert.Equal(once, IndexTest.Dump(writer.Database));
    }

    [Fact]
    public void Write_InOneBatchOrInMany_HasTheSameRows()
    {
        const int Seed = 20261127;
        var random = new Random(Seed);
        FollowedCommit[] commits = [.. Enumerable.Range(1, 200).Select(version => AnyCommit(random, version))];
        using IndexWriter one = Create();
        using IndexWriter many = Create("many");
        foreach (FollowedCommit commit in commits)
        {
            one.Add(commit);
            Write(many, commit);
        }

        one.Write();
        Assert.Equal(IndexTest.Dump(many.Database), IndexTest.Dump(one.Database));
    }

    [Fact]
    public void Write_RecordWasCarriedForward_DoesNotReplaceALaterVersion()
    {
        using IndexWriter writer = Create();
        Write(writer, TestLog.Commit(TestLog.Put("a", "old", 1)));
        Write(writer, TestLog.Commit(TestLog.Put("a", "new", 2)));
        List<string> before = IndexTest.Dump(writer.Database);

        Write(writer, new FollowedCommit(3, [TestLog.Put("a", "old", 1)]));

        Assert.Equal(before.Skip(1), IndexTest.Dump(writer.Database).Skip(1));
        Assert.Equal(3, writer.State.Position);
    }

    /// <summary>Its document was deleted, and that is forgotten: the copy of a kept version's record must not bring it back.</summary>
    [Fact]
    public void Write_RecordOfAKeptVersionWasCarriedForward_MakesNoDocument()
    {
        using IndexWriter writer = Create();

        Write(writer, new FollowedCommit(3, [TestLog.Put("a", "old", 1) with { IsSuperseded = true }]));

        Assert.All(IndexTest.Dump(writer.Database), row => Assert.StartsWith("State ", row, StringComparison.Ordinal));
        Assert.Equal(3, writer.State.Position);
    }

    [Fact]
    public void DropTombstones_KeptLongEnough_DropsThemAndSaysSince()
    {
        using IndexWriter writer = Create();
        Write(writer, TestLog.Commit(TestLog.Put("a", "1", 1), TestLog.Put("b", "1", 1), TestLog.Put("c", "1", 1)));
        Write(writer, TestLog.Commit(TestLog.Delete("a", 2)));
        Write(writer, TestLog.Commit(TestLog.Delete("b", 3)));
        Write(writer, TestLog.Commit(TestLog.Put("b", "again", 4)));
        _clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromTicks(1));
        Assert.False(writer.DropTombstones(TimeSpan.FromDays(7)));
        Assert.Equal(0, writer.State.CompleteFrom);
        Write(writer, TestLog.Commit(TestLog.Delete("c", 5)));

        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.False(writer.DropTombstones(TimeSpan.FromDays(7)));

        Assert.Equal(2, writer.State.CompleteFrom);
        Assert.Equal(
            ["Documents 62", "Documents 63", "Versions 000000000000000462", "Versions 000000000000000563", "Tombstones 000000000000000563"],
            IndexTest.Dump(writer.Database).Skip(1).Select(row => string.Join(' ', row.Split(' ')[..2])));
    }

    [Fact]
    public void DropTombstones_ABatchIsNotWrittenYet_WritesItFirst()
    {
        using IndexWriter writer = Create();
        Write(writer, TestLog.Commit(TestLog.Delete("a", 1)));
        _clock.Advance(TimeSpan.FromDays(8));
        writer.Add(TestLog.Commit(TestLog.Put("b", "1", 2)));

        writer.DropTombstones(TimeSpan.FromDays(7));

        Assert.Equal(2, writer.State.Position);
        Assert.Contains(IndexTest.Dump(writer.Database), row => row.StartsWith("Documents 62", StringComparison.Ordinal));
    }

    public void Dispose() => _directory.Dispose();

    private static void Write(IndexWriter writer, FollowedCommit commit)
    {
        writer.Add(commit);
        writer.Write();
    }

    private static FollowedCommit AnyCommit(Random random, long version) =>
        TestLog.Commit([.. Enumerable.Range(0, 10).Where(_ => random.Next(4) == 0).DefaultIfEmpty(random.Next(10))
            .Select(n => random.Next(4) == 0 ? TestLog.Delete($"d{n}", version) : TestLog.Put($"d{n}", new string('x', random.Next(1, 500)), version).Keeping(random.Next(3)))]);

    private IndexWriter Create(string name = "index", Declarations? declarations = null) =>
        new IndexDirectory(_directory[name], IndexOptions.CacheBytesMin, _clock, declarations ?? new Declarations([])).Create(Empty);
}
