using DocService.Storage.Engine.Requests;
using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Requests;

/// <summary>Requests with keys on a simulated disk: carried out once, across restarts, files, damage and failed syncs.</summary>
public sealed class RememberedRequestsTests
{
    private const string Folder = JournalTest.Data + "/requests";

    private static readonly DocumentOperation[] PutA = [Put("a", "1")];

    private SimulatedFileSystem _disk = new();

    [Fact]
    public async Task Commit_AgainAfterACleanStop_IsReplayedFromAFile()
    {
        CommitResult first;
        await using (DocumentStore store = JournalTest.Open(_disk))
        {
            first = await OnceAsync(store, "k", PutA);
        }

        Assert.Contains(Folder + "/00000001.requests", _disk.Disk.Tree());
        await using DocumentStore again = JournalTest.Open(_disk);
        Assert.Equal(0, again.Status.Requests!.Unfiled);
        AssertReplayed(first, await OnceAsync(again, "k", PutA));
        Assert.Equal(first.Sequence, again.Status.DurableThrough);
    }

    [Fact]
    public async Task Commit_AgainAfterAKill_IsReplayedFromTheJournal()
    {
        DocumentStore store = JournalTest.Open(_disk);
        CommitResult first = await OnceAsync(store, "k", [Put("a", "1"), new DeleteOperation(DocumentKey.Create("b"), default)]);
        CommitResult nothing = await OnceAsync(store, "n", [new DeleteOperation(DocumentKey.Create("b"), default)]);
        _disk = _disk.Kill();
        await store.DisposeAsync();

        await using DocumentStore again = JournalTest.Open(_disk);
        AssertReplayed(first, await OnceAsync(again, "k", [Put("a", "1"), new DeleteOperation(DocumentKey.Create("b"), default)]));
        AssertReplayed(nothing, await OnceAsync(again, "n", [new DeleteOperation(DocumentKey.Create("b"), default)]));
        Assert.Equal(WriteStatus.NotFound, nothing.Results[0].Status);
    }

    [Fact]
    public async Task Commit_OfManySegments_EveryKeyIsFoundAndTheJournalLetsGo()
    {
        var sequences = new Dictionary<string, long>();
        await using (DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing))
        {
            for (int number = 0; number < 60; number++)
            {
                string json = JournalTest.Json(10_000, (char)('a' + (number % 26)));
                sequences[$"k{number}"] = (await OnceAsync(store, $"k{number}", [Put($"d{number % 3}", json)])).Sequence;
            }
        }

        Assert.True(_disk.Segments().Length <= 4, "the journal keeps what is filed");
        await using DocumentStore again = JournalTest.Open(_disk);
        foreach ((string key, long sequence) in sequences)
        {
            FoundRequest? found = await again.FindRequestAsync(KeyOf(key), default);
            Assert.Equal(sequence, found!.Request.Sequence);
        }

