using System.Text;
using DocService.Index.Tests.Support;
using DocService.Storage;
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

    private string? Filed(string id) => Directory.GetFiles(Path.Combine(_directory.Path, "docs"), $"{id}.json", SearchOption.AllDirectories).SingleOrDefault();
}
