using DocService.Index.Families;
using DocService.Index.Rocks;

namespace DocService.Index.Tests.Rocks;

/// <summary>Damage, full disks and calls that come too late are failures, and no answers.</summary>
public sealed class RocksFailureTests : RocksTest
{
    [Fact]
    public void Read_ABlockIsDamaged_IsAFailureAndNoAnswer()
    {
        RocksDatabase database = Open("a");
        byte[] noise = new byte[200_000];
        new Random(20261126).NextBytes(noise);
        using (var batch = new RocksBatch(database))
        {
            batch.Put(Family.Documents, "a"u8, noise);
            database.Write(batch);
        }

        database.Flush();
        database.Close();
        string table = Assert.Single(Directory.GetFiles(Folder["a"], "*.sst"));
        using (FileStream file = File.OpenWrite(table))
        {
            file.Position = 100_000;
            file.WriteByte((byte)(noise[0] + 1));
            file.Write(new byte[8]);
        }

        RocksDatabase damaged = Open("a");
        IndexFailedException failure = Assert.Throws<IndexFailedException>(() => Read(damaged, Family.Documents, "a"));
        Assert.False(failure.IsOutOfSpace);
        using (RocksSnapshot snapshot = damaged.TakeSnapshot())
        using (RocksIterator rows = snapshot.Iterate(Family.Documents, [], []))
        {
            Assert.Throws<IndexFailedException>(() => rows.First());
        }

        damaged.Close();
    }

    [Theory]
    [InlineData("CURRENT")]
    [InlineData("MANIFEST-*")]
    public void Open_AFileOfItIsCut_IsAFailure(string pattern)
    {
        RocksDatabase database = Open("a");
        Write(database, Family.Documents, "a", "1");
        database.Flush();
        database.Close();
        foreach (string file in Directory.GetFiles(Folder["a"], pattern))
        {
            File.WriteAllBytes(file, [0x41]);
        }

        Assert.Throws<IndexFailedException>(() => Open("a"));
    }

    [Fact]
    public void Open_Twice_IsAFailure()
    {
        RocksDatabase database = Open("a");
        Assert.Throws<IndexFailedException>(() => Open("a"));
        database.Close();
    }

    [Theory]
    [InlineData("IO error: No space left on device: While appending to file: /x/000012.sst: No space left on device", true)]
    [InlineData("IO error: While appending to file: /x/000012.sst: Disk quota exceeded", true)]
    [InlineData("Corruption: block checksum mismatch", false)]
    [InlineData("IO error: While fdatasync: Input/output error", false)]
    public void Error_OfAFullDisk_IsToldApart(string message, bool isOutOfSpace) =>
        Assert.Equal(isOutOfSpace, RocksError.Of(message, "testing").IsOutOfSpace);

    [Fact]
    public void Flush_TheDiskIsFull_IsToldApart()
    {
        // A table whose next file cannot be made because a device without room stands under its name.
        RocksDatabase database = Open("a");
        Write(database, Family.Documents, "a", new string('x', 100_000));
        int last = Directory.GetFiles(Folder["a"]).Select(Path.GetFileNameWithoutExtension)
            .Select(name => int.TryParse(name!.Split('-')[^1], out int number) ? number : 0).Max();
        for (int n = last; n < last + 20; n++)
        {
            File.CreateSymbolicLink(Folder[$"a/{n:D6}.sst"], "/dev/full");
        }

        IndexFailedException failure = Assert.Throws<IndexFailedException>(database.Flush);
        Assert.True(failure.IsOutOfSpace, failure.Message);
        database.Close();
    }

    [Fact]
    public void Close_WithASnapshotOpen_RefusesCallsAndWaitsForIt()
    {
        RocksDatabase database = Open("a");
        Write(database, Family.Documents, "a", "1");
        RocksSnapshot snapshot = database.TakeSnapshot();
        RocksIterator rows = snapshot.Iterate(Family.Documents, [], []);

        database.Close();

        Assert.False(database.Freed.IsCompleted);
        Assert.Throws<IndexClosedException>(() => rows.First());
        Assert.Throws<IndexClosedException>(() => database.TakeSnapshot());
        Assert.Throws<IndexClosedException>(() => database.Flush());
        rows.Dispose();
        snapshot.Dispose();
        snapshot.Dispose();
        Assert.True(database.Freed.IsCompleted);
        Open("a").Close();
    }
}
