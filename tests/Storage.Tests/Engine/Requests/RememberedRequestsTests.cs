using DocService.Storage.Io;
using DocService.Storage.Requests;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;

namespace DocService.Storage.Tests.Engine.Requests;

/// <summary>Requests with keys on a simulated disk: carried out once, across restarts and failed syncs.</summary>
public sealed class RememberedRequestsTests : RequestTest
{
    [Fact]
    public async Task Commit_AgainAfterACleanStop_IsReplayedFromAFile()
    {
        CommitResult first;
        await using (DocumentStore store = JournalTest.Open(Disk))
        {
            first = await OnceAsync(store, "k", PutA);
        }

        Assert.Contains(Folder + "/00000001.requests", Disk.Disk.Tree());
        await using DocumentStore again = JournalTest.Open(Disk);
        Assert.Equal(0, again.Status.Requests!.Unfiled);
        AssertReplayed(first, await OnceAsync(again, "k", PutA));
        Assert.Equal(first.Sequence, again.Status.DurableThrough);
    }

    [Fact]
    public async Task Commit_AgainAfterAKill_IsReplayedFromTheJournal()
    {
        DocumentStore store = JournalTest.Open(Disk);
        CommitResult first = await OnceAsync(store, "k", [Put("a", "1"), new DeleteOperation(DocumentKey.Create("b"), default)]);
        CommitResult nothing = await OnceAsync(store, "n", [new DeleteOperation(DocumentKey.Create("b"), default)]);
        Disk = Disk.Kill();
        await store.DisposeAsync();

        await using DocumentStore again = JournalTest.Open(Disk);
        AssertReplayed(first, await OnceAsync(again, "k", [Put("a", "1"), new DeleteOperation(DocumentKey.Create("b"), default)]));
        AssertReplayed(nothing, await OnceAsync(again, "n", [new DeleteOperation(DocumentKey.Create("b"), default)]));
        Assert.Equal(WriteStatus.NotFound, nothing.Results[0].Status);
    }

    [Fact]
    public async Task Commit_OfManySegments_EveryKeyIsFoundAndTheJournalLetsGo()
    {
        var sequences = new Dictionary<string, long>();
        await using (DocumentStore store = JournalTest.Open(Disk, JournalTest.Sealing))
        {
            for (int number = 0; number < 60; number++)
            {
                string json = JournalTest.Json(10_000, (char)('a' + (number % 26)));
                sequences[$"k{number}"] = (await OnceAsync(store, $"k{number}", [Put($"d{number % 3}", json)])).Sequence;
            }
        }

        Assert.True(Disk.Segments().Length <= 4, "the journal keeps what is filed");
        await using DocumentStore again = JournalTest.Open(Disk);
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
        await using DocumentStore store = JournalTest.Open(Disk);
        await OnceAsync(store, "k", PutA);
        await Assert.ThrowsAsync<RequestKeyReusedException>(() => OnceAsync(store, "k", [Put("a", "2")], fingerprint: 2));
        Assert.Equal(1, store.Status.Requests!.Reused);
        Assert.Equal("1", await store.ReadAsync("a"));
    }

    [Fact]
    public async Task Commit_RefusedByACondition_IsNotRemembered()
    {
        await using DocumentStore store = JournalTest.Open(Disk);
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
        await using DocumentStore store = JournalTest.Open(Disk);
        CommitResult[] results = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => OnceAsync(store, "k", PutA))));
        Assert.Single(results, static result => result.Replayed is null);
        Assert.Single(results.Select(static result => result.Sequence).Distinct());
    }

    [Fact]
    public async Task Commit_TheFirstIsUnderWay_WaitsForItAndIsThenRefused()
    {
        await using DocumentStore store = JournalTest.Open(Disk, JournalTest.Options with { BusyTimeout = TimeSpan.FromMilliseconds(50) });
        using CallGate gate = Disk.BlockCall(JournalTest.IsGroupSync);
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
        DocumentStore store = JournalTest.Open(Disk);
        Disk.FailCall(1, Errno.EIO, where: JournalTest.IsGroupSync);
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
        DocumentStore store = JournalTest.Open(Disk);
        CommitResult first = await OnceAsync(store, "k", PutA);
        Disk.FailCall(1, Errno.EIO, where: JournalTest.IsGroupSync);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => store.PutAsync("b", "1", DurabilityLevel.Durable));
        AssertReplayed(first, await OnceAsync(store, "k", PutA));
        await store.DisposeAsync();
    }
}
