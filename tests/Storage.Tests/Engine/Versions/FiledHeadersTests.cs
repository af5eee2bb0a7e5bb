using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Versions;

/// <summary>What a write learns of the file that it replaces without opening it, and that it is never told what is no longer so.</summary>
public sealed class FiledHeadersTests
{
    [Fact]
    public void Find_OfTheSameDocumentTwice_IsTheLater()
    {
        var headers = new FiledHeaders(journalBytes: 1L << 30);
        Assert.Null(Find(headers, "a"));
        headers.Add(Header("a", 1));
        headers.Add(Header("b", 2));
        headers.Add(Header("a", 3));

        Assert.Equal((3, 2), (Find(headers, "a"), Find(headers, "b")));
    }

    [Fact]
    public void Add_MoreThanItHolds_KeepsTheNewestAndIsBounded()
    {
        const int Many = 200_000;
        var headers = new FiledHeaders(journalBytes: 1L << 30);
        for (int n = 1; n <= Many; n++)
        {
            headers.Add(Header($"{n}", n));
        }

        int[] found = [.. Enumerable.Range(1, Many).Where(n => Find(headers, $"{n}") is not null)];
        Assert.InRange(found.Length, 100_000, 131_072);
        Assert.Equal(1000, found.Count(n => n > Many - 1000)); // a set would need five of these thousand to lose one
    }

    [Fact]
    public async Task Put_DocumentFiledInThisRun_OpensNoFile()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        DocumentInfo first = (await store.ReadInfoAsync("a"))!;
        int before = disk.Log.Count;

        WriteResult second = await store.PutAsync("a", "2", DurabilityLevel.Durable).SoonAsync();

        Assert.DoesNotContain(disk.Log.Take().Skip(before), call => call.Kind == CallKind.Open && JournalTest.IsInDocuments(call));
        Assert.Equal((WriteStatus.Replaced, first.Created), (second.Status, second.Document!.Created));
    }

    [Fact]
    public async Task Put_FileRemovedSinceItWasMade_CreatesTheDocument()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        disk.Disk.Remove(FileOf(disk, "a"));

        Assert.Equal(WriteStatus.Created, (await store.PutAsync("a", "2", DurabilityLevel.Filed).SoonAsync()).Status);
    }

    [Fact]
    public async Task Put_FileDamagedSinceItWasMade_IsReadAgainAndKeptAsEvidence()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        string path = FileOf(disk, "a");
        byte[] damaged = disk.Disk.Read(path);
        damaged[20] ^= 1;
        disk.Disk.Write(path, damaged);

        Assert.Equal(WriteStatus.Replaced, (await store.PutAsync("a", "2", DurabilityLevel.Filed).SoonAsync()).Status);

        string kept = Assert.Single(disk.Disk.Tree(), name => name.StartsWith("/data/quarantine/", StringComparison.Ordinal) && name.EndsWith("a.json", StringComparison.Ordinal));
        Assert.Equal(damaged, disk.Disk.Read(kept));
    }

    [Fact]
    public async Task Put_AfterAReadFoundTheFileDamaged_ReadsItAgain()
    {
        // The stamp is still the same: bits rot without a write.
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        bool isDamaged = true;
        disk.FailCall(1, Errno.EIO, forever: true, where: call => Volatile.Read(ref isDamaged) && call.Kind == CallKind.Read && JournalTest.IsInDocuments(call));
        await Assert.ThrowsAsync<DocumentCorruptException>(() => store.ReadAsync("a"));
        int before = disk.Log.Count;

        await store.PutAsync("a", "2", DurabilityLevel.Filed).SoonAsync();

        Assert.Contains(disk.Log.Take().Skip(before), call => call.Kind == CallKind.Open && JournalTest.IsInDocuments(call));
        Assert.Single(disk.Disk.Tree(), name => name.StartsWith("/data/quarantine/", StringComparison.Ordinal) && name.EndsWith("a.json", StringComparison.Ordinal));
        Volatile.Write(ref isDamaged, false);
    }

    [Fact]
    public void Find_Forgotten_IsNullAndTheOthersStay()
    {
        var headers = new FiledHeaders(journalBytes: 1L << 30);
        headers.Add(Header("a", 1));
        headers.Add(Header("b", 2));
        headers.Forget(DocumentKey.Create("a").Digest);
        headers.Forget(DocumentKey.Create("c").Digest);

        Assert.Equal((null, 2), (Find(headers, "a"), Find(headers, "b")));
    }

    [Fact]
    public void Add_OneOfWhichNothingIsKnown_LeavesNone()
    {
        var headers = new FiledHeaders(journalBytes: 1L << 30);
        headers.Add(Header("a", 1));
        headers.Add(Header("a", 2) with { Info = default });

        Assert.Null(Find(headers, "a"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Put_StampCannotBeHad_ReadsTheFileInstead(bool isMissedWhenFiled)
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        bool isMissed = isMissedWhenFiled;
        disk.FailCall(1, Errno.EIO, forever: true, where: call => Volatile.Read(ref isMissed) && call.Kind == CallKind.GetStamp);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        Volatile.Write(ref isMissed, !isMissedWhenFiled);

        Assert.Equal(WriteStatus.Replaced, (await store.PutAsync("a", "2", DurabilityLevel.Filed).SoonAsync()).Status);
        Assert.Equal((StoreState.Ready, "2"), (store.Status.State, await store.ReadAsync("a")));
    }

    private static string FileOf(SimulatedFileSystem disk, string id) =>
        Assert.Single(disk.Disk.Tree(), path => path.StartsWith("/data/docs/", StringComparison.Ordinal) && path.EndsWith($"/{id}.json", StringComparison.Ordinal));

    private static long? Find(FiledHeaders headers, string id) =>
        headers.TryFind(DocumentKey.Create(id).Digest, out FiledHeader header) ? header.Version : null;

    private static FiledHeader Header(string id, long version) =>
        new(DocumentKey.Create(id).Digest, version, new PackedInfo(0, 0, 0, default, 1, MediaType: 1), default);
}
