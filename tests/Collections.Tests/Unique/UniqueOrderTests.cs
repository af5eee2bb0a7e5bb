using System.Text;
using DocService.Collections.Definitions;
using DocService.Collections.Unique;

namespace DocService.Collections.Tests.Unique;

/// <summary>
/// Between a commit and its entries in the index stands the overlay. These tests take every step themselves: the right order
/// loses nothing, and each wrong one lets a duplicate through, so that whoever changes the order learns of it.
/// </summary>
public sealed class UniqueOrderTests : IDisposable
{
    private const string Definition = """{"prefix":"u/","indexes":{"by-email":{"fields":["email"],"unique":true}}}""";

    private readonly TestDirectory _directory = new();
    private readonly LaggingEntries _entries;
    private TestStore? _store;

    public UniqueOrderTests() => _entries = new LaggingEntries(() => _store!.Rules.Collections);

    [Fact]
    public async Task Judge_TheEntryMovesBetweenOverlayAndSnapshot_FindsIt()
    {
        await using TestStore store = await OpenAsync();
        long first = await TakeAsync("u/1", "v");
        _entries.Taking = () => _entries.Shown = first;

        Assert.Equal("u/1", Assert.IsType<UniqueViolation>((await store.PutAsync("u/2", Body("v"))).Violation).OtherId);
    }

    [Fact]
    public async Task Judge_TheIndexGoesOnAfterTheSnapshot_FindsIt()
    {
        await using TestStore store = await OpenAsync();
        long first = await TakeAsync("u/1", "v");
        _entries.Taken = () => _entries.Shown = first;

        Assert.Equal("u/1", Assert.IsType<UniqueViolation>((await store.PutAsync("u/2", Body("v"))).Violation).OtherId);
    }

    [Fact]
    public async Task Sabotage_OverlayIsReadAfterTheSnapshot_LetsADuplicateThrough()
    {
        await using TestStore store = await OpenAsync();
        long first = await TakeAsync("u/1", "v");
        _entries.Told = () =>
        {
            _entries.Stale = _entries.Take(); // the snapshot first
            return _entries.Shown = first; // then the index goes on, and the overlay is read
        };

        Assert.Equal(WriteStatus.Created, (await store.PutAsync("u/2", Body("v"))).Status);
    }

    [Fact]
    public async Task Sabotage_EntryLeavesBeforeItsBatchIsVisible_LetsADuplicateThrough()
    {
        await using TestStore store = await OpenAsync();
        long first = await TakeAsync("u/1", "v");
        _entries.Told = () => first;

        Assert.Equal(WriteStatus.Created, (await store.PutAsync("u/2", Body("v"))).Status);
    }

    [Fact]
    public async Task Judge_ValueWasGivenUpAndTheIndexLags_IsFree()
    {
        await using TestStore store = await OpenAsync();
        _entries.Shown = await TakeAsync("u/1", "v");
        await TakeAsync("u/1", "w");
        await TakeAsync("u/2", "v");
        Assert.Equal("u/1", Assert.IsType<UniqueViolation>((await store.PutAsync("u/3", Body("w"))).Violation).OtherId);
        Assert.Equal(WriteStatus.Deleted, (await store.CommitAsync(TestStore.Delete("u/1"))).Results[0].Status);
        await TakeAsync("u/3", "w");
    }

    [Fact]
    public async Task Commit_IsRefused_ItsValuesStayFree()
    {
        await using TestStore store = await OpenAsync();
        await TakeAsync("u/1", "v");
        Assert.False((await store.CommitAsync(TestStore.Put("u/2", Body("w")), TestStore.Put("u/3", Body("v")))).IsCommitted);
        await TakeAsync("u/4", "w");
    }

