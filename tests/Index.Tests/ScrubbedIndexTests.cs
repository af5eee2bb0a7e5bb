using System.Text;
using DocService.Index.Tests.Support;
using DocService.Storage;
using DocService.Storage.Followers;
using DocService.Storage.Model;

namespace DocService.Index.Tests;

/// <summary>The scrub restores documents from the index, which tells only what it has followed.</summary>
public sealed class ScrubbedIndexTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Scrub_ARottenFile_IsRestoredFromTheIndexToTheByte()
    {
        await using var store = IndexedStore.Open(_directory.Path, scrub: TimeSpan.FromSeconds(1));
        await store.PutAsync("""{"name":"Ada"}""", "a");
        await IndexTest.UntilAsync(() => Filed("a") is not null, "it is filed");
        string file = Filed("a")!;
        byte[] whole = await File.ReadAllBytesAsync(file);
        byte[] rotten = [.. whole];
        rotten[^3] ^= 4;
        await File.WriteAllBytesAsync(file, rotten);

        await IndexTest.UntilAsync(() => store.Store.Status.Scrub!.Restored == 1, "it is restored");

        Assert.Equal(whole, await File.ReadAllBytesAsync(file));
        Assert.Equal(rotten, await File.ReadAllBytesAsync(Directory.GetFiles(Path.Combine(_directory.Path, "quarantine")).Single()));
    }

    [Fact]
    public async Task TryRead_WhatItHasFollowed_IsTheDocumentWithItsFacts()
    {
        await using var store = IndexedStore.Open(_directory.Path);
        await store.PutAsync("[1, 2]", "a");
        await store.PutHiddenAsync("h");
        await IndexTest.UntilAsync(() => store.Index.Has(store.Last), "it has followed");

        using StoredDocument? copy = store.Index.TryRead(DocumentKey.Create("a"), store.Last);
        DocumentInfo? info = await store.Store.ReadInfoAsync(DocumentKey.Create("a"), default);
        Assert.Equal(info, copy!.Info);
        Assert.Equal("[1, 2]", Encoding.UTF8.GetString(copy.Body.Span));
        Assert.Null(store.Index.TryRead(DocumentKey.Create("a"), store.Last + 1));
        Assert.Null(store.Index.TryRead(DocumentKey.Create("b"), store.Last));
        Assert.Null(store.Index.TryRead(DocumentKey.CreateHidden("h"), store.Last));
    }

    [Fact]
    public async Task NoteDifference_TheIndexIsMadeAnew()
    {
        await using var store = IndexedStore.Open(_directory.Path);
        await store.PutAsync("1", "a");
        await IndexTest.UntilAsync(() => store.Index.Has(store.Last), "it has followed");

        store.Index.NoteDifference("the test's");

        await IndexTest.UntilAsync(() => store.Index.Status is { Stage: IndexStage.Following, Done: > 0 } && store.Index.Has(store.Last), "it is made anew");
    }

    [Theory]
    [InlineData("*.sst", 1_000)]
    [InlineData("*.blob", 300_000)] // a body of its own
    public async Task Scrub_AFlippedBitInTheIndex_IsFoundAndTheIndexMadeAnew(string pattern, int bytes)
    {
        string body = $"\"{new string('x', bytes)}\"";
        await using (var written = IndexedStore.Open(_directory.Path, segments: 64, segmentBytes: 1 << 20))
        {
            await written.PutAsync(body, "a");
            await IndexTest.UntilAsync(() => written.Index.Has(written.Last), "it has followed");
        }

        await using var store = IndexedStore.Open(_directory.Path, new(StringComparer.Ordinal) { ["a"] = body }, scrub: TimeSpan.FromSeconds(1), segments: 64, segmentBytes: 1 << 20);
        await IndexTest.UntilAsync(() => store.Index.Status.Stage == IndexStage.Following, "it answers");
        Assert.Null(store.Index.Status.Reason);
        string file = Directory.GetFiles(Path.Combine(_directory.Path, "index"), pattern).First(); // what is damaged no query has to meet
        byte[] rotten = await File.ReadAllBytesAsync(file);
        rotten[rotten.Length / 2] ^= 4;
        await using (FileStream place = File.OpenWrite(file))
        {
            await place.WriteAsync(rotten); // in place: the library has it open
        }

        await IndexTest.UntilAsync(() => store.Index.Status.Reason is { } reason && (reason.Contains($"index/{Path.GetFileName(file)}: its checksum does not match", StringComparison.Ordinal) || reason.Contains("Corruption", StringComparison.Ordinal)), "it is found", () => (store.Index.Status, store.Store.Status.Scrub));
        await IndexTest.UntilAsync(() => store.Index.Status.Stage == IndexStage.Following, "it answers again");
        Assert.Equal(body, store.Index.ReadAll()["a"]);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        await IndexTest.UntilAsync(() => store.Store.Status.Scrub!.Finished > now, "a round has passed", () => (store.Index.Status, store.Store.Status.Scrub));
        Assert.InRange(store.Store.Status.Scrub!.Differences, 0, 1); // 0: its row was read before its file
    }

    [Fact]
    public async Task Scrub_AMissingFile_IsRestoredFromTheIndexToTheByte()
    {
        await using var store = IndexedStore.Open(_directory.Path, scrub: TimeSpan.FromSeconds(1));
        await store.PutAsync("""{"name":"Ada"}""", "a", "b");
        await IndexTest.UntilAsync(() => Filed("a") is not null, "it is filed");
        string file = Filed("a")!;
        byte[] whole = await File.ReadAllBytesAsync(file);
        File.Delete(file);

        await IndexTest.UntilAsync(() => store.Store.Status.Scrub!.Restored == 1, "it is restored");

        Assert.Equal(whole, await File.ReadAllBytesAsync(file));
        await store.CheckAsync("restored");
    }

    [Fact]
    public async Task TryReadPart_EveryDocument_IsListedOnceWithItsFacts()
    {
        await using var store = IndexedStore.Open(_directory.Path, segments: 64);
        foreach (int n in Enumerable.Range(0, 6))
        {
            await store.PutAsync("1", [.. Enumerable.Range(0, 100).Select(m => $"d{n}-{m}")]);
        }

        await store.PutHiddenAsync("h");
        await store.DeleteAsync("d0-0");
        var listed = new List<CopiedDocument>();
        Assert.True(store.Index.TryReadInfo(DocumentKey.Create("d0-0"), store.Last, out DocumentInfo? deleted)); // waits until it has followed
        Assert.Null(deleted);
        for (CopyPart? part = store.Index.TryReadPart(null); part is not null; part = part.Next is null ? null : store.Index.TryReadPart(part.Next))
        {
            Assert.InRange(part.Documents.Count, 0, 256);
            listed.AddRange(part.Documents);
        }

        Assert.Equal(store.Expected.Keys.Append("\0h").Order(StringComparer.Ordinal), listed.Select(one => one.Key.Id).Order(StringComparer.Ordinal));
        Assert.True(store.Index.TryReadInfo(DocumentKey.CreateHidden("h"), store.Last, out DocumentInfo? hidden));
        Assert.Equal(listed.Single(one => one.Key.IsHidden).Info, hidden);
    }

    private string? Filed(string id) => Directory.GetFiles(Path.Combine(_directory.Path, "docs"), $"{id}.json", SearchOption.AllDirectories).SingleOrDefault();
}
