using System.Globalization;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;

namespace DocService.Storage.Tests.Engine.Caching;

/// <summary>Which documents stay in the cache when they are more than it holds.</summary>
public sealed class CacheRoomTests : IAsyncLifetime
{
    private const long CacheBytes = 256 * 1024;
    private const int Hot = 20;
    private const int All = 600; // four times what it holds

    private readonly TestDirectory _directory = new();
    private DocumentStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = DocumentStore.Open(
            TestDocuments.SmallOptions(_directory.Path) with { CacheBytes = CacheBytes }, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        for (int first = 0; first < All; first += 100)
        {
            await _store.PutAllAsync(Enumerable.Range(first, 100).Select(Id), JournalTest.Json(1024), DurabilityLevel.Filed).SoonAsync();
        }
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Read_MoreThanItHolds_KeepsToItsBytes()
    {
        for (int number = 0; number < All; number++)
        {
            await ReadManyAsync(number, number + 1, times: 2);
            Assert.InRange(_store.Status.Cache.Bytes, 1, CacheBytes);
        }

        Assert.InRange(_store.Status.Cache.Documents, 100, CacheBytes / 1024);
        Assert.InRange(_store.Status.Cache.Bytes, CacheBytes - 4096, CacheBytes);
    }

    [Fact]
    public async Task Read_AllDocumentsOnce_HoldsNoneOfThem()
    {
        await ReadManyAsync(0, Hot, times: 2);

        await ReadManyAsync(Hot, All, times: 1);

        Assert.Equal(Hot, _store.Status.Cache.Documents);
        Assert.All(Enumerable.Range(0, Hot), number => Assert.NotNull(_store.TryReadCached(Id(number))));
    }

    /// <summary>A client that reads everything twice brings all of it in, one after the other.</summary>
    [Fact]
    public async Task Read_AllDocumentsTwice_DoesNotPushOutWhatIsReadMeanwhile()
    {
        await ReadManyAsync(0, Hot, times: 2);

        for (int number = Hot; number < All; number++)
        {
            await ReadManyAsync(number, number + 1, times: 2);
            await ReadManyAsync(number % Hot, (number % Hot) + 1, times: 1);
        }

        Assert.All(Enumerable.Range(0, Hot), number => Assert.NotNull(_store.TryReadCached(Id(number))));
    }

    [Fact]
    public async Task Read_WhatWasHotAndIsNotAnyMore_Leaves()
    {
        await ReadManyAsync(0, 100, times: 6);

        await ReadManyAsync(100, All, times: 2);

        Assert.All(Enumerable.Range(0, 100), number => Assert.Null(_store.TryReadCached(Id(number))));
    }

    private static string Id(int number) => number.ToString("D4", CultureInfo.InvariantCulture);

    private async Task ReadManyAsync(int first, int end, int times)
    {
        for (int number = first; number < end; number++)
        {
            for (int time = 0; time < times; time++)
            {
                await ReadAsync(number);
            }
        }
    }

    private async Task ReadAsync(int number)
    {
        if (_store.TryReadCached(Id(number)) is null)
        {
            using StoredDocument? document = await _store.OpenAsync(DocumentKey.Create(Id(number)), null, default);
            Assert.NotNull(document);
        }
    }
}
