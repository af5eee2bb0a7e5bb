using DocService.Index.Families;
using DocService.Index.Rocks;

namespace DocService.Index.Tests.Rocks;

/// <summary>What the database keeps, and what its snapshots and iterators show.</summary>
public sealed class RocksDatabaseTests : RocksTest
{
    [Fact]
    public void Open_Anew_KeepsWhatWasFlushedAndNothingElse()
    {
        RocksDatabase database = Open("a");
        Write(database, Family.Documents, "flushed", "1");
        Write(database, Family.State, "position", "1");
        database.Flush();
        Write(database, Family.Documents, "lost", "2");
        Write(database, Family.State, "position", "2");
        database.Close();
        Assert.True(database.Freed.IsCompleted);

        database = Open("a");
        Assert.Equal("1", Read(database, Family.Documents, "flushed"));
        Assert.Null(Read(database, Family.Documents, "lost"));
        Assert.Equal("1", Read(database, Family.State, "position"));
        database.Close();
    }

    [Fact]
    public void Open_CopyTakenWhileItRuns_StandsAtItsLastFlushInAllFamilies()
    {
        RocksDatabase database = Open("a");
        for (int n = 0; n < 3; n++)
        {
            Write(database, Family.Documents, $"d{n}", new string('x', 10_000));
            Write(database, Family.Entries, $"e{n}", "");
            if (n < 2)
            {
                database.Flush();
            }
        }

        RocksDatabase copy = RocksDatabase.Open(Folder.CopyOf("a", "b"), CacheBytes);
        Assert.NotNull(Read(copy, Family.Documents, "d1"));
        Assert.NotNull(Read(copy, Family.Entries, "e1"));
        Assert.Null(Read(copy, Family.Documents, "d2"));
        Assert.Null(Read(copy, Family.Entries, "e2"));
        copy.Close();
        database.Close();
    }

    [Fact]
    public void Open_EveryFamily_WritesItsLastLevelNotAgainForEachSnapshotThatGoes()
    {
        Open("a").Close();
        string options = File.ReadAllText(Directory.GetFiles(Folder["a"], "OPTIONS-*").Order(StringComparer.Ordinal).Last());
        Assert.Equal(Enum.GetValues<Family>().Length, options.Split("bottommost_file_compaction_delay=604800").Length - 1);
    }

    [Fact]
    public void Snapshot_WritesAfterIt_AreNotSeen()
    {
        RocksDatabase database = Open("a");
        Write(database, Family.Documents, "a", "1");
        using RocksSnapshot snapshot = database.TakeSnapshot();
        Write(database, Family.Documents, "a", "2");
        Write(database, Family.Documents, "b", "2");

        using (RocksValue value = snapshot.Read(Family.Documents, "a"u8))
        {
            Assert.Equal("1"u8, value.Bytes);
        }

        using RocksIterator rows = snapshot.Iterate(Family.Documents, [], []);
        Assert.True(rows.First());
        Assert.False(rows.Next());
        database.Close();
    }

    /// <summary>Those between two writes share what they hold; each is its user's own all the same.</summary>
    [Fact]
    public void Snapshots_OfOneMoment_LiveEachForItself_AndTheNextWriteBeginsAnother()
    {
        RocksDatabase database = Open("a");
        Write(database, Family.Documents, "a", "1");
        RocksSnapshot first = database.TakeSnapshot();
        RocksSnapshot second = database.TakeSnapshot();
        object read = first.Once(() => new object());
        Assert.Same(read, second.Once(() => new object()));
        first.Dispose();
        first.Dispose();
        Assert.Throws<ObjectDisposedException>(() => first.Read(Family.Documents, "a"u8));

        Write(database, Family.Documents, "a", "2");
        RocksSnapshot third = database.TakeSnapshot();
        Assert.NotSame(read, third.Once(() => new object()));
        foreach ((RocksSnapshot snapshot, string expected) in new[] { (second, "1"), (third, "2") })
        {
            using RocksValue value = snapshot.Read(Family.Documents, "a"u8);
            Assert.Equal(Utf8(expected), value.Bytes);
        }

        database.Close();
        second.Dispose();
        Assert.False(database.Freed.IsCompleted);
        third.Dispose();
        Assert.True(database.Freed.IsCompleted);
    }

    [Theory]
    [InlineData("", "", "a b c d")]
    [InlineData("b", "", "b c d")]
    [InlineData("b", "d", "b c")]
    [InlineData("", "b", "a")]
    [InlineData("e", "", "")]
    public void Iterator_Bounds_HoldInBothDirections(string from, string to, string expected)
    {
        RocksDatabase database = Open("a");
        foreach (string key in (string[])["a", "b", "c", "d"])
        {
            Write(database, Family.Documents, key, key);
        }

        using (RocksSnapshot snapshot = database.TakeSnapshot())
        using (RocksIterator rows = snapshot.Iterate(Family.Documents, Utf8(from), Utf8(to)))
        {
            Assert.Equal(expected, string.Join(' ', Keys(rows, rows.First(), rows.Next)));
            Assert.Equal(expected, string.Join(' ', Keys(rows, rows.Last(), rows.Previous).AsEnumerable().Reverse()));
        }

        database.Close();
    }

    [Fact]
    public void Iterator_StandsAtNoKey_IsAnErrorAndReadsNoMemory()
    {
        RocksDatabase database = Open("a");
        Write(database, Family.Documents, "a", "1");
        using (RocksSnapshot snapshot = database.TakeSnapshot())
        using (RocksIterator rows = snapshot.Iterate(Family.Documents, [], []))
        {
            Assert.Throws<InvalidOperationException>(() => rows.Key.Length);
            Assert.True(rows.Seek("a"u8));
            Assert.False(rows.Next());
            Assert.Throws<InvalidOperationException>(() => rows.Value.Length);
            Assert.Throws<InvalidOperationException>(() => rows.Previous());
        }

        database.Close();
    }

    [Fact]
    public void Batch_Deletes_RemoveWhatWasThere()
    {
        RocksDatabase database = Open("a");
        Write(database, Family.Documents, "a", "1");
        using (var batch = new RocksBatch(database))
        {
            batch.Delete(Family.Documents, "a"u8);
            batch.Put(Family.Documents, "b"u8, "2"u8);
            Assert.Equal(3, batch.Bytes);
            database.Write(batch);
            batch.Clear();
            Assert.Equal(0, batch.Bytes);
        }

        Assert.Null(Read(database, Family.Documents, "a"));
        Assert.Equal("2", Read(database, Family.Documents, "b"));
        database.Close();
    }

    private static List<string> Keys(RocksIterator rows, bool isValid, Func<bool> move)
    {
        var keys = new List<string>();
        for (; isValid; isValid = move())
        {
            keys.Add(System.Text.Encoding.UTF8.GetString(rows.Key));
            Assert.Equal(rows.Key, rows.Value);
        }

        return keys;
    }
}
