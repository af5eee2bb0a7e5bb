using DocService.Storage.Documents;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Rules;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.History;

/// <summary>Versions that a rule keeps: where they are, who reads them, and when they go.</summary>
public sealed class KeptVersionTests
{
    private readonly SimulatedFileSystem _disk = new();

    [Fact]
    public async Task Read_AVersionThatIsKept_IsThereFromItsAcknowledgementOn()
    {
        await using DocumentStore store = KeepingStore.Open(_disk);
        using CallGate gate = _disk.BlockCall(JournalTest.IsTempCreation);
        long first = (await store.PutAsync("a", "1", DurabilityLevel.Durable).SoonAsync()).Sequence;
        await gate.Reached.SoonAsync();
        long second = (await store.PutAsync("a", "2", DurabilityLevel.Durable).SoonAsync()).Sequence;

        Assert.Equal(("1", "2"), (await store.ReadVersionAsync("a", first), await store.ReadVersionAsync("a", second)));
        gate.Release();
        await JournalTest.UntilAsync(() => store.Status.PendingDocuments == 0, "it is filed");

        Assert.Equal(("1", "2"), (await store.ReadVersionAsync("a", first), await store.ReadVersionAsync("a", second)));
        Assert.Equal([KeepingStore.FileOf("a", first), KeepingStore.FileOf("a", second)], _disk.VersionFiles());
    }

    [Fact]
    public async Task Read_WhatIsNotKept_IsNull()
    {
        bool isKept = false;
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing, new TestRule { Commit = draft => KeepIf(draft, isKept) });
        long plain = (await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync()).Sequence;
        Assert.Null(await store.ReadVersionAsync("a", plain));
        Assert.DoesNotContain(_disk.Disk.Tree(), path => path.StartsWith($"/data/{DataDirectory.VersionsName}/", StringComparison.Ordinal));

