using DocService.Index.Declared;
using DocService.Index.Reading;
using DocService.Storage;
using DocService.Storage.Maintenance;
using DocService.Storage.Model;

namespace DocService.Index.Tests;

/// <summary>A real store and its index: whatever happens to the index, in the end it is a scan of the documents.</summary>
public sealed class IndexedStoreTests : IDisposable
{
    private const int Seed = 20261127;

    private readonly TestDirectory _directory = new();

    private string Data => _directory["data"];

    [Fact]
    public async Task FirstStart_AnEmptyDirectory_IsTakenAndIndexed()
    {
        await using IndexedStore store = IndexedStore.Open(Data);
        await store.PutAsync("1", "d1");
        await store.CheckAsync("first start");
        Assert.True(Directory.Exists(_directory["data/index"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task RandomWrites_ThroughManySegmentsAndStarts_EndAsTheDocuments(int run)
    {
        var random = new Random(Seed + run);
        SortedDictionary<string, string>? expected = null;
        for (int life = 0; life < 3; life++)
        {
            await using IndexedStore store = IndexedStore.Open(Data, expected);
            await store.WriteAsync(random, random.Next(20, 200));
            await store.CheckAsync($"seed {Seed + run}, life {life}");
            Assert.True(life == 0 || store.Index.Status.Reason is null, $"seed {Seed + run}, life {life}: {store.Index.Status.Reason}");
            expected = store.Expected;
        }
    }

    /// <summary>Read from the log, from the files, and from both: a document ends when its file says so.</summary>
    [Fact]
    public async Task Ends_FromTheLogAndFromTheFiles_AreThoseOfTheDocuments()
    {
        SortedDictionary<string, string> expected;
        await using (IndexedStore store = IndexedStore.Open(Data, rule: new EndingRule()))
        {
            await store.WriteAsync(new Random(Seed), 60);
            await store.CheckAsync("from the log");
            CheckEnds(store);
            expected = store.Expected;
        }

        using (var index = new IndexVerification(_directory["data/index"], TimeProvider.System))
        {
            Assert.Empty(StoreVerification.Run(Data, index).Damage);
        }

        Directory.Delete(_directory["data/index"], recursive: true);
        await using IndexedStore anew = IndexedStore.Open(Data, expected, rule: new EndingRule());
        await anew.CheckAsync("from the files");
        CheckEnds(anew);
    }

    private static void CheckEnds(IndexedStore store)
    {
        using IndexReader reader = store.Index.TryRead()!;
        Assert.All(store.Expected.Keys, id => Assert.Equal(EndingRule.EndOf(id), reader.GetFacts(DocumentKey.Create(id))!.Info!.Expires));
        var listed = new List<string>();
        using EndedListing all = reader.ListEnded(DateTimeOffset.MaxValue);
        while (all.MoveNext())
        {
            listed.Add(all.Id);
        }

        Assert.Equal(store.Expected.Keys.OrderBy(EndingRule.EndOf).ThenBy(id => id, StringComparer.Ordinal), listed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Kill_BetweenFlushes_FollowsOnFromTheLastOne(int run)
    {
        var random = new Random(Seed + 100 + run);
        SortedDictionary<string, string> expected;
        await using (IndexedStore store = IndexedStore.Open(Data, segments: 64))
        {
            await store.WriteAsync(random, random.Next(40));
            await store.Index.ReachAsync(store.Last);
            if (run > 0)
            {
                store.Index.Hurry(store.Last);
                await IndexTest.UntilAsync(() => store.Index.DurablePosition >= store.Last, "it is durable");
            }

            await store.WriteAsync(random, random.Next(40));
            await store.Index.ReachAsync(store.Last);
            _directory.CopyOf("data/index", "killed"); // nothing flushes now: less is written than a flush waits for
            await store.WriteAsync(random, random.Next(40));
            expected = store.Expected;
        }

        Directory.Delete(_directory["data/index"], recursive: true);
        Directory.Move(_directory["killed"], _directory["data/index"]);
        await using IndexedStore again = IndexedStore.Open(Data, expected, segments: 64);
        await again.WriteAsync(random, random.Next(1, 10));
        await again.CheckAsync($"seed {Seed + 100 + run}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Rebuild_UnderWrites_EndsAsTheDocuments(int run)
    {
        var random = new Random(Seed + 200 + run);
        await using IndexedStore store = IndexedStore.Open(Data);
        await store.WriteAsync(random, 50);
        for (int time = 0; time < 5; time++)
        {
            store.Index.Rebuild($"time {time}");
            await store.WriteAsync(random, random.Next(1, 60));
            await store.CheckAsync($"seed {Seed + 200 + run}, time {time}");
        }
    }

    /// <summary>Declared while documents are there, killed while it is built or after, made anew, declared anew: always the entries of the documents.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Declared_KillsRebuildsAndWrites_EndWithTheEntriesOfTheDocuments(int run)
    {
        var random = new Random(Seed + 400 + run);
        DeclaredIndex[] first = [Declaring.Index("b", "d"), Declaring.Index("unique:a", "d")];
        DeclaredIndex[] second = [Declaring.Index("b", "d"), Declaring.Index("text:a", "d")];
        SortedDictionary<string, string> expected;
        await using (IndexedStore store = IndexedStore.Open(Data, segments: 64))
        {
            await store.WriteAsync(random, 60);
            store.Index.Declare(first);
            await store.WriteAsync(random, random.Next(20));
            if (run > 0)
            {
                await store.CheckAsync(first, $"seed {Seed + 400 + run}, declared");
                store.Index.Declare(second);
                store.Index.Hurry(store.Last);
                await IndexTest.UntilAsync(() => store.Index.DurablePosition >= store.Last, "it is durable");
            }

            await store.WriteAsync(random, random.Next(20));
            _directory.CopyOf("data/index", "killed");
            await store.WriteAsync(random, random.Next(40));
            expected = store.Expected;
        }

        Directory.Delete(_directory["data/index"], recursive: true);
        Directory.Move(_directory["killed"], _directory["data/index"]);
        await using IndexedStore again = IndexedStore.Open(Data, expected, segments: 64, second);
        await again.WriteAsync(random, random.Next(1, 10));
        await again.CheckAsync(second, $"seed {Seed + 400 + run}, killed");
        again.Index.Rebuild("the test says so");
        await again.WriteAsync(random, random.Next(1, 10));
        await again.CheckAsync(second, $"seed {Seed + 400 + run}, made anew");
        again.Index.Declare([]);
        await again.PutAsync("1", "d1");
        await again.Index.ReachAsync(again.Last);
        using IndexReader? reader = again.Index.TryRead();
        Assert.All(second, index => Assert.Null(reader!.GetDeclared(index)));
    }

    [Fact]
    public async Task Open_IndexRemoved_ReadsTheFilesAndNoDeletedDocumentComesBack()
    {
        var random = new Random(Seed + 300);
        SortedDictionary<string, string> expected;
        await using (IndexedStore store = IndexedStore.Open(Data))
        {
            await store.WriteAsync(random, 100);
            expected = store.Expected;
        }

        Directory.Delete(_directory["data/index"], recursive: true);
        await using IndexedStore again = IndexedStore.Open(Data, expected);
        foreach (string id in expected.Keys.Take(10).ToList())
        {
            await again.DeleteAsync(id); // while it reads the files, or before, or after
        }

        await again.CheckAsync($"seed {Seed + 300}");
        Assert.Equal("there is no index", again.Index.Status.Reason);
        Assert.Equal(0, again.Index.Status.Unreadable);
    }

    [Fact]
    public async Task Open_DocumentsFileIsDamaged_IsCountedAndTheOthersAreIndexed()
    {
        await using (IndexedStore store = IndexedStore.Open(Data))
        {
            await store.PutAsync("1", "d1", "d2");
        }

        Directory.Delete(_directory["data/index"], recursive: true);
        string file = Assert.Single(Directory.GetFiles(_directory["data/docs"], "d1.json", SearchOption.AllDirectories));
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);

        await using IndexedStore again = IndexedStore.Open(Data);
        await again.Index.ReachAsync(1);
        Assert.Equal(["d2"], again.Index.ReadAll().Keys);
        Assert.Equal(1, again.Index.Status.Unreadable);
    }

    public void Dispose() => _directory.Dispose();
}
