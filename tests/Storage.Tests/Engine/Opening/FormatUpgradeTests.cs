using System.Text;
using DocService.Storage.Documents;
using DocService.Storage.Journal.Format;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Opening;

/// <summary>
/// A directory of format 2 as that version left it when it was killed: three documents filed, five commits in the journal
/// alone. <c>Golden/format-2</c> was written once, by the program of then.
/// </summary>
public sealed class FormatUpgradeTests
{
    private static readonly string Golden = System.IO.Path.Combine(AppContext.BaseDirectory, "Golden", "format-2");

    [Fact]
    public async Task Open_DirectoryOfFormat2_HasEverythingAndIsRaised()
    {
        SimulatedFileSystem disk = DiskOfFormat2();

        await using (DocumentStore store = JournalTest.Open(disk))
        {
            Assert.Equal(Guid.Parse("070d6866-254d-403f-80dc-06910053a91b"), store.Status.StoreId);
            await AssertContentAsync(store);
            Assert.True((await store.PutAsync("new", "1", DurabilityLevel.Filed).SoonAsync()).Sequence > 7);
        }

        Assert.StartsWith("{\"docservice\":3,", Encoding.UTF8.GetString(disk.Disk.Read("/data/FORMAT")), StringComparison.Ordinal);
        foreach (string segment in disk.Segments())
        {
            Assert.Equal(JournalFormat.Version, disk.Disk.Read(JournalTest.PathOf(segment))[8]);
        }

        await using DocumentStore again = JournalTest.Open(disk);
        Assert.True(again.Status.Recovery!.WasCleanStop);
        await AssertContentAsync(again);
    }

    [Fact]
    public async Task Open_DirectoryOfFormat2CutAtEachCall_IsRaisedByTheNextOpening()
    {
        SimulatedFileSystem run = DiskOfFormat2();
        CrashRecorder recorder = run.StartRecording();
        await JournalTest.Open(run).DisposeAsync();
        int states = 0;
        foreach (CrashState state in recorder.States(seed: 11, budget: 3))
        {
            SimulatedFileSystem left = state.Open();
            AssertNoSegmentIsAheadOfFormat(left, $"{state}");
            await using DocumentStore store = JournalTest.Open(left);
            Assert.True(store.Status.State == StoreState.Ready, $"{state}: {store.Status.Reason}");
            await AssertContentAsync(store);
            states++;
        }

        Assert.True(states > 20, $"{states} states");
    }

    [Fact]
    public async Task Open_DamagedJournalOfFormat2_IsLeftAsItWas()
    {
        SimulatedFileSystem disk = DiskOfFormat2();
        disk.Disk.FlipBit(JournalTest.PathOf("00000001.journal"), (4 * JournalTest.Block) + 70, 0); // its first unfiled commit; those behind it say that it was durable
        string format = Encoding.UTF8.GetString(disk.Disk.Read("/data/FORMAT"));
        IReadOnlyList<string> before = disk.Disk.Tree();

        await using DocumentStore store = JournalTest.Open(disk);

        Assert.Equal(StoreState.Damaged, store.Status.State);
        Assert.Equal(format, Encoding.UTF8.GetString(disk.Disk.Read("/data/FORMAT")));
        Assert.Equal(before, disk.Disk.Tree());
    }

    private static SimulatedFileSystem DiskOfFormat2()
    {
        var disk = new SimulatedFileSystem();
        disk.Disk.CreateDirectory("/data/quarantine");
        disk.Disk.CreateDirectory("/data/journal");
        for (int shard = 0; shard < DocumentPath.Shards; shard++)
        {
            disk.Disk.CreateDirectory($"/data/docs/{DocumentPath.ShardName(shard)}");
        }

        foreach (string file in Directory.EnumerateFiles(Golden, "*", SearchOption.AllDirectories))
        {
            disk.Disk.Write($"/data/{System.IO.Path.GetRelativePath(Golden, file)}", File.ReadAllBytes(file));
        }

        disk.Disk.Write("/data/LOCK", []);
        return disk;
    }

    private static async Task AssertContentAsync(DocumentStore store)
    {
        Assert.Equal("{\"name\":\"Ada Lovelace\"}", await store.ReadAsync("users/1"));
        Assert.Equal("{\"name\":\"Grace\"}", await store.ReadAsync("users/2"));
        Assert.Equal("[1,2,3]", await store.ReadAsync("ключ"));
        Assert.Equal("[1,2,3]", await store.ReadAsync("Long/" + new string('x', 300)));
        Assert.Equal("true", await store.ReadAsync("last"));
        Assert.Null(await store.ReadAsync("gone"));
        Assert.Equal(2, (await store.ReadInfoAsync("users/2"))!.Version);
    }

    /// <summary>What an older program would open must hold nothing that it does not know.</summary>
    private static void AssertNoSegmentIsAheadOfFormat(SimulatedFileSystem left, string state)
    {
        bool isRaised = Encoding.UTF8.GetString(left.Disk.Read("/data/FORMAT")).Contains("\"docservice\":3", StringComparison.Ordinal);
        Assert.True(isRaised || left.Segments().All(name => left.Disk.Read(JournalTest.PathOf(name))[8] < JournalFormat.Version), state);
    }
}