        isKept = true;
        long kept = (await store.PutAsync("a", "2", DurabilityLevel.Filed).SoonAsync()).Sequence;
        Assert.Equal("2", await store.ReadVersionAsync("a", kept));
        Assert.Null(await store.ReadVersionAsync("a", kept + 1));
        Assert.Null(await store.ReadVersionAsync("b", kept));
        Assert.Null(await store.ReadVersionAsync("a", plain));
    }

    [Fact]
    public async Task Info_OfAKeptVersion_SaysHowManyAreKept()
    {
        await using (DocumentStore store = KeepingStore.Open(_disk))
        {
            WriteResult put = await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
            Assert.Equal(KeepingStore.Versions, put.Document!.Keep);
            Assert.Equal(put.Document, await store.ReadInfoAsync("a"));
            using StoredDocument? version = await store.OpenVersionAsync(DocumentKey.Create("a"), put.Sequence, null, default);
            Assert.Equal(put.Document, version!.Info);
        }

        await using DocumentStore reopened = JournalTest.Open(_disk);
        Assert.Equal(KeepingStore.Versions, (await reopened.ReadInfoAsync("a"))!.Keep);
    }

    [Fact]
    public async Task Delete_ADocumentWithVersions_LeavesThem()
    {
        await using DocumentStore store = KeepingStore.Open(_disk);
        long[] versions = [await PutAsync(store, "1"), await PutAsync(store, "2")];
        await store.DeleteAsync("a", DurabilityLevel.Filed).SoonAsync();

        Assert.Null(await store.ReadAsync("a"));
        Assert.Equal(("1", "2"), (await store.ReadVersionAsync("a", versions[0]), await store.ReadVersionAsync("a", versions[1])));
    }

    /// <summary>An end is of a version: what is absent for everybody is absent as a version too.</summary>
    [Fact]
    public async Task Read_AVersionThatHasEnded_IsNull()
    {
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing, new TestRule
        {
            Commit = draft =>
            {
                KeepingStore.KeepAll(draft);
                draft.ExpireAt(0, DateTimeOffset.UnixEpoch.AddYears(1));
            },
        });
        long version = await PutAsync(store, "1");
        Assert.Null(await store.ReadVersionAsync("a", version));
        Assert.Contains(KeepingStore.FileOf("a", version), _disk.VersionFiles());
    }

    [Fact]
    public async Task Read_LargeBody_IsReadByThePiece()
    {
        StoreOptions options = JournalTest.Sealing with { SegmentBytes = 4 << 20, JournalBytes = 16 << 20, ReserveBytes = 8 << 20, CommitBytesMax = 2 << 20 };
        await using DocumentStore store = KeepingStore.Open(_disk, options);
        string large = JournalTest.Json(1_000_000);
        long first = (await store.PutAsync("a", large, DurabilityLevel.Filed).SoonAsync()).Sequence;
        await store.PutAsync("a", "2", DurabilityLevel.Filed).SoonAsync();

        using (StoredDocument? document = await store.OpenVersionAsync(DocumentKey.Create("a"), first, null, default))
        {
            Assert.False(document!.IsWhole);
            await store.DropAsync("a", first);
            Assert.Equal(large.Length, (await document.ReadAllAsync()).Length); // it stays readable whatever becomes of it
        }

        Assert.Null(await store.ReadVersionAsync("a", first));
    }

    [Fact]
    public async Task Read_DamagedVersion_IsCorruptAndTheOthersAreNot()
    {
        await using DocumentStore store = KeepingStore.Open(_disk);
        long[] versions = [await PutAsync(store, "1"), await PutAsync(store, "2")];
        _disk.Disk.FlipBit(KeepingStore.FileOf("a", versions[0]), 30, 2);

        await Assert.ThrowsAsync<DocumentCorruptException>(() => store.ReadVersionAsync("a", versions[0]));
        Assert.Equal(("2", "2"), (await store.ReadVersionAsync("a", versions[1]), await store.ReadAsync("a")));
    }

    [Fact]
    public async Task Read_FileHoldsAnotherVersion_IsCorrupt()
    {
        await using DocumentStore store = KeepingStore.Open(_disk);
        long[] versions = [await PutAsync(store, "1"), await PutAsync(store, "2")];
        _disk.Disk.Swap(KeepingStore.FileOf("a", versions[0]), KeepingStore.FileOf("a", versions[1]));

        await Assert.ThrowsAsync<DocumentCorruptException>(() => store.ReadVersionAsync("a", versions[0]));
    }

    [Fact]
    public async Task Drop_AVersion_IsGoneForGoodAndTheDocumentStays()
    {
        await using DocumentStore store = KeepingStore.Open(_disk);
        long[] versions = [await PutAsync(store, "1"), await PutAsync(store, "2")];
        await store.DropAsync("a", versions);
        await store.DropAsync("a", [.. versions, 1]); // what is not there is dropped

        foreach (SimulatedFileSystem after in _disk.CrashNow().States(seed: 1, budget: 8).Select(state => state.Open()).Append(_disk.Kill()))
        {
            await using DocumentStore reopened = KeepingStore.Open(after);
            await JournalTest.UntilAsync(() => reopened.Status.PendingDocuments == 0, "everything is filed");
            Assert.Equal((null, null), (await reopened.ReadVersionAsync("a", versions[0]), await reopened.ReadVersionAsync("a", versions[1])));
            Assert.Equal("2", await reopened.ReadAsync("a"));
        }
    }

    /// <summary>What the next start would file once more is not dropped: it would come back.</summary>
    [Fact]
    public async Task Drop_WhatTheJournalMayFileAgain_IsLeftForLater()
    {
        await using DocumentStore store = KeepingStore.Open(_disk, JournalTest.Options); // nothing says durably that it is filed
        long version = await PutAsync(store, "1");
        var kept = new KeptVersion(DocumentKey.Create("a"), version);

        Assert.Equal([kept], await store.DropVersionsAsync([kept], default));
        Assert.Equal("1", await store.ReadVersionAsync("a", version));

        for (int n = 0; n < 2; n++)
        {
            await store.PutAsync("b", $"{n}", DurabilityLevel.Filed).SoonAsync(); // the second one's record tells that the first was filed
        }

        Assert.Empty(await store.DropVersionsAsync([kept], default));
        Assert.Null(await store.ReadVersionAsync("a", version));
    }

    [Fact]
    public async Task Drop_TheDirectorysSyncFails_FencesTheStore()
    {
        await using DocumentStore store = KeepingStore.Open(_disk);
        long version = await PutAsync(store, "1");
        var kept = new KeptVersion(DocumentKey.Create("a"), version);
        await JournalTest.UntilAsync(() => store.Status.FiledThrough == store.Status.DurableThrough, "it is filed");
        _ = _disk.FailCall(1, Errno.EIO, forever: true, where: call => call.Kind == CallKind.SyncDirectory && call.Path == KeepingStore.FolderOf("a"));

        await Assert.ThrowsAsync<StoreFencedException>(() => store.DropAsync("a", version));
        Assert.Equal(StoreState.Fenced, store.Status.State);
    }

    [Fact]
    public async Task Drop_AnUnlinkFails_SaysSoAndDropsNothing()
    {
        await using DocumentStore store = KeepingStore.Open(_disk);
        long version = await PutAsync(store, "1");
        _ = _disk.FailCall(1, Errno.EACCES, where: call => call.Kind == CallKind.Unlink && call.Path == KeepingStore.FileOf("a", version));

        await Assert.ThrowsAsync<StorageFaultException>(() => store.DropAsync("a", version));
        Assert.Equal("1", await store.ReadVersionAsync("a", version));
        Assert.Equal(StoreState.Ready, store.Status.State);
        await store.DropAsync("a", version);
    }

    /// <summary>The second name of the document's file goes, which changes the file's time of change: what is known of the file must stay right.</summary>
    [Fact]
    public async Task Drop_TheNewestVersion_TheDocumentIsReadAndWrittenAsBefore()
    {
        await using DocumentStore store = KeepingStore.Open(_disk);
        long version = await PutAsync(store, "1");
        for (int n = 0; n < 3; n++)
        {
            using StoredDocument? opened = await store.OpenAsync(DocumentKey.Create("a"), null, default);
        }

        await store.DropAsync("a", version);
        Assert.Equal("1", await store.ReadAsync("a"));
        using (StoredDocument? again = await store.OpenAsync(DocumentKey.Create("a"), null, default))
        {
            Assert.Equal(version, again!.Info.Version);
        }

        WriteResult put = await store.PutAsync(DocumentKey.Create("a"), TestDocuments.Content("2"), new Conditions { IfMatch = VersionMatch.Of(version) }, DurabilityLevel.Filed, default);
        Assert.Equal(WriteStatus.Replaced, put.Status);
        Assert.DoesNotContain(_disk.Disk.Tree(), path => path.StartsWith("/data/quarantine/", StringComparison.Ordinal) && !path.EndsWith('/'));
    }

    [Fact]
    public async Task Verify_VersionsAreRead_AndDamageIsNamed()
    {
        long[] versions;
        await using (DocumentStore store = KeepingStore.Open(_disk))
        {
            versions = [await PutAsync(store, "1"), await PutAsync(store, "2"), await PutAsync(store, "3")];
        }

        VerificationReport whole = StoreVerification.Run(_disk, JournalTest.Data);
        Assert.Empty(whole.Damage);
        Assert.Empty(whole.Remarks);
        Assert.Equal((1, 3), (whole.Documents, whole.Versions));

        _disk.Disk.FlipBit(KeepingStore.FileOf("a", versions[0]), 30, 2);
        _disk.Disk.Move(KeepingStore.FileOf("a", versions[1]), KeepingStore.FileOf("a", 77));
        _disk.Disk.Write($"{KeepingStore.FolderOf("a")}/notes.txt", "x"u8);
        VerificationReport report = StoreVerification.Run(_disk, JournalTest.Data);
        Assert.Equal(2, report.Damage.Count);
        Assert.Contains(report.Damage, damage => damage.File.EndsWith($".json.{versions[0]}", StringComparison.Ordinal));
        Assert.Contains(report.Damage, damage => damage.What.Contains("belongs in", StringComparison.Ordinal));
        Assert.Contains("notes.txt", Assert.Single(report.Remarks), StringComparison.Ordinal);
        Assert.Equal(1, report.Versions);
    }

    /// <summary>The place of the damage was 0 whatever it was, and a version that the device could not read was told as one of changed bytes.</summary>
    [Fact]
    public async Task Verify_DamagedAndUnreadableVersions_AreNamedWithTheirOffsets()
    {
        long[] versions;
        await using (DocumentStore store = KeepingStore.Open(_disk))
        {
            versions = [await PutAsync(store, JournalTest.Json(10_000, 'a')), await PutAsync(store, JournalTest.Json(10_000, 'b')), await PutAsync(store, "3")];
        }

        string flipped = KeepingStore.FileOf("a", versions[0]);
        string unreadable = KeepingStore.FileOf("a", versions[1]);
        int body = Array.IndexOf(_disk.Disk.Read(flipped), (byte)'\n') + 1;
        _disk.Disk.FlipBit(flipped, body + 9_000, 2);
        _ = _disk.FailCall(1, Errno.EIO, forever: true, where: call =>
            call.Kind == CallKind.Read && call.Path == unreadable && call.Offset <= 8192 && call.Offset + call.Length > 8192);

        IReadOnlyList<VerificationDamage> damage = StoreVerification.Run(_disk, JournalTest.Data).Damage;
        Assert.Equal(2, damage.Count);
        Assert.Contains(damage, one => one.File.EndsWith($".json.{versions[0]}", StringComparison.Ordinal) && one.Offset == body);
        Assert.Contains(damage, one => one.File.EndsWith($".json.{versions[1]}", StringComparison.Ordinal) && one.Offset == 8192 && one.What.Contains("cannot read", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("Users/42")]
    [InlineData("a.json.17")]
    public void Name_OfAVersion_IsTheDocumentsAndTheVersion(string id)
    {
        var path = DocumentPath.Of(DocumentKey.Create(id));
        Assert.Equal($"{path.Name}.17", path.OfVersion(17));
        Assert.True(DocumentPath.IsVersionName(path.OfVersion(999_999_999_999_999)));
        Assert.False(DocumentPath.IsVersionName(path.Name));
        Assert.False(DocumentPath.IsName(path.OfVersion(17)));
    }

    private static async Task<long> PutAsync(DocumentStore store, string json) => (await store.PutAsync("a", json, DurabilityLevel.Filed).SoonAsync()).Sequence;

    private static void KeepIf(DocService.Storage.Rules.CommitDraft draft, bool isKept)
    {
        if (isKept)
        {
            KeepingStore.KeepAll(draft);
        }
    }
}
