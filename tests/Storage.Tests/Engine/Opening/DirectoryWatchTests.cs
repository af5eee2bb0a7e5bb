using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Opening;

/// <summary>What is taken away from under a running store can still be written to and synced: six writes were acknowledged that nobody found again.</summary>
public sealed class DirectoryWatchTests
{
    private readonly SimulatedFileSystem _disk = new();

    [Theory]
    [InlineData("/data", false)]
    [InlineData("/data", true)]
    [InlineData("/data/journal", false)]
    [InlineData("/data/journal", true)]
    [InlineData("/data/docs", false)]
    [InlineData("/data/docs", true)]
    [InlineData("/data/docs/3f", false)]
    [InlineData("/data/docs/ff", true)]
    [InlineData("/data/quarantine", false)]
    [InlineData("the segment under way", false)]
    [InlineData("the segment under way", true)]
    [InlineData("an older segment", false)]
    public async Task Put_PartOfTheDirectoryGone_IsFencedWithinASecond(string path, bool isReplaced)
    {
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Options with { JournalBytes = 64 * JournalTest.SegmentBytes });
        using CallGate filing = _disk.BlockCall(JournalTest.IsTempCreation);
        for (int n = 0; n < 4; n++)
        {
            await store.PutAsync($"d{n}", JournalTest.Json(14_000), DurabilityLevel.Durable).SoonAsync();
        }

        string[] segments = _disk.Segments();
        Assert.Equal(2, segments.Length);
        string gone = path[0] == '/' ? path : JournalTest.PathOf(path == "an older segment" ? segments[0] : segments[1]);
        TakeAway(gone, isReplaced);
        long started = TimeProvider.System.GetTimestamp();

        // Nothing that is asked for later than half a second may be acknowledged; before, it may.
        StoreException? refused = null;
        for (int n = 0; refused is null; n++)
        {
            TimeSpan asked = TimeProvider.System.GetElapsedTime(started);
            refused = await Record.ExceptionAsync(() => store.PutAsync("a", $"{n}", DurabilityLevel.Durable).SoonAsync()) as StoreException;
            Assert.True(refused is not null || asked < TimeSpan.FromSeconds(1), $"acknowledged {asked} after");
        }

        Assert.True(refused is StoreFencedException or OutcomeUnknownException, $"{refused}");
        Assert.Equal(StoreState.Fenced, store.Status.State);
        Assert.Contains($"{gone} is no longer", store.Status.Reason, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreFencedException>(() => store.PutAsync("b", "1", DurabilityLevel.Durable).SoonAsync());
    }

    /// <summary>The directories of versions are made while the store runs, and watched from then on; those that a start finds, from the start.</summary>
    [Theory]
    [InlineData("/data/history", false)]
    [InlineData("/data/history/3f", true)]
    public async Task Put_DirectoryOfVersionsGone_IsFenced(string path, bool isFound)
    {
        DocumentStore store = KeepingStore.Open(_disk);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        if (isFound)
        {
            await store.DisposeAsync();
            store = KeepingStore.Open(_disk);
        }

        TakeAway(path, isReplaced: true);
        for (int n = 0; store.Status.State != StoreState.Fenced; n++)
        {
            Assert.True(n < 100_000);
            await Record.ExceptionAsync(() => store.PutAsync("a", $"{n}", DurabilityLevel.Durable).SoonAsync());
        }

        Assert.Contains($"{path} is no longer", store.Status.Reason, StringComparison.Ordinal);
        await store.DisposeAsync();
    }

    /// <summary>A look that was long ago is not enough: the sync of the group may take long.</summary>
    [Fact]
    public async Task Put_DirectoryGoneDuringASlowSync_IsNotAcknowledged()
    {
        await using DocumentStore store = JournalTest.Open(_disk);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        using CallGate gate = _disk.BlockCall(JournalTest.IsGroupSync);
        Task<WriteResult> put = store.PutAsync("a", "2", DurabilityLevel.Durable);
        await gate.Reached.SoonAsync();
        TakeAway("/data", isReplaced: false);
        await JournalTest.UntilAsync(() => store.Status.SyncRunningFor > TimeSpan.FromMilliseconds(600), "it is slow");
        gate.Release();

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => put.SoonAsync());
        Assert.Equal("1", await store.ReadAsync("a"));
    }

    [Fact]
    public async Task Segment_IsNotBegunInADirectoryThatIsGone()
    {
        await using DocumentStore store = JournalTest.Open(_disk);
        await store.PutAsync("a", JournalTest.Json(30_000), DurabilityLevel.Durable).SoonAsync();
        await store.PutAsync("b", "1", DurabilityLevel.Durable).SoonAsync();
        TakeAway("/data", isReplaced: false);

        await Assert.ThrowsAsync<StoreFencedException>(() => store.PutAsync("c", JournalTest.Json(30_000), DurabilityLevel.Durable).SoonAsync());
    }

    private void TakeAway(string path, bool isReplaced)
    {
        _disk.Disk.CreateDirectory("/aside");
        bool isFile = path.EndsWith(".journal", StringComparison.Ordinal);
        byte[] bytes = isFile ? _disk.Disk.Read(path) : [];
        _disk.Disk.Move(path, "/aside/it");
        if (isReplaced && isFile)
        {
            _disk.Disk.Write(path, bytes);
        }
        else if (isReplaced)
        {
            _disk.Disk.CreateDirectory(path);
        }
    }
}