        Assert.Null(await again.FindRequestAsync(KeyOf("k60"), default));
    }

    [Fact]
    public async Task Commit_AnotherFingerprint_IsRefused()
    {
        await using DocumentStore store = JournalTest.Open(_disk);
        await OnceAsync(store, "k", PutA);
        await Assert.ThrowsAsync<RequestKeyReusedException>(() => OnceAsync(store, "k", [Put("a", "2")], fingerprint: 2));
        Assert.Equal(1, store.Status.Requests!.Reused);
        Assert.Equal("1", await store.ReadAsync("a"));
    }

    [Fact]
    public async Task Commit_RefusedByACondition_IsNotRemembered()
    {
        await using DocumentStore store = JournalTest.Open(_disk);
        DocumentOperation[] conditional = [new PutOperation(DocumentKey.Create("a"), TestDocuments.Content("1"), new Conditions { IfMatch = VersionMatch.Any })];
        CommitResult failed = await OnceAsync(store, "k", conditional);
        Assert.False(failed.IsCommitted);
        Assert.Null(await store.FindRequestAsync(KeyOf("k"), default));
        await store.PutAsync("a", "0");
        Assert.Null((await OnceAsync(store, "k", conditional)).Replayed);
    }

    [Fact]
    public async Task Commit_TwoHundredAtOnceWithOneKey_OneIsApplied()
    {
        await using DocumentStore store = JournalTest.Open(_disk);
        CommitResult[] results = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => OnceAsync(store, "k", PutA))));
        Assert.Single(results, static result => result.Replayed is null);
        Assert.Single(results.Select(static result => result.Sequence).Distinct());
    }

    [Fact]
    public async Task Commit_TheFirstIsUnderWay_WaitsForItAndIsThenRefused()
    {
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Options with { BusyTimeout = TimeSpan.FromMilliseconds(50) });
        using CallGate gate = _disk.BlockCall(JournalTest.IsGroupSync);
        Task<CommitResult> first = Task.Run(() => OnceAsync(store, "k", PutA));
        await gate.Reached;
        await Assert.ThrowsAsync<RequestInProgressException>(() => OnceAsync(store, "k", PutA));
        await Assert.ThrowsAsync<RequestInProgressException>(() => store.FindRequestAsync(KeyOf("k"), default).AsTask());
        gate.Release();
        Assert.Equal((await first).Sequence, (await OnceAsync(store, "k", PutA)).Sequence);
    }

    [Fact]
    public async Task Commit_ItsSyncFails_TheKeySaysThatTheOutcomeIsUnknown()
    {
        DocumentStore store = JournalTest.Open(_disk);
        _disk.FailCall(1, Errno.EIO, where: JournalTest.IsGroupSync);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => OnceAsync(store, "k", PutA));
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => OnceAsync(store, "k", PutA));
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => store.FindRequestAsync(KeyOf("k"), default).AsTask());
        await Assert.ThrowsAsync<StoreFencedException>(() => OnceAsync(store, "other", PutA));
        Assert.Null(await store.FindRequestAsync(KeyOf("other"), default));
        await store.DisposeAsync();
    }

    [Fact]
    public async Task Commit_TheStoreIsFencedLater_ReplaysWhatWasDone()
    {
        DocumentStore store = JournalTest.Open(_disk);
        CommitResult first = await OnceAsync(store, "k", PutA);
        _disk.FailCall(1, Errno.EIO, where: JournalTest.IsGroupSync);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => store.PutAsync("b", "1", DurabilityLevel.Durable));
        AssertReplayed(first, await OnceAsync(store, "k", PutA));
        await store.DisposeAsync();
    }

    [Fact]
    public async Task Opening_AFileIsDamaged_UnknownKeysAreAnsweredHonestly()
    {
        await using (DocumentStore store = JournalTest.Open(_disk))
        {
            await OnceAsync(store, "lost", PutA);
        }

        await using (DocumentStore store = JournalTest.Open(_disk))
        {
            await OnceAsync(store, "kept", PutA);
        }

        string path = Folder + "/00000001.requests";
        byte[] bytes = _disk.Disk.Read(path);
        bytes[RequestFileHeader.Bytes + 60] ^= 1;
        _disk.Disk.Write(path, bytes);

        Assert.Contains(StoreVerification.Run(_disk, JournalTest.Data).Damage, damage => damage.File == "requests/00000001.requests");
        await using DocumentStore again = JournalTest.Open(_disk);
        Assert.NotNull((await OnceAsync(again, "kept", PutA)).Replayed);
        await Assert.ThrowsAsync<RequestsUnknownException>(() => OnceAsync(again, "lost", PutA));
        await Assert.ThrowsAsync<RequestsUnknownException>(() => OnceAsync(again, "new", PutA));
        Assert.Contains("00000001.requests", again.Status.Requests!.Damage, StringComparison.Ordinal);
        await again.PutAsync("without", "1");
    }

    [Theory]
    [InlineData(1)] // the header of a file
    [InlineData(4096)] // its first entry
    [InlineData(0)] // the whole file
    public async Task Opening_TheNewestFileIsDamaged_UnknownKeysAreAnsweredHonestly(int offset)
    {
        await using (DocumentStore store = JournalTest.Open(_disk))
        {
            await OnceAsync(store, "lost", PutA);
        }

        await JournalTest.Open(_disk).DisposeAsync(); // from now on the journal does not have it any more
        string path = Folder + "/00000001.requests";
        byte[] bytes = _disk.Disk.Read(path);
        if (offset == 0)
        {
            bytes = [];
        }
        else
        {
            bytes[offset + 8] ^= 1;
        }

        _disk.Disk.Write(path, bytes);
        await using DocumentStore again = JournalTest.Open(_disk);
        await Assert.ThrowsAsync<RequestsUnknownException>(() => OnceAsync(again, "lost", PutA));
    }

    [Fact]
    public async Task Opening_BehindTheLastSealLiesGarbage_IsNoDamage()
    {
        await using (DocumentStore store = JournalTest.Open(_disk))
        {
            await OnceAsync(store, "k", PutA);
        }

        string path = Folder + "/00000001.requests";
        byte[] garbage = new byte[10_000];
        new Random(1).NextBytes(garbage);
        _disk.Disk.Write(path, [.. _disk.Disk.Read(path), .. garbage]);
        await using (DocumentStore again = JournalTest.Open(_disk))
        {
            Assert.NotNull((await OnceAsync(again, "k", PutA)).Replayed);
            Assert.Null((await OnceAsync(again, "new", PutA)).Replayed);
            Assert.Null(again.Status.Requests!.Damage);
        }

        Assert.Empty(StoreVerification.Run(_disk, JournalTest.Data).Damage);
    }

    [Fact]
    public async Task Opening_TheLastSealIsDamagedAndTheJournalHasLetGo_KeepsTheKeysBehindItAndTakesNoneForNew()
    {
        CommitResult first;
        await using (DocumentStore store = JournalTest.Open(_disk))
        {
            first = await OnceAsync(store, "k", PutA);
        }

        await JournalTest.Open(_disk).DisposeAsync(); // from now on the journal does not have it any more
        DamageLastSeal();
        Assert.Contains(StoreVerification.Run(_disk, JournalTest.Data).Damage, damage => damage.File == "requests/00000001.requests");
        for (int start = 0; start < 2; start++)
        {
            await using DocumentStore again = JournalTest.Open(_disk);
            AssertReplayed(first, await OnceAsync(again, "k", PutA));
            await Assert.ThrowsAsync<RequestsUnknownException>(() => OnceAsync(again, "new", PutA));
        }
    }

    [Fact]
    public async Task Opening_ThereIsNoRoomToFileALoss_NoKeyIsTakenForNew()
    {
        CommitResult first;
        await using (DocumentStore store = JournalTest.Open(_disk))
        {
            first = await OnceAsync(store, "k", PutA);
        }

        await JournalTest.Open(_disk).DisposeAsync(); // from now on the journal does not have it any more
        DamageLastSeal();
        _disk.FailCall(1, Errno.ENOSPC, forever: true, where: static call => call.Kind == CallKind.Write && call.Path.StartsWith(Folder, StringComparison.Ordinal));
        await using DocumentStore again = JournalTest.Open(_disk);
        AssertReplayed(first, await OnceAsync(again, "k", PutA));
        await Assert.ThrowsAsync<RequestsUnknownException>(() => OnceAsync(again, "new", PutA));
    }

    [Fact]
    public async Task Opening_TheLastSealIsDamagedAndTheJournalHasTheRequests_FilesThemAgain()
    {
        CommitResult first;
        await using (DocumentStore store = JournalTest.Open(_disk))
        {
            first = await OnceAsync(store, "k", PutA);
        }

        DamageLastSeal();
        Assert.Empty(StoreVerification.Run(_disk, JournalTest.Data).Damage);
        await using DocumentStore again = JournalTest.Open(_disk);
        AssertReplayed(first, await OnceAsync(again, "k", PutA));
        Assert.Null((await OnceAsync(again, "new", PutA)).Replayed);
        Assert.Null(again.Status.Requests!.Damage);
    }

    [Fact]
    public async Task Salvage_OfADamagedJournal_KeepsTheKeysThatItCanRead()
    {
        DocumentStore store = JournalTest.Open(_disk);
        CommitResult kept = await OnceAsync(store, "kept", PutA);
        await OnceAsync(store, "lost", [Put("b", "1")]);
        await OnceAsync(store, "behind", [Put("c", "1")]);
        _disk = _disk.Kill();
        await store.DisposeAsync();
        _disk.Disk.FlipBit(JournalTest.PathOf("00000001.journal"), (2 * JournalTest.Block) + 100, 0); // each commit is a group of its own
        await using (DocumentStore damaged = JournalTest.Open(_disk))
        {
            await Assert.ThrowsAsync<JournalDamagedException>(() => OnceAsync(damaged, "kept", PutA));
        }

        Assert.True(DocumentStore.Salvage(_disk, JournalTest.Options, TimeProvider.System).WasDamaged);
        await using DocumentStore again = JournalTest.Open(_disk);
        AssertReplayed(kept, await OnceAsync(again, "kept", PutA));
        Assert.NotNull((await OnceAsync(again, "behind", [Put("c", "1")])).Replayed);
        await Assert.ThrowsAsync<RequestsUnknownException>(() => OnceAsync(again, "lost", [Put("b", "1")]));
    }

    [Fact]
    public async Task Opening_TheDirectoryOfRequestsWasRemoved_ForgetsAndGoesOn()
    {
        await using (DocumentStore store = JournalTest.Open(_disk))
        {
            await OnceAsync(store, "k", PutA);
        }

        await JournalTest.Open(_disk).DisposeAsync(); // the journal does not have it any more
        _disk.Disk.Remove(Folder + "/00000001.requests");
        _disk.Disk.Remove(Folder);
        await using DocumentStore again = JournalTest.Open(_disk);
        Assert.Null((await OnceAsync(again, "k", PutA)).Replayed);
    }

    [Fact]
    public async Task Opening_AnOlderJournalWasPutBack_NoKeyIsTakenForNew()
    {
        await using (DocumentStore store = JournalTest.Open(_disk))
        {
            await OnceAsync(store, "first", PutA);
        }

        SimulatedFileSystem older = _disk.Kill();
        await using (DocumentStore store = JournalTest.Open(_disk))
        {
            await OnceAsync(store, "second", PutA);
        }

        older.Disk.Write(Folder + "/00000002.requests", _disk.Disk.Read(Folder + "/00000002.requests"));
        for (int start = 0; start < 3; start++)
        {
            await using DocumentStore again = JournalTest.Open(older);
            Assert.NotNull((await OnceAsync(again, "first", PutA)).Replayed);
            await Assert.ThrowsAsync<RequestsUnknownException>(() => OnceAsync(again, "second", PutA));
            await Assert.ThrowsAsync<RequestsUnknownException>(() => OnceAsync(again, "new", PutA));
            Assert.NotNull(again.Status.Requests!.Damage);
            for (int write = 0; write < 5; write++)
            {
                await again.PutAsync("b", "1"); // the log goes on beyond what the other one had
            }
        }
    }

    private void DamageLastSeal()
    {
        const string Path = Folder + "/00000001.requests";
        _disk.Disk.FlipBit(Path, _disk.Disk.Read(Path).Length - RequestFileHeader.Bytes + 20, 0);
    }

    private static RequestKey KeyOf(string key) => RequestKey.Of("anonymous", key);

    private static PutOperation Put(string id, string json) => new(DocumentKey.Create(id), TestDocuments.Content(json), default);

    private static Task<CommitResult> OnceAsync(DocumentStore store, string key, DocumentOperation[] operations, byte fingerprint = 1) =>
        store.CommitAsync(operations, DurabilityLevel.Durable, new IdempotentRequest(KeyOf(key), Sha256Digest.Of([fingerprint])), default).AsTask().SoonAsync();

    private static void AssertReplayed(CommitResult first, CommitResult second)
    {
        Assert.Null(first.Replayed);
        Assert.NotNull(second.Replayed);
        Assert.True(second.IsCommitted);
        Assert.Equal(first.Sequence, second.Sequence);
        Assert.Equal(first.Results.Select(static result => (result.Status, result.Sequence)), second.Results.Select(static result => (result.Status, result.Sequence)));
    }
}
