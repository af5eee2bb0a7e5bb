using System.Text;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Snapshots;
using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Tests.Support.Simulation.Faults;

namespace DocService.Storage.Tests.Snapshots;

/// <summary>Snapshots: what they hold, how they are named, started and deleted, and what they may keep from others.</summary>
public sealed class SnapshotTests
{
    private readonly SimulatedFileSystem _disk = new();

    [Fact]
    public async Task Take_HoldsEveryDocument_AndStartsAsAStoreOfItsOwn()
    {
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing);
        WriteResult first = await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        await store.PutAsync("b", "2", DurabilityLevel.Filed).SoonAsync();
        SnapshotInfo info = await store.Snapshots.TakeAsync("one").SoonAsync();
        await store.PutAsync("a", "3", DurabilityLevel.Filed).SoonAsync();
        await store.DeleteAsync("b", DurabilityLevel.Filed).SoonAsync();

        Assert.Equal((2, 0, "one", store.Status.StoreId), (info.Documents, info.Versions, info.Name, info.StoreId));
        Assert.Equal(info, Assert.Single(store.Snapshots.List().Snapshots));
        await using DocumentStore own = SnapshotPlaces.Start(_disk, "one");
        Assert.Equal(("1", "2"), (await own.ReadAsync("a"), await own.ReadAsync("b")));
        Assert.Equal(first.Sequence, (await own.ReadInfoAsync(DocumentKey.Create("a"), default))!.Version);
        Assert.NotEqual(store.Status.StoreId, own.Status.StoreId);
        WriteResult of = await own.PutAsync("a", "4", DurabilityLevel.Filed).SoonAsync();
        Assert.True(of.Sequence > (1L << 32) + info.Sequence, $"{of.Sequence}");
        Assert.Equal("3", await store.ReadAsync("a"));
    }

    /// <summary>No version of one has another content in the other, whichever is started, and how often.</summary>
    [Fact]
    public async Task OneSnapshot_StartedTwice_NoVersionMeetsAnother()
    {
        SimulatedFileSystem second;
        var versions = new List<long>();
        await using (DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing))
        {
            await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
            await store.Snapshots.TakeAsync("one").SoonAsync();
            second = SimulatedFileSystem.From(_disk.Snapshot());
            versions.Add((await store.PutAsync("a", "2", DurabilityLevel.Filed).SoonAsync()).Sequence);
        }

        foreach (SimulatedFileSystem disk in new[] { _disk, second })
        {
            for (int start = 0; start < 2; start++)
            {
                await using DocumentStore own = SnapshotPlaces.Start(disk, "one");
                versions.Add((await own.PutAsync("a", $"{versions.Count}", DurabilityLevel.Filed).SoonAsync()).Sequence);
            }
        }

        Assert.Equal(versions.Count, versions.Distinct().Count());
    }

    /// <summary>A snapshot of which FORMAT is damaged went on as the store that it was taken of: FORMAT is made anew from the journal, which does not say that it is one.</summary>
    [Fact]
    public async Task Salvage_OfASnapshotWithADamagedFormat_StillStartsAsAStoreOfItsOwn()
    {
        Guid id;
        await using (DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing))
        {
            id = store.Status.StoreId;
            await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
            await store.Snapshots.TakeAsync("one").SoonAsync();
        }

        _disk.Disk.FlipBit($"{SnapshotPlaces.Folder}/one/FORMAT", 20, 3);
        StoreOptions options = JournalTest.Sealing with { DataDirectory = $"{SnapshotPlaces.Folder}/one" };
        Assert.Throws<StoreFormatException>(() => JournalTest.Open(_disk, options));
        Assert.True(StoreSalvage.Run(_disk, options, TimeProvider.System).IsFormatRebuilt);
        await using DocumentStore own = JournalTest.Open(_disk, options);
        Assert.NotEqual(id, own.Status.StoreId);
        Assert.Equal("1", await own.ReadAsync("a"));
    }

    [Fact]
    public async Task Take_KeptVersions_AreInIt()
    {
        await using DocumentStore store = KeepingStore.Open(_disk);
        long first = (await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync()).Sequence;
        long second = (await store.PutAsync("a", "2", DurabilityLevel.Filed).SoonAsync()).Sequence;
        SnapshotInfo info = await store.Snapshots.TakeAsync(null).SoonAsync();
        await JournalTest.UntilAsync(() => store.Status is { PendingDocuments: 0 }, "all is filed");
        await store.DropAsync("a", first, second);

        Assert.Equal((1, 2), (info.Documents, info.Versions));
        await using DocumentStore own = KeepingStore.Open(_disk, JournalTest.Sealing with { DataDirectory = info.Path });
        Assert.Equal(("1", "2"), (await own.ReadVersionAsync("a", first), await own.ReadVersionAsync("a", second)));
    }

    /// <summary>While it is taken, a version behind F stays: its first start would file it once more, after it was dropped.</summary>
    [Fact]
    public async Task Drop_OfAVersionThatTheSnapshotMayFileAgain_Waits()
    {
        await using DocumentStore store = KeepingStore.Open(_disk);
        long first = (await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync()).Sequence;
        await store.DropAsync("a"); // nothing: only asks
        using CallGate gate = _disk.BlockCall(call => call.Kind == CallKind.Link && call.TargetPath?.StartsWith($"{SnapshotPlaces.Folder}/.draft/docs", StringComparison.Ordinal) == true);
        Task<SnapshotInfo> taking = store.Snapshots.TakeAsync("one");
        await gate.Reached;
        long second = (await store.PutAsync("a", "2", DurabilityLevel.Filed).SoonAsync()).Sequence;
        await store.PutAsync("b", "3", DurabilityLevel.Filed).SoonAsync();
        await JournalTest.UntilAsync(() => store.Status.PendingDocuments == 0, "all is filed");
        await store.DropAsync("a", first);
        KeptVersion kept = new(DocumentKey.Create("a"), second);
        for (int tries = 0; tries < 20; tries++)
        {
            Assert.Equal(kept, Assert.Single(await store.DropVersionsAsync([kept], default)));
        }

        gate.Release();
        SnapshotInfo info = await taking.SoonAsync();
        await store.DropAsync("a", second);
        await using DocumentStore own = KeepingStore.Open(_disk, JournalTest.Sealing with { DataDirectory = info.Path });
        Assert.Equal("2", await own.ReadVersionAsync("a", second));
    }

    /// <summary>What is written while the walk is held goes through several segments: they stay until it has copied them.</summary>
    [Fact]
    public async Task Take_ManySegmentsAreWrittenMeanwhile_AllAreInIt()
    {
        StoreOptions options = JournalTest.Sealing with { JournalBytes = 16 * JournalTest.SegmentBytes };
        await using DocumentStore store = JournalTest.Open(_disk, options);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        using CallGate gate = _disk.BlockCall(call => call.Kind == CallKind.Link && call.TargetPath?.StartsWith($"{SnapshotPlaces.Folder}/.draft/docs", StringComparison.Ordinal) == true);
        Task<SnapshotInfo> taking = store.Snapshots.TakeAsync("one");
        await gate.Reached;
        for (int number = 0; number < 24; number++)
        {
            await store.PutAsync($"d{number % 5}", JournalTest.Json(9000, (char)('a' + number)), DurabilityLevel.Filed).SoonAsync();
        }

        Assert.Equal("one", store.Snapshots.List().Taking?.Name);
        await store.DeleteAsync("a", DurabilityLevel.Filed).SoonAsync();
        gate.Release();
        SnapshotInfo info = await taking.SoonAsync();
        Assert.Null(store.Snapshots.List().Taking);
        Assert.True(_disk.Disk.Tree().Count(path => path.StartsWith($"{SnapshotPlaces.Folder}/one/journal/", StringComparison.Ordinal) && path.EndsWith(".journal", StringComparison.Ordinal)) >= 3);
        await using DocumentStore own = SnapshotPlaces.Start(_disk, "one");
        Assert.Null(await own.ReadAsync("a"));
        Assert.Equal(JournalTest.Json(9000, (char)('a' + 23)), await own.ReadAsync("d3"));
        Assert.Equal(info.Sequence, own.Status.Recovery!.End);
    }

    /// <summary>A walk that does not get on must not stop writers for good: it is let go, and says so.</summary>
    [Fact]
    public async Task Take_ItDoesNotGetOn_IsLetGoAndWritersGoOn()
    {
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing with { BusyTimeout = TimeSpan.FromMilliseconds(300) });
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        using CallGate gate = _disk.BlockCall(call => call.Kind == CallKind.Link && call.TargetPath?.StartsWith($"{SnapshotPlaces.Folder}/.draft/docs", StringComparison.Ordinal) == true);
        Task<SnapshotInfo> taking = store.Snapshots.TakeAsync("one");
        await gate.Reached;
        int written = 0;
        for (int tries = 0; written < 24 && tries < 200; tries++)
        {
            try
            {
                await store.PutAsync("b", JournalTest.Json(9000), DurabilityLevel.Durable).SoonAsync();
                written++;
            }
            catch (StoreBusyException)
            {
                // The journal waits for the snapshot, for a moment.
            }
        }

        Assert.Equal(24, written);
        gate.Release();
        await Assert.ThrowsAsync<StoreBusyException>(() => taking.SoonAsync());
        await JournalTest.UntilAsync(() => !_disk.Disk.Tree().Any(path => path.StartsWith($"{SnapshotPlaces.Folder}/.", StringComparison.Ordinal)), "the draft is removed");
        Assert.Empty(store.Snapshots.List().Snapshots);
        await store.Snapshots.TakeAsync("one").SoonAsync();
    }

    [Theory]
    [InlineData(nameof(Errno.EPERM))]
    [InlineData(nameof(Errno.EOPNOTSUPP))]
    [InlineData(nameof(Errno.EXDEV))]
    [InlineData(nameof(Errno.EMLINK))]
    public async Task Take_WhereThereAreNoLinks_Copies(string name)
    {
        Errno error = Enum.Parse<Errno>(name);
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing);
        await store.PutAsync("a", JournalTest.Json(200_00), DurabilityLevel.Filed).SoonAsync();
        _ = _disk.FailCall(1, error, forever: true, where: call => call.Kind == CallKind.Link);
        SnapshotInfo info = await store.Snapshots.TakeAsync("one").SoonAsync();
        Assert.Equal(1, info.Documents);
        await using DocumentStore own = JournalTest.Open(_disk.CrashNow().Nothing().Open(), JournalTest.Sealing with { DataDirectory = $"{SnapshotPlaces.Folder}/one" });
        Assert.Equal(JournalTest.Json(200_00), await own.ReadAsync("a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".draft")]
    [InlineData("a/b")]
    [InlineData("a\0b")]
    [InlineData("-a")]
    [InlineData("ä")]
    [InlineData("a b")]
    public async Task Names_ThatArePathsOrHidden_AreRefused(string name)
    {
        await using DocumentStore store = JournalTest.Open(_disk);
        await Assert.ThrowsAsync<ArgumentException>(() => store.Snapshots.TakeAsync(name));
        Assert.False(store.Snapshots.Delete(name));
        Assert.False(SnapshotName.IsValid(new string('a', SnapshotName.LengthMax + 1)));
        Assert.True(SnapshotName.IsValid(new string('a', SnapshotName.LengthMax)));
    }

    [Fact]
    public async Task Take_ASecondOfTheSameName_IsAConflict()
    {
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing);
        await store.Snapshots.TakeAsync("one").SoonAsync();
        await Assert.ThrowsAsync<SnapshotConflictException>(() => store.Snapshots.TakeAsync("one").SoonAsync());
    }

    [Fact]
    public async Task Delete_RemovesItsFiles_AndTheStoresStay()
    {
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        await store.Snapshots.TakeAsync("one").SoonAsync();
        Assert.False(store.Snapshots.Delete("two"));
        Assert.True(store.Snapshots.Delete("one"));
        Assert.False(store.Snapshots.Delete("one"));
        await JournalTest.UntilAsync(() => !_disk.Disk.Tree().Any(path => path.StartsWith($"{SnapshotPlaces.Folder}/", StringComparison.Ordinal) && path != $"{SnapshotPlaces.Folder}/"), "its files are gone");
        Assert.Equal("1", await store.ReadAsync("a"));
        Assert.Empty(store.Snapshots.List().Snapshots);
    }

    /// <summary>A snapshot that was started is a store of its own: its documents are nobody else's to delete.</summary>
    [Fact]
    public async Task Delete_OneThatIsInUseOrWasStarted_IsAConflict()
    {
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing);
        await store.Snapshots.TakeAsync("one").SoonAsync();
        using (IDirectory snapshot = _disk.TryOpenDirectory($"{SnapshotPlaces.Folder}/one")!)
        using (snapshot.TryLock(DataDirectory.LockName))
        {
            Assert.Throws<SnapshotConflictException>(() => store.Snapshots.Delete("one"));
        }

        await using (DocumentStore own = SnapshotPlaces.Start(_disk, "one"))
        {
            Assert.Throws<SnapshotConflictException>(() => store.Snapshots.Delete("one"));
        }

        Assert.Throws<SnapshotConflictException>(() => store.Snapshots.Delete("one"));
        Assert.Empty(store.Snapshots.List().Snapshots);
    }

    [Fact]
    public async Task Verify_OfStoreAndSnapshot_FindsNoDamage_AndNamesAMissingFile()
    {
        await using (DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing))
        {
            await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
            await store.Snapshots.TakeAsync("one").SoonAsync();
        }

        Assert.Empty(StoreVerification.Run(_disk, JournalTest.Data).Damage);
        VerificationReport report = StoreVerification.Run(_disk, $"{SnapshotPlaces.Folder}/one");
        Assert.Empty(report.Damage);
        Assert.Empty(report.Remarks);
        Assert.Equal(1, report.Documents);
        string file = _disk.Disk.Tree().Single(path => path.StartsWith($"{SnapshotPlaces.Folder}/one/docs/", StringComparison.Ordinal) && path.EndsWith("/a.json", StringComparison.Ordinal));
        _disk.Disk.Remove(file);
        Assert.Contains(StoreVerification.Run(_disk, $"{SnapshotPlaces.Folder}/one").Damage, damage => damage.File == SnapshotManifest.Name);
    }

    [Fact]
    public async Task Close_WhileOneIsTaken_GivesItUp()
    {
        DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        Task<SnapshotInfo> taking;
        using (CallGate gate = _disk.BlockCall(call => call.Kind == CallKind.Link && call.TargetPath?.StartsWith($"{SnapshotPlaces.Folder}/.draft/docs", StringComparison.Ordinal) == true))
        {
            taking = store.Snapshots.TakeAsync("one");
            await gate.Reached;
            ValueTask closing = store.DisposeAsync();
            gate.Release();
            await Assert.ThrowsAsync<StoreClosedException>(() => taking.SoonAsync());
            await closing;
        }

        await using DocumentStore next = JournalTest.Open(_disk, JournalTest.Sealing);
        Assert.Equal("1", await next.ReadAsync("a"));
        Assert.Empty(next.Snapshots.List().Snapshots);
    }

    [Fact]
    public async Task Format_OfASnapshot_SaysSo()
    {
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing);
        await store.Snapshots.TakeAsync("one").SoonAsync();
        Assert.Contains("\"directory\":\"snapshot\"", Encoding.UTF8.GetString(_disk.Disk.Read($"{SnapshotPlaces.Folder}/one/FORMAT")), StringComparison.Ordinal);
        await SnapshotPlaces.Start(_disk, "one").DisposeAsync();
        Assert.DoesNotContain("snapshot", Encoding.UTF8.GetString(_disk.Disk.Read($"{SnapshotPlaces.Folder}/one/FORMAT")), StringComparison.Ordinal);
    }
}