    /// <summary>The overlay says all of a document only in the indexes that its newest write was judged for.</summary>
    [Fact]
    public async Task Judge_TheNewestWriteWasJudgedByAnEarlierDefinition_TheIndexCounts()
    {
        await using TestStore store = await OpenAsync();
        WriteResult indexed = await store.PutAsync("u/1", "{\"email\":\"a\",\"tag\":\"x\"}");
        _entries.Note(indexed.Sequence, "u/1", "{\"email\":\"a\",\"tag\":\"x\"}");
        _entries.Shown = indexed.Sequence;
        await store.PutAsync("u/1", "{\"email\":\"b\",\"tag\":\"x\"}");
        await store.DefineAsync("users", "{\"prefix\":\"u/\",\"indexes\":{\"by-email\":{\"fields\":[\"email\"],\"unique\":true},\"by-tag\":{\"fields\":[\"tag\"],\"unique\":true}}}");

        UniqueViolation violation = Assert.IsType<UniqueViolation>((await store.PutAsync("u/2", "{\"email\":\"c\",\"tag\":\"x\"}")).Violation);
        Assert.Equal(("by-tag", "u/1"), (violation.Index, violation.OtherId));
    }

    [Fact]
    public async Task Judge_IndexIsNotWhole_RefusesOnlyWhatCouldBreakIt()
    {
        await using TestStore store = await OpenAsync();
        await TakeAsync("u/1", "v");
        _entries.IsWhole = false;
        _entries.Progress = (3, 7);
        IndexUnavailableViolation building = Assert.IsType<IndexUnavailableViolation>((await store.PutAsync("u/2", Body("w"))).Violation);
        Assert.Equal((false, 3, 7), (building.IsFailed, building.Done, building.Total));
        _entries.IsFailed = true;
        Assert.True(Assert.IsType<IndexUnavailableViolation>((await store.PutAsync("u/2", Body("w"))).Violation).IsFailed);
        Assert.Equal(WriteStatus.Created, (await store.PutAsync("other", Body("v"))).Status);
        Assert.Equal(WriteStatus.Created, (await store.PutAsync("u/3", "{}")).Status); // takes no value
        Assert.Equal(WriteStatus.Deleted, (await store.CommitAsync(TestStore.Delete("u/1"))).Results[0].Status);
        _entries.IsWhole = true;
        await TakeAsync("u/2", "v");
    }

    [Fact]
    public async Task Judge_AfterAStart_WaitsUntilTheIndexHasWhatWasThere()
    {
        await using (await OpenAsync())
        {
            await TakeAsync("u/1", "v");
        }

        _entries.Shown = 0;
        await using TestStore store = await TestStore.OpenAsync(_directory["data"], _entries);
        _store = store;
        Assert.IsType<IndexUnavailableViolation>((await store.PutAsync("u/2", Body("v"))).Violation);
        _entries.Shown = store.Store.Status.DurableThrough;
        Assert.IsType<UniqueViolation>((await store.PutAsync("u/2", Body("v"))).Violation);
    }

    /// <summary>Whatever is written, one after the other, while the index shows it at some later time: each is judged as by one who knows all.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Judge_RandomWritesWithALaggingIndex_DecidesAsAScanOfAllDocuments(int seed)
    {
        var random = new Random(seed);
        await using TestStore store = await OpenAsync();
        var documents = new Dictionary<string, string?>();
        int refused = 0;
        for (int step = 0; step < 150; step++)
        {
            string[] ids = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"u/{random.Next(6)}").Distinct()];
            (string Id, string? Body)[] writes = [.. ids.Select(id => (id, random.Next(4) == 0 ? null : random.Next(5) == 0 ? "{}" : Body($"{random.Next(5)}")))];
            var after = new Dictionary<string, string?>(documents);
            Array.ForEach(writes, write => after[write.Id] = write.Body);
            bool isFine = after.Values.Where(body => body is not null and not "{}").GroupBy(body => body).All(same => same.Count() == 1);

            CommitResult result = await store.CommitAsync([.. writes.Select(write => write.Body is { } body ? (DocumentOperation)TestStore.Put(write.Id, body) : TestStore.Delete(write.Id))]);

