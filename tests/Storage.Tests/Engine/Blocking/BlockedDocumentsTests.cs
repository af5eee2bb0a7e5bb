using DocService.Storage.Documents;
using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Blocking;

/// <summary>Documents that cannot be filed hold up nobody but themselves.</summary>
public sealed class BlockedDocumentsTests : IAsyncLifetime
{
    private readonly SimulatedFileSystem _disk = new();
    private DocumentStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = JournalTest.Open(_disk, JournalTest.Sealing with { JournalBytes = 64 * JournalTest.SegmentBytes, BusyTimeout = TimeSpan.FromSeconds(2) });
        await _store.PutAsync("stuck", "1", DurabilityLevel.Filed).SoonAsync();
    }

    public async Task DisposeAsync()
    {
        _disk.BeforeCall = null;
        _disk.ClearFaults();
        await _store.DisposeAsync();
        Assert.Equal(0, _disk.OpenHandles);
    }

    /// <summary>One directory that could not be written stopped filing for all, and nobody's <c>filed</c> came.</summary>
    [Theory]
    [InlineData(CallKind.Create, Errno.EACCES)]
    [InlineData(CallKind.Create, Errno.EPERM)]
    [InlineData(CallKind.Write, Errno.EIO)]
    [InlineData(CallKind.Rename, Errno.EISDIR)]
    [InlineData(CallKind.Rename, Errno.EPERM)]
    internal async Task File_OneDirectoryTakesNothing_OthersAreFiledAndItIsNamed(CallKind kind, Errno error)
    {
        Fault fault = _disk.FailCall(1, error, forever: true, where: call => call.Kind == kind && IsIn(call, "stuck"));
        WriteResult stuck = await _store.PutAsync("stuck", "2", DurabilityLevel.Filed).SoonAsync();
        Assert.Equal(DurabilityLevel.Durable, stuck.Level);
        for (int n = 0; n < 20; n++)
        {
            Assert.Equal(DurabilityLevel.Filed, (await _store.PutAsync(Elsewhere(n), $"{n}", DurabilityLevel.Filed).SoonAsync()).Level);
        }

        JournalStatus status = _store.Status;
        Assert.Equal((StoreState.Ready, 1), (status.State, status.PendingDocuments));
        Assert.StartsWith($"1 document in docs/{Directory("stuck")} cannot be filed: ", status.FilingObstacle, StringComparison.Ordinal);
        Assert.Contains($"{error}", status.FilingObstacle, StringComparison.Ordinal);
        Assert.True(status.FiledThrough < stuck.Sequence);
        Assert.Equal("2", await _store.ReadAsync("stuck"));
        await JournalTest.UntilAsync(() => fault.Matched > 2, "it is tried again");

        _disk.ClearFaults();
        await JournalTest.UntilAsync(() => _store.Status is { PendingDocuments: 0, FilingObstacle: null } now && now.FiledThrough == now.DurableThrough, "it is filed");
        Assert.DoesNotContain(_disk.Disk.Tree(), path => path.Contains(".tmp-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task File_BlockedDocumentWrittenOnceMore_TheNewerVersionIsFiledWhenItIsFreed(bool isDelete)
    {
        _ = _disk.FailCall(1, Errno.EACCES, forever: true, where: call => call.Kind is CallKind.Create or CallKind.Unlink && IsIn(call, "stuck"));
        await _store.PutAsync("stuck", "2", DurabilityLevel.Filed).SoonAsync();
        WriteResult last = isDelete ? await _store.DeleteAsync("stuck", DurabilityLevel.Filed).SoonAsync() : await _store.PutAsync("stuck", "3", DurabilityLevel.Filed).SoonAsync();
        Assert.Equal(DurabilityLevel.Durable, last.Level);
        string? expected = isDelete ? null : "3";
        Assert.Equal(expected, await _store.ReadAsync("stuck"));

        // A later record of the document holds it now, and the one before it is no longer needed.
        Assert.Equal(last.Sequence - 1, _store.Status.FiledThrough);
        foreach (SimulatedFileSystem after in _disk.CrashNow().States(seed: 5, budget: 10).Select(state => state.Open()))
        {
            await using DocumentStore reopened = JournalTest.Open(after);
            Assert.Equal(expected, await reopened.ReadAsync("stuck"));
        }

        _disk.ClearFaults();
        await JournalTest.UntilAsync(() => _store.Status.PendingDocuments == 0, "it is filed");
        Assert.Equal(expected, await _store.ReadAsync("stuck"));
        Assert.Equal(!isDelete, _disk.Disk.Tree().Any(path => path.EndsWith("/stuck.json", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task File_BatchWithOneBlockedDocument_IsFiledWhenThatOneIs()
    {
        await ReopenAsync(JournalTest.Sealing);
        _ = _disk.FailCall(1, Errno.EACCES, forever: true, where: call => call.Kind == CallKind.Create && IsIn(call, "stuck"));
        CommitResult batch = await _store.PutAllAsync(["stuck", Elsewhere(1), Elsewhere(2)], "2", DurabilityLevel.Durable).SoonAsync();
        await JournalTest.UntilAsync(() => _store.Status.PendingDocuments == 1, "all but one are filed");
        Assert.Equal(batch.Sequence - 1, _store.Status.FiledThrough);

        Task<CommitResult> next = _store.PutAllAsync(["stuck", Elsewhere(1)], "3", DurabilityLevel.Filed);
        await JournalTest.UntilAsync(() => _store.Status.DurableThrough > batch.Sequence, "it is durable");
        Assert.False(next.IsCompleted);
        _disk.ClearFaults();
        Assert.Equal(DurabilityLevel.Filed, (await next.SoonAsync()).Level);
    }

    /// <summary>Every wait for <c>filed</c> ended the pause before the next attempt.</summary>
    [Fact]
    public async Task File_BlockedWhileOthersAreFiled_IsTriedNoMoreOftenForThat()
    {
        Fault fault = _disk.FailCall(1, Errno.EACCES, forever: true, where: call => call.Kind == CallKind.Create && IsIn(call, "stuck"));
        await _store.PutAsync("stuck", "2", DurabilityLevel.Durable).SoonAsync();
        long started = TimeProvider.System.GetTimestamp();
        for (int n = 0; n < 200; n++)
        {
            await _store.PutAsync(Elsewhere(n % 20), $"{n}", DurabilityLevel.Filed).SoonAsync();
        }

        // 20 ms, 40, 80, 160, 320, 640, then one a second.
        Assert.InRange(fault.Matched, 1, 7 + (int)TimeProvider.System.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>A chunk that had failed was filed again each second up to the document that failed, and nothing behind that.</summary>
    [Fact]
    public async Task File_OneOfABatchDoesNotFit_TheOthersAreFiledOnceEach()
    {
        _ = _disk.FailCall(1, Errno.ENOSPC, forever: true, where: call => call.Kind == CallKind.Write && JournalTest.IsInDocuments(call) && call.Length > 5_000);
        Task<WriteResult> Put(int n) => _store.PutAsync(n == 0 ? "stuck" : Elsewhere(n), JournalTest.Json(n == 0 ? 6_000 : 100), DurabilityLevel.Durable);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(Put)).SoonAsync();
        await JournalTest.UntilAsync(() => _store.Status is { State: StoreState.ReadOnly, PendingDocuments: 1 }, "there is no room for one, and the others are filed");
        int before = _disk.Log.Count;
        await JournalTest.UntilAsync(() => Tried(before) >= 3, "it is tried again");
        Assert.DoesNotContain(_disk.Log.Take().Skip(before), call => call.Kind is CallKind.Rename && JournalTest.IsInDocuments(call));
        Assert.Equal(1, _store.Status.PendingDocuments);

        _disk.ClearFaults();
        await JournalTest.UntilAsync(() => _store.Status is { State: StoreState.Ready, PendingDocuments: 0, FilingObstacle: null }, "it recovers by itself");
    }

    /// <summary>Whatever the filer needs memory for is tried again; nothing is lost, and the store is not fenced.</summary>
    [Theory]
    [InlineData(CallKind.Read)]
    [InlineData(CallKind.Create)]
    [InlineData(CallKind.Write)]
    [InlineData(CallKind.Sync)]
    [InlineData(CallKind.Rename)]
    internal async Task File_MemoryRunsOut_TriesAgain(CallKind kind)
    {
        int left = 30;
        _disk.BeforeCall = call =>
        {
            if (call.Kind == kind && Thread.CurrentThread.Name!.StartsWith("docservice-file", StringComparison.Ordinal) && Interlocked.Decrement(ref left) >= 0)
            {
#pragma warning disable CA2201 // It is the runtime's, and that is what is told here.
                throw new OutOfMemoryException();
#pragma warning restore CA2201
            }
        };
        await _store.PutAllAsync(["stuck", .. Enumerable.Range(0, 10).Select(Elsewhere)], "2", DurabilityLevel.Durable).SoonAsync();
        await JournalTest.UntilAsync(() => _store.Status is { PendingDocuments: 0, FilingObstacle: null }, "all are filed");
        Assert.Equal(StoreState.Ready, _store.Status.State);
        Assert.True(left <= 0);
        Assert.Equal("2", await _store.ReadAsync("stuck"));
        Assert.DoesNotContain(_disk.Disk.Tree(), path => path.Contains(".tmp-", StringComparison.Ordinal));
    }

    /// <summary>Blocked documents take a bounded part of the journal; then writes into their directory are refused, and no others.</summary>
    [Fact]
    public async Task Put_BlockedDocumentsTakeTheirPartOfTheJournal_RefusesTheirDirectoryAlone()
    {
        await ReopenAsync(JournalTest.Sealing);
        _ = _disk.FailCall(1, Errno.EACCES, forever: true, where: call => call.Kind == CallKind.Create && IsIn(call, "stuck"));
        await _store.PutAsync("stuck", JournalTest.Json(9_000), DurabilityLevel.Durable).SoonAsync();
        await JournalTest.UntilAsync(() => _store.Status.FilingObstacle is not null, "it is blocked");

        var busy = await Assert.ThrowsAsync<StoreBusyException>(() => _store.PutAsync("stuck", "3", DurabilityLevel.Durable).SoonAsync());
        Assert.Contains($"docs/{Directory("stuck")}", busy.Message, StringComparison.Ordinal);
        Assert.Equal(DurabilityLevel.Filed, (await _store.PutAsync(Elsewhere(0), "1", DurabilityLevel.Filed).SoonAsync()).Level);

        _disk.ClearFaults();
        await JournalTest.UntilAsync(() => _store.Status.FilingObstacle is null, "it is filed");
        await _store.PutAsync("stuck", "3", DurabilityLevel.Durable).SoonAsync();
    }

    private async Task ReopenAsync(StoreOptions options)
    {
        await _store.DisposeAsync();
        _store = JournalTest.Open(_disk, options);
    }

    private int Tried(int before) => _disk.Log.Take().Skip(before).Count(call => call.Kind == CallKind.Write && IsIn(call, "stuck"));

    private static bool IsIn(SimulatedCall call, string id) => call.Path.StartsWith($"/data/docs/{Directory(id)}/", StringComparison.Ordinal);

    private static string Directory(string id) => DocumentPath.ShardName(DocumentPath.Of(DocumentKey.Create(id)).Shard);

    /// <summary>An id whose file stands in another directory.</summary>
    private static string Elsewhere(int n) => Enumerable.Range(0, 1000).Select(k => $"other{n}-{k}").First(id => Directory(id) != Directory("stuck"));
}
