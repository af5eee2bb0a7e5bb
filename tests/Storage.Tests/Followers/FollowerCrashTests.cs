using System.Globalization;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Followers;

/// <summary>After a cut a follower reads on from what it had durably, wherever that was, and ends up with what the documents say.</summary>
public sealed class FollowerCrashTests
{
    private const int Seed = 20_261_126;
    private const int Lives = 3;
    private const int StatesOfACut = 3;

    private static readonly StoreOptions Options = JournalTest.Sealing with { BusyTimeout = TimeSpan.FromMinutes(2) };
    private static readonly string[] Ids = [.. Enumerable.Range(0, 12).Select(n => $"d{n}")];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 6)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Follower_CutAtAnyDurablePosition_EndsWithWhatTheDocumentsSay(int run)
    {
        var random = new Random(Seed + run);
        var disk = new SimulatedFileSystem();
        TestFollower durable = New(0, []);
        for (int life = 0; life < Lives; life++)
        {
            (CrashPoint cut, durable) = await LiveAsync(disk, durable, random);
            foreach (CrashState state in cut.States(random.Next(), StatesOfACut))
            {
                await CheckAsync(state.Open(), New(durable.DurablePosition, durable.Documents), $"seed {Seed + run}, life {life}: {state}");
            }

            disk = cut.Nothing().Open();
        }
    }

    [Fact]
    public async Task Follower_ABlockBelowFiledIsBad_IsMadeAnewAndDocumentsDoNotNotice()
    {
        var disk = new SimulatedFileSystem();
        await using (DocumentStore store = JournalTest.Open(disk, Options, new TestFollower { IsDerived = false }))
        {
            await store.PutAsync("a", "1", DurabilityLevel.Filed);
            await store.PutAsync("b", "2", DurabilityLevel.Filed);
        }

        disk.Disk.Overwrite(JournalTest.PathOf(disk.Segments()[0]), JournalTest.Block + 100, [0xAA, 0xBB]);

        var follower = new TestFollower();
        await using DocumentStore reopened = JournalTest.Open(disk, Options, follower);
        await JournalTest.UntilAsync(() => follower.Reason is not null, "it is let go");
        Assert.Equal(StoreState.Ready, reopened.Status.State);
        Assert.Equal("1", await reopened.ReadAsync("a"));
        Assert.Equal(WriteStatus.Replaced, (await reopened.PutAsync("a", "3", DurabilityLevel.Filed)).Status);
    }

    private static TestFollower New(long position, IEnumerable<KeyValuePair<string, (long, string?)>> documents) =>
        new(position) { Documents = new(documents), IsDerived = false, FlushesWhenHurried = true };

    /// <summary>Some writes beside a follower that is durable now and then; what a cut finds of both.</summary>
    private static async Task<(CrashPoint Cut, TestFollower Durable)> LiveAsync(SimulatedFileSystem disk, TestFollower from, Random random)
    {
        TestFollower follower = New(from.DurablePosition, from.Documents);
        await using DocumentStore store = JournalTest.Open(disk, Options, follower);
        for (int n = random.Next(25); n >= 0; n--)
        {
            await WriteAsync(store, random);
            if (random.Next(8) == 0)
            {
                follower.Flush();
            }
        }

        while (true)
        {
            // What is durable at the cut: a flush meanwhile would know of more, or less, than the disk.
            TestFollower? before = follower.Durable;
            CrashPoint cut = disk.CrashNow();
            if (follower.Durable == before)
            {
                return (cut, before ?? from);
            }
        }
    }

    private static async Task WriteAsync(DocumentStore store, Random random)
    {
        string id = Ids[random.Next(Ids.Length)];
        string json = JournalTest.Json(random.Next(10, 5000), (char)('a' + random.Next(26)));
        DurabilityLevel level = random.Next(3) == 0 ? DurabilityLevel.Filed : DurabilityLevel.Durable;
        switch (random.Next(4))
        {
            case 0:
                await store.DeleteAsync(id, level);
                break;
            case 1:
                await store.PutAllAsync(Ids.Where(_ => random.Next(4) == 0).Append("x").Distinct(), json, level);
                break;
            default:
                await store.PutAsync(id, json, level);
                break;
        }
    }

    private static async Task CheckAsync(SimulatedFileSystem disk, TestFollower follower, string what)
    {
        await using DocumentStore store = JournalTest.Open(disk, Options, follower);
        long last = (await store.PutAsync("last", "0", DurabilityLevel.Durable)).Sequence;
        await JournalTest.UntilAsync(() => follower.Position >= last || follower.Reason is not null, $"{what}: it follows through {last.ToString(CultureInfo.InvariantCulture)}");
        Assert.True(follower.Reason is null, $"{what}: {follower.Reason}");
        foreach (string id in Ids.Append("x"))
        {
            string? body = await store.ReadAsync(id);
            Assert.True(body == follower.Documents.GetValueOrDefault(id).Body, $"{what}: {id} differs, position {follower.DurablePosition}");
        }
    }
}
