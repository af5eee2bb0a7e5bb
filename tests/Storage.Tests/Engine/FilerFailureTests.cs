using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine;

/// <summary>When documents cannot be filed: the journal keeps them, and the state says what is known.</summary>
public sealed class FilerFailureTests : IAsyncLifetime
{
    private readonly SimulatedFileSystem _disk = new();
    private DocumentStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = JournalTest.Open(_disk);
        await _store.PutAsync("old", "1", DurabilityLevel.Filed).SoonAsync();
    }

    public async Task DisposeAsync()
    {
        _disk.ClearFaults();
        await _store.DisposeAsync();
        Assert.Equal(0, _disk.OpenHandles);
    }

    [Theory]
    [InlineData(CallKind.Create, 5)] // EIO
    [InlineData(CallKind.Create, 24)] // EMFILE
    [InlineData(CallKind.Write, 5)]
    [InlineData(CallKind.Rename, 5)]
    [InlineData(CallKind.Rename, 28)] // ENOSPC
    [InlineData(CallKind.Rename, 18)] // EXDEV
    internal async Task File_StepWithoutLastingEffectFails_IsTriedAgainAndServedMeanwhile(CallKind kind, int error)
    {
        Fault fault = _disk.FailCall(1, (Errno)error, forever: true, where: call => call.Kind == kind && JournalTest.IsInDocuments(call));
        WriteResult put = await _store.PutAsync("old", "2", DurabilityLevel.Durable).SoonAsync();
        await JournalTest.UntilAsync(() => fault.Matched >= 2, "it is tried again");

        Assert.Equal((Errno)error == Errno.ENOSPC ? StoreState.ReadOnly : StoreState.Ready, _store.Status.State);
        Assert.NotNull(_store.Status.FilingObstacle);
        Assert.Equal("2", await _store.ReadAsync("old"));
        Assert.True(_store.Status.FiledThrough < put.Sequence);
        _disk.ClearFaults();

        await JournalTest.UntilAsync(() => _store.Status.FiledThrough == put.Sequence && _store.Status.FilingObstacle is null, "it is filed");
        Assert.Equal("2", await _store.ReadAsync("old"));
        Assert.DoesNotContain(_disk.Disk.Tree(), path => path.Contains(".tmp-", StringComparison.Ordinal));
        await JournalTest.UntilAsync(() => _store.Status.State == StoreState.Ready, "the state leaves by itself");
    }

    [Fact]
    public async Task File_DescriptorsRunOutWithManyFilesOpen_GoesOnWithFewer()
    {
        StoreOptions options = JournalTest.Options with { SegmentBytes = 1 << 20, JournalBytes = 4 << 20, ReserveBytes = 2 << 20, CommitBytesMax = 400_000 };
        await _store.DisposeAsync();
        _store = JournalTest.Open(_disk, options);
        await _store.PutAsync("first", "1", DurabilityLevel.Filed).SoonAsync();
        int handlesMax = _disk.OpenHandles + 20;
        Fault fault = _disk.FailCall(1, Errno.EMFILE, forever: true, where: call => JournalTest.IsTempCreation(call) && _disk.OpenHandles >= handlesMax);

        CommitResult put = await _store.PutAllAsync(Enumerable.Range(0, 100).Select(n => $"d{n}"), "2", DurabilityLevel.Filed).SoonAsync();

        Assert.Equal(DurabilityLevel.Filed, put.Level);
        Assert.NotEqual(0, fault.Matched);
        Assert.Equal((StoreState.Ready, null), (_store.Status.State, _store.Status.FilingObstacle));
    }

    [Theory]
    [InlineData(CallKind.Write)]
    [InlineData(CallKind.Sync)]
    [InlineData(CallKind.Create)]
    internal async Task File_NoRoomForTheTemporaryFile_IsReadOnlyUntilThereIs(CallKind kind)
    {
        _ = _disk.FailCall(1, Errno.ENOSPC, forever: true, where: call => call.Kind == kind && JournalTest.IsInDocuments(call));
        await _store.PutAsync("doomed", "1", DurabilityLevel.Durable).SoonAsync();
        await JournalTest.UntilAsync(() => _store.Status.State == StoreState.ReadOnly, "it is read-only");
        Assert.Equal("1", await _store.ReadAsync("doomed"));

        // A delete is applied out of its turn: it needs no room, and makes some.
        await _store.DeleteAsync("old", DurabilityLevel.Durable).SoonAsync();
        await JournalTest.UntilAsync(() => !_disk.Disk.Tree().Any(path => path.EndsWith("/old.json", StringComparison.Ordinal)), "the delete is applied");
        Assert.Null(await _store.ReadAsync("old"));
        Assert.Equal(1, _store.Status.FiledThrough);

        // Once, however often the rest is tried again.
        int tried = Calls(kind, string.Empty);
        await JournalTest.UntilAsync(() => Calls(kind, string.Empty) >= tried + 3, "it goes on trying");
        Assert.Equal(1, Calls(CallKind.Unlink, "/old.json"));

        _disk.ClearFaults();
        await JournalTest.UntilAsync(() => _store.Status is { State: StoreState.Ready, PendingDocuments: 0 }, "it recovers by itself");
        Assert.Equal("1", await _store.ReadAsync("doomed"));
        Assert.Null(await _store.ReadAsync("old"));
    }

    /// <summary>One unreadable record kept all deletes from making room.</summary>
    [Fact]
    public async Task File_NoRoomAndOneDeletesRecordUnreadable_AppliesTheOthers()
    {
        await _store.PutAsync("old2", "1", DurabilityLevel.Filed).SoonAsync();
        _ = _disk.FailCall(1, Errno.ENOSPC, forever: true, where: call => call.Kind == CallKind.Create && JournalTest.IsInDocuments(call));
        await _store.PutAsync("doomed", "1", DurabilityLevel.Durable).SoonAsync();
        await JournalTest.UntilAsync(() => _store.Status.State == StoreState.ReadOnly, "it is read-only");
        long unreadable = 0;
        _ = _disk.FailCall(1, Errno.EIO, forever: true, where: call => call.Kind == CallKind.Read && JournalTest.IsInJournal(call) && call.Offset == Volatile.Read(ref unreadable));
        _disk.BeforeCall = call =>
        {
            if (JournalTest.IsGroupWrite(call))
            {
                Interlocked.CompareExchange(ref unreadable, call.Offset + RecordHeader.Bytes, 0);
            }
        };
        await _store.DeleteAsync("old", DurabilityLevel.Durable).SoonAsync();
        await _store.DeleteAsync("old2", DurabilityLevel.Durable).SoonAsync();

        await JournalTest.UntilAsync(() => Calls(CallKind.Unlink, "/old2.json") == 1, "the readable one is applied");
        Assert.Equal(0, Calls(CallKind.Unlink, "/old.json"));
        Assert.Equal(StoreState.ReadOnly, _store.Status.State);
        _disk.ClearFaults();
        await JournalTest.UntilAsync(() => _store.Status is { State: StoreState.Ready, PendingDocuments: 0 }, "it recovers by itself");
    }

    [Theory]
    [InlineData(CallKind.Sync, 5)]
    [InlineData(CallKind.Sync, 30)] // EROFS
    [InlineData(CallKind.SyncDirectory, 5)]
    [InlineData(CallKind.SyncDirectory, 28)]
    internal async Task File_SyncFails_FencesAndIsNeverTriedAgain(CallKind kind, int error)
    {
        Fault fault = _disk.FailCall(1, (Errno)error, where: call => call.Kind == kind && JournalTest.IsInDocuments(call));
        WriteResult put = await _store.PutAsync("old", "2", DurabilityLevel.Filed).SoonAsync();

        Assert.Equal(DurabilityLevel.Durable, put.Level);
        await JournalTest.UntilAsync(() => _store.Status.State == StoreState.Fenced, "it is fenced");
        Assert.Equal("2", await _store.ReadAsync("old"));
        await Assert.ThrowsAsync<StoreFencedException>(() => _store.PutAsync("b", "1", DurabilityLevel.Durable).SoonAsync());
        Assert.True(_store.Status.FiledThrough < put.Sequence);
        SimulatedFileSystem killed = _disk.Kill();
        CrashPoint cut = _disk.CrashNow();
        await _store.DisposeAsync();
        Assert.Equal(1, fault.Matched);

        foreach (SimulatedFileSystem disk in cut.States(seed: 3, budget: 15).Select(state => state.Open()).Prepend(killed))
        {
            await using DocumentStore reopened = JournalTest.Open(disk);
            Assert.Equal("2", await reopened.ReadAsync("old"));
            await JournalTest.UntilAsync(() => reopened.Status.FiledThrough >= put.Sequence, "it is filed");
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(28)]
    public async Task File_SyncOfTheQuarantineFails_Fences(int error)
    {
        _disk.Disk.Overwrite(_disk.Disk.Tree().Single(path => path.EndsWith("/old.json", StringComparison.Ordinal)), 0, "garbage"u8);
        Fault fault = _disk.FailCall(1, (Errno)error, where: call => call.Kind == CallKind.SyncDirectory && call.Path == "/data/quarantine");
        await _store.PutAsync("old", "2", DurabilityLevel.Durable).SoonAsync();
        await JournalTest.UntilAsync(() => fault.Fired && (_store.Status.State == StoreState.Fenced || fault.Matched > 1), "it is fenced");
        Assert.Equal((StoreState.Fenced, 1), (_store.Status.State, fault.Matched));
        Assert.Equal("2", await _store.ReadAsync("old"));
    }

    [Fact]
    public async Task Write_FreeSpaceCannotBeAsked_IsAnAnswerOfTheFamily()
    {
        _ = _disk.FailCall(1, Errno.EIO, forever: true, where: call => call.Kind == CallKind.GetFreeSpace);
        await JournalTest.UntilAsync(
            () =>
            {
                Task<WriteResult> put = _store.PutAsync("a", "1", DurabilityLevel.Durable);
                Exception? failure = Record.ExceptionAsync(() => put.SoonAsync()).GetAwaiter().GetResult();
                Assert.True(failure is null or StoreException, $"{failure}");
                return _disk.Log.Take().Any(call => call is { Kind: CallKind.GetFreeSpace, Error: not null });
            },
            "it asks");
    }

    [Fact]
    public async Task File_JournalDamagedUnderneath_ServesNoGarbage()
    {
        _ = _disk.FailCall(1, Errno.EIO, forever: true, where: JournalTest.IsTempCreation);
        await _store.PutAsync("victim", "\"victim\"", DurabilityLevel.Durable).SoonAsync();
        byte[] needle = "\"victim\""u8.ToArray();
        foreach (string name in _disk.Segments())
        {
            byte[] bytes = _disk.Disk.Read(JournalTest.PathOf(name));
            int at = bytes.AsSpan().IndexOf(needle);
            if (at > 0)
            {
                _disk.Disk.FlipBit(JournalTest.PathOf(name), at + 2, 1);
            }
        }

        await Assert.ThrowsAsync<DocumentCorruptException>(() => _store.ReadAsync("victim"));
        Assert.Equal("1", await _store.ReadAsync("old"));
    }

    private int Calls(CallKind kind, string end) =>
        _disk.Log.Take().Count(call => call.Kind == kind && JournalTest.IsInDocuments(call) && call.Path.EndsWith(end, StringComparison.Ordinal));
}