            Assert.True(isFine == result.IsCommitted, $"seed {seed}, step {step}: {string.Join(' ', writes)}");
            refused += isFine ? 0 : 1;
            if (result.IsCommitted)
            {
                documents = after;
                Array.ForEach(writes, write => _entries.Note(result.Sequence, write.Id, write.Body));
            }

            _entries.Shown = random.Next(3) == 0 ? Math.Min(store.Store.Status.DurableThrough, _entries.Shown + random.Next(10)) : _entries.Shown;
        }

        Assert.True(refused > 20, "some are refused");
    }

    [Fact]
    public void Overlay_TooManyEntries_ForgetsThemAndSaysSince()
    {
        var overlay = new UniqueOverlay(entriesMax: 2);
        for (int sequence = 1; sequence <= 3; sequence++)
        {
            overlay.Publish(new OverlayEntry(DocumentKey.Create($"{sequence}"), [], [Sha256Digest.Of(Encoding.UTF8.GetBytes($"{sequence}"))]), sequence);
        }

        using OverlayLook look = overlay.Look(0);
        Assert.Null(look.FindNewest(DocumentKey.Create("3")));
        Assert.Equal(3, look.CompleteFrom());
        Assert.Equal(0, overlay.Count);
    }

    [Fact]
    public void Overlay_IndexHasAll_KeepsNothing()
    {
        var overlay = new UniqueOverlay();
        Sha256Digest value = Sha256Digest.Of("v"u8);
        overlay.Publish(new OverlayEntry(DocumentKey.Create("a"), [], [value]), 1);
        overlay.Publish(new OverlayEntry(DocumentKey.Create("a"), [], []), 2);
        overlay.Publish(new OverlayEntry(DocumentKey.Create("b"), [], [value]), 3);
        using (OverlayLook look = overlay.Look(1))
        {
            Assert.Equal("b", look.FindHolder(value)!.Key.Id);
            Assert.Equal(2, look.FindNewest(DocumentKey.Create("a"))!.Sequence);
        }

        using (OverlayLook look = overlay.Look(2))
        {
            Assert.Null(look.FindNewest(DocumentKey.Create("a")));
            Assert.Equal(3, look.FindNewest(DocumentKey.Create("b"))!.Sequence);
        }

        using (OverlayLook look = overlay.Look(3))
        {
            Assert.Null(look.FindHolder(value));
            Assert.Equal(0, overlay.Count);
        }
    }

    /// <summary>Its snapshot of the index may be older than what the index shows by then to others.</summary>
    [Fact]
    public void Overlay_SomebodyLooks_KeepsWhatTheIndexShowedLater()
    {
        var overlay = new UniqueOverlay();
        Sha256Digest value = Sha256Digest.Of("v"u8);
        overlay.Publish(new OverlayEntry(DocumentKey.Create("a"), [], [value]), 1);
        overlay.Publish(new OverlayEntry(DocumentKey.Create("b"), [], []), 2);
        using (OverlayLook early = overlay.Look(0))
        {
            overlay.Look(2).Dispose();
            Assert.Equal("a", early.FindHolder(value)!.Key.Id);
            Assert.NotNull(early.FindNewest(DocumentKey.Create("b")));
        }

        overlay.Look(2).Dispose();
        Assert.Equal(0, overlay.Count);
    }

    public void Dispose() => _directory.Dispose();

    private static string Body(string email) => $$"""{"email":"{{email}}"}""";

    private async Task<TestStore> OpenAsync()
    {
        _store = await TestStore.OpenAsync(_directory["data"], _entries);
        Assert.Equal(WriteStatus.Created, (await _store.DefineAsync("users", Definition)).Status);
        return _store;
    }

    private async Task<long> TakeAsync(string id, string email)
    {
        WriteResult result = await _store!.PutAsync(id, Body(email));
        Assert.True(result.Status is WriteStatus.Created or WriteStatus.Replaced, result.Violation?.Reason);
        _entries.Note(result.Sequence, id, Body(email));
        return result.Sequence;
    }
}
