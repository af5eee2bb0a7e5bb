using System.Text;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Caching;

/// <summary>What tests of the cache have in common: a simulated disk, and a document that is held.</summary>
public abstract class CacheTest
{
    private protected SimulatedFileSystem Disk { get; } = new();

    private protected static string DocumentFile => JournalTest.Data + Scene.FileOf("a")[Scene.Data.Length..];

    private protected static async Task HoldAsync(DocumentStore store, string json)
    {
        await store.PutAsync("a", json).SoonAsync();
        Assert.Equal(json, await ReadAsync(store));
        Assert.Equal(json, await ReadAsync(store));
        Assert.Equal(json, Text(store.TryReadCached("a")));
    }

    private protected static async Task<string?> ReadAsync(DocumentStore store, string id = "a")
    {
        using StoredDocument? document = await store.OpenAsync(DocumentKey.Create(id), null, default);
        return document is null ? null : Encoding.UTF8.GetString(document.Body.Span);
    }

    private protected static string? Text(CachedDocument? document) => document is null ? null : Encoding.UTF8.GetString(document.Body.Span);
}
