using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Caching;

/// <summary>What is held, what is not, and that a document is never served from memory once it is another.</summary>
public sealed class CacheTests : CacheTest
{
    private const int BodyBytesMax = 64 * 1024;

    [Fact]
    public async Task Read_FiledDocumentThatWasReadTwice_OpensNoFile()
    {
        await using DocumentStore store = JournalTest.Open(Disk);
        await store.PutAsync("a", "1").SoonAsync();
        Assert.Equal("1", await ReadAsync(store));
        Assert.Null(store.TryReadCached("a")); // read once
        Assert.Equal("1", await ReadAsync(store));
        int before = Disk.Log.Count;

        CachedDocument? cached = store.TryReadCached("a");

        Assert.Equal("1", Text(cached));
        Assert.Equal(await store.ReadInfoAsync("a"), cached!.Info);
        Assert.Equal([CallKind.GetStamp], Disk.Log.Take().Skip(before).Take(1).Select(call => call.Kind));
        Assert.Equal((1, 1, 2), (store.Status.Cache.Documents, store.Status.Cache.Hits, store.Status.Cache.Misses));
    }

    [Fact]
    public async Task Read_PendingDocument_IsNotHeld()
    {
        await using DocumentStore store = JournalTest.Open(Disk);
        await HoldAsync(store, "1");
        using CallGate filing = Disk.BlockCall(JournalTest.IsTempCreation);
        await store.PutAsync("a", "2", DurabilityLevel.Durable).SoonAsync();

        Assert.Equal("2", await ReadAsync(store));
        Assert.Null(store.TryReadCached("a"));
        filing.Release();
        await JournalTest.UntilAsync(() => store.Status.PendingDocuments == 0, "it is filed");
        Assert.Equal("2", await ReadAsync(store));
        Assert.Equal("2", Text(store.TryReadCached("a")));
    }

    /// <summary>Before the sync nobody sees the new version, and nobody puts the old one back into the cache either.</summary>
    [Fact]
    public async Task Read_WhileAPublicationIsHeld_IsTheOldVersionAndNotHeld()
    {
        await using DocumentStore store = JournalTest.Open(Disk);
        await HoldAsync(store, "1");
        using CallGate sync = Disk.BlockCall(JournalTest.IsGroupSync);
        Task<WriteResult> put = store.PutAsync("a", "2", DurabilityLevel.Durable);
        await sync.Reached;

        Assert.Null(store.TryReadCached("a"));
        Assert.Equal("1", await ReadAsync(store));
        Assert.Null(store.TryReadCached("a"));
        sync.Release();
        await put.SoonAsync();
        Assert.Equal("2", await ReadAsync(store));
    }

    /// <summary>The reader has the old file open while the document is written, filed, and read by others.</summary>
    [Fact]
    public async Task Read_ThatBeganBeforeAWriteAndEndsAfterIt_IsNotHeld()
    {
        await using DocumentStore store = JournalTest.Open(Disk);
        await store.PutAsync("a", "1").SoonAsync();
        await ReadAsync(store);
        using CallGate reading = Disk.BlockCall(call => call.Kind == CallKind.Read && call.Path == DocumentFile);
        Task<string?> slow = Task.Run(() => ReadAsync(store));
        await reading.Reached;
        await store.PutAsync("a", "2").SoonAsync();
        reading.Release();

        Assert.Equal("1", await slow.SoonAsync()); // it was the newest when the read began
        Assert.Null(store.TryReadCached("a"));
        Assert.Equal("2", await ReadAsync(store));
    }

    [Fact]
    public async Task Write_OfWhateverKind_DropsWhatItChanges()
    {
        await using DocumentStore store = JournalTest.Open(Disk);
        await HoldAsync(store, "1");
        await store.PutAsync("a", "2").SoonAsync();
        Assert.Null(store.TryReadCached("a"));

        await HoldAsync(store, "3");
        await store.DeleteAsync("a").SoonAsync();
        Assert.Null(store.TryReadCached("a"));
        Assert.Null(await ReadAsync(store));

        await HoldAsync(store, "4"); // after the delete
        await store.PutAllAsync(["b", "a"], "5", DurabilityLevel.Filed).SoonAsync();
        Assert.Null(store.TryReadCached("a"));
        Assert.Equal("5", await ReadAsync(store)); // it has been read before
        Assert.Equal("5", Text(store.TryReadCached("a")));
    }

    [Fact]
    public async Task Write_ThatFailsAndFences_LeavesTheOldVersion()
    {
        await using DocumentStore store = JournalTest.Open(Disk);
        await HoldAsync(store, "1");
        _ = Disk.FailCall(1, Errno.EIO, where: JournalTest.IsGroupSync);

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => store.PutAsync("a", "2", DurabilityLevel.Durable).SoonAsync());

        Assert.Equal(StoreState.Fenced, store.Status.State);
        Assert.Null(store.TryReadCached("a"));
        Assert.Equal("1", await ReadAsync(store));
    }

    [Theory]
    [InlineData(1 << 20, 1024, true)]
    [InlineData(0, 1024, false)]
    [InlineData(32 * 1024, 4096, false)] // more than a sixteenth of the room
    public async Task Read_IsHeldOnlyWhereItFits(long cacheBytes, int bodyBytes, bool isHeld)
    {
        await using DocumentStore store = JournalTest.Open(Disk, JournalTest.Options with { CacheBytes = cacheBytes });
        await store.PutAsync("a", JournalTest.Json(bodyBytes)).SoonAsync();
        await ReadAsync(store);
        await ReadAsync(store);

        Assert.Equal(isHeld, store.TryReadCached("a") is not null);
    }

    [Theory]
    [InlineData(BodyBytesMax, true)]
    [InlineData(BodyBytesMax + 1, false)]
    public async Task Read_LargeDocument_IsNotHeld(int bodyBytes, bool isHeld)
    {
        using var directory = new TestDirectory();
        await using DocumentStore store = TestDocuments.Open(directory.Path);
        await store.PutAsync("a", JournalTest.Json(bodyBytes)).SoonAsync();
        await ReadAsync(store);
        await ReadAsync(store);

        Assert.Equal(isHeld, store.TryReadCached("a") is not null);
    }

    [Fact]
    public async Task ReadAsync_OfAnotherKindThanAClientsGet_HoldsNothing()
    {
        await using DocumentStore store = JournalTest.Open(Disk);
        await store.PutAsync("a", "1").SoonAsync();
        for (int turn = 0; turn < 3; turn++)
        {
            Assert.Equal("1", await store.ReadAsync("a"));
            Assert.NotNull(await store.ReadInfoAsync("a"));
        }

        Assert.Equal((0, 0), (store.Status.Cache.Documents, store.Status.Cache.Misses));
    }

    [Fact]
    public async Task Read_AfterTheStoreIsClosed_IsRefused()
    {
        DocumentStore store = JournalTest.Open(Disk);
        await HoldAsync(store, "1");
        await store.DisposeAsync();

        Assert.Throws<StoreClosedException>(() => store.TryReadCached("a"));
    }

    [Fact]
    public async Task Read_FromTheCache_AllocatesNothing()
    {
        using var directory = new TestDirectory();
        await using DocumentStore store = TestDocuments.Open(directory.Path);
        await HoldAsync(store, "1");
        Assert.NotNull(store.TryReadCached("a"));

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int turn = 0; turn < 100; turn++)
        {
            _ = store.TryReadCached("a");
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
