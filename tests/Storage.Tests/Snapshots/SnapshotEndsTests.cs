using DocService.Storage.Engine.Opening;
using DocService.Storage.Requests;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Tests.Support.Simulation.Faults;

namespace DocService.Storage.Tests.Snapshots;

/// <summary>Where a snapshot begins and ends: at what is filed, and at what is durable when its walk is over; and its first start.</summary>
public sealed class SnapshotEndsTests
{
    private readonly SimulatedFileSystem _disk = new();

    /// <summary>The filer is held until the snapshot is there: no file of the document is, so the snapshot's journal must have it.</summary>
    [Fact]
    public async Task Take_WhatIsDurableIsNotFiled_IsInItsJournal()
    {
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing);
        await store.PutAsync("filed", "1", DurabilityLevel.Filed).SoonAsync();
        using CallGate filer = _disk.BlockCall(JournalTest.IsTempCreation);
        WriteResult last = await store.PutAsync("pending", "2", DurabilityLevel.Durable).SoonAsync();
        await filer.Reached.SoonAsync();
        SnapshotInfo info = await store.Snapshots.TakeAsync("one").SoonAsync();
        filer.Release();

        Assert.Equal(last.Sequence, info.Sequence);
        Assert.True(info.FiledThrough < last.Sequence, $"{info.FiledThrough}");
        await using DocumentStore own = SnapshotPlaces.Start(_disk, "one");
        Assert.Equal(("1", "2"), (await own.ReadAsync("filed"), await own.ReadAsync("pending")));
    }

    /// <summary>All files have been taken when the last write comes: the snapshot ends with what is durable now.</summary>
    [Fact]
    public async Task Take_AWriteComesBehindTheWalk_IsInIt()
    {
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        using CallGate walked = _disk.BlockCall(call => call.Kind == CallKind.CreateDirectory && call.Path == $"{SnapshotPlaces.Folder}/.draft/{DataDirectory.RequestsName}");
        Task<SnapshotInfo> taking = store.Snapshots.TakeAsync("one");
        await walked.Reached.SoonAsync();
        WriteResult last = await store.PutAsync("b", "2", DurabilityLevel.Durable).SoonAsync();
        walked.Release();

        Assert.Equal(last.Sequence, (await taking.SoonAsync()).Sequence);
        await using DocumentStore own = SnapshotPlaces.Start(_disk, "one");
        Assert.Equal("2", await own.ReadAsync("b"));
    }

    /// <summary>A request whose commit is filed is in no journal of the snapshot: one that is in no file either would be carried out once more there.</summary>
    [Fact]
    public async Task Take_RequestsCannotBeFiled_IsRefused_AndLaterReplaysThem()
    {
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing with { BusyTimeout = TimeSpan.FromMilliseconds(300) });
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        using CallGate requests = _disk.BlockCall(call => call.Path.StartsWith($"{JournalTest.Data}/{DataDirectory.RequestsName}/", StringComparison.Ordinal));
        CommitResult first = await SendAsync(store).SoonAsync();
        await Assert.ThrowsAsync<StoreBusyException>(() => store.Snapshots.TakeAsync("one").SoonAsync());
        requests.Release();
        await store.Snapshots.TakeAsync("one").SoonAsync();

        await using DocumentStore own = SnapshotPlaces.Start(_disk, "one");
        CommitResult again = await SendAsync(own).SoonAsync();
        Assert.NotNull(again.Replayed);
        Assert.Equal(first.Sequence, again.Sequence);
    }

    /// <summary>Where a filesystem has nothing lasting to tell a copy by, FORMAT's word alone makes it a store of its own.</summary>
    [Fact]
    public async Task Start_OnAFilesystemThatTellsNoCopies_IsThatOfAStoreOfItsOwn()
    {
        _disk.Settings = _disk.Settings with { Type = "overlay" };
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        await store.Snapshots.TakeAsync("one").SoonAsync();
        await using DocumentStore own = SnapshotPlaces.Start(_disk, "one");
        Assert.NotEqual(store.Status.StoreId, own.Status.StoreId);
        WriteResult ours = await store.PutAsync("a", "2", DurabilityLevel.Durable).SoonAsync();
        Assert.NotEqual(ours.Sequence, (await own.PutAsync("a", "3", DurabilityLevel.Durable).SoonAsync()).Sequence);
    }

    private static Task<CommitResult> SendAsync(DocumentStore store) =>
        store.CommitAsync([new PutOperation(DocumentKey.Create("asked"), TestDocuments.Content("1"), default)], DurabilityLevel.Filed, new IdempotentRequest(RequestKey.Of("anonymous", "k"), default), default).AsTask();
}
