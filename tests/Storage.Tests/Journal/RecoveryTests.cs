using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Tests.Journal.Format;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Journal;

/// <summary>The truth table of recovery, end to end: forged journals are opened by the store.</summary>
public sealed class RecoveryTests
{
    public static TheoryData<BadForm> Forms => [.. Enum.GetValues<BadForm>()];

    [Fact]
    public async Task Open_UnfiledRecords_AreServedAndFiled()
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(id => new SegmentForge(id, 1).Put(1, "a", 0).Put(2, "b", 1).Delete(3, "a", 2));

        await using (DocumentStore store = JournalTest.Open(disk))
        {
            Assert.Null(await store.ReadAsync("a"));
            Assert.Equal("{\"v\":2}", await store.ReadAsync("b"));
            Assert.Equal(2, (await store.ReadInfoAsync("b"))!.Version);
            Assert.Equal((3, 0, 3), (store.Status.Recovery!.Records, store.Status.Recovery.DiscardedRecords, store.Status.Recovery.End));
            await JournalTest.UntilAsync(() => store.Status.FiledThrough == 3, "all is filed");
            Assert.Equal("{\"v\":2}", await store.ReadAsync("b"));
        }

        Assert.Single(disk.Disk.Tree(), path => path.StartsWith("/data/docs/", StringComparison.Ordinal) && path.EndsWith(".json", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Open_BadTailAboveW_KeepsTheEarlierDiscardsTheLaterAndSaysSo(BadForm form)
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(id =>
            new SegmentForge(id, 1).Put(1, "a", 0).Put(2, "b", 1).Put(3, "c", 1).Put(4, "d", 1).Spoil(3, form));

        await using DocumentStore store = JournalTest.Open(disk);

        Assert.Equal(StoreState.Ready, store.Status.State);
        Assert.Equal("{\"v\":1}", await store.ReadAsync("a"));
        Assert.Equal("{\"v\":2}", await store.ReadAsync("b"));
        Assert.Null(await store.ReadAsync("c"));
        Assert.Null(await store.ReadAsync("d"));
        Assert.Equal(form == BadForm.Payload ? 2 : 1, store.Status.Recovery!.DiscardedRecords); // the bad one where its header can be read, and the one behind it
        Assert.True((await store.PutAsync("c", "1", DurabilityLevel.Durable)).Sequence > 4);
    }

    /// <summary>Half a second of a clean start went into reading 64 MiB behind the seal that said there was nothing.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_AfterACleanStop_DoesNotReadWhatLiesBehind(bool isClean)
    {
        const int SegmentBytes = 8 << 20;
        StoreOptions options = JournalTest.Options with { SegmentBytes = SegmentBytes, JournalBytes = 4 * SegmentBytes, ReserveBytes = 2 * SegmentBytes };
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk, options);
        for (int n = 0; n < 3; n++)
        {
            await store.PutAsync($"d{n}", JournalTest.Json(10_000), DurabilityLevel.Filed).SoonAsync();
        }

        SimulatedFileSystem killed = disk.Kill();
        await store.DisposeAsync();
        SimulatedFileSystem found = isClean ? disk : killed;
        int before = found.Log.Count;
        await using DocumentStore reopened = JournalTest.Open(found, options);

        Assert.Equal(isClean, reopened.Status.Recovery!.WasCleanStop);
        Assert.Equal(JournalTest.Json(10_000), await reopened.ReadAsync("d2"));
        long read = found.Log.Take().Skip(before).Where(call => call.Kind == CallKind.Read && JournalTest.IsInJournal(call) && call.Name.EndsWith(".journal", StringComparison.Ordinal)).Sum(call => call.Length);
        Assert.InRange(read, isClean ? 1 << 20 : SegmentBytes, isClean ? 3 << 20 : SegmentBytes + (1 << 20));
    }

    [Fact]
    public async Task Open_BadRecordWithAValidOneBehindItInTheSameGroup_DiscardsBoth()
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(id =>
            new SegmentForge(id, 1).Put(1, "a", 0).Put(2, "b", 1, json: JournalTest.Json(JournalTest.Block)).Put(3, "c", 1, joins: true).Spoil(2, BadForm.Payload));

        await using DocumentStore store = JournalTest.Open(disk);

        Assert.Equal("{\"v\":1}", await store.ReadAsync("a"));
        Assert.Null(await store.ReadAsync("b"));
        Assert.Null(await store.ReadAsync("c"));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Open_BadRecordUpToW_ServesNothingAndNamesTheDamage(BadForm form)
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(
            id => new SegmentForge(id, 1).Put(1, "a", 0).Put(2, "b", 1).Put(3, "c", 2).Put(4, "d", 3).Spoil(2, form),
            id => new SegmentForge(id, 2, startsAfter: 4));
        string[] before = disk.Names();

        await using (DocumentStore store = JournalTest.Open(disk))
        {
            await AssertDamagedAsync(store);
            string reason = store.Status.Reason!;
            int offset = form is BadForm.Payload or BadForm.CutOff ? 8192 : 4264; // exact where the record says who it is
            Assert.Contains("/data/journal", reason, StringComparison.Ordinal);
            Assert.Contains($"00000001.journal from offset {offset}: commits 2 to", reason, StringComparison.Ordinal);
            Assert.Equal(form == BadForm.Payload, reason.Contains("named: b", StringComparison.Ordinal));
        }

        Assert.Equal(before, disk.Names());
        Assert.Equal(0, disk.OpenHandles);
    }

    [Fact]
    public async Task Open_NoSegmentAtAll_IsDamaged()
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync();
        await using DocumentStore store = JournalTest.Open(disk);
        await AssertDamagedAsync(store);
    }

    [Fact]
    public async Task Open_NewestHeaderDamaged_IsDamaged()
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(
            id => new SegmentForge(id, 1).Put(1, "a", 0),
            id => new SegmentForge(id, 2, startsAfter: 1).Put(2, "b", 1).SpoilHeader());
        await using DocumentStore store = JournalTest.Open(disk);
        await AssertDamagedAsync(store);
        Assert.Contains("00000002.journal", store.Status.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_OlderHeaderDamagedAndNotNeeded_IsReady()
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(
            id => new SegmentForge(id, 1).Put(1, "a", 0).SpoilHeader(),
            id => new SegmentForge(id, 2, startsAfter: 1, filed: 1).Put(2, "b", 1, filed: 1));
        await using DocumentStore store = JournalTest.Open(disk);
        Assert.Equal(StoreState.Ready, store.Status.State);
        Assert.Equal("{\"v\":2}", await store.ReadAsync("b"));
        Assert.DoesNotContain("00000001.journal", disk.Segments());
    }

    /// <summary>The start was refused as if the directory were unusable, and salvage with it.</summary>
    [Fact]
    public async Task Open_UnreadableBlockInASegmentWithUnfiledCommits_IsDamagedAndSalvageTakesTheRest()
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(id => new SegmentForge(id, 1).Put(1, "a", 0).Put(2, "b", 0).Put(3, "c", 0));
        FailBlock(disk, 2);
        await using (DocumentStore damaged = JournalTest.Open(disk))
        {
            Assert.Equal(StoreState.Damaged, damaged.Status.State);
            Assert.Contains("00000001.journal from offset 8192", damaged.Status.Reason!, StringComparison.Ordinal);
        }

        SalvageReport report = StoreSalvage.Run(disk, JournalTest.Options, TimeProvider.System);
        Assert.Contains("from offset 8192", Assert.Single(report.Lost), StringComparison.Ordinal);

        await using DocumentStore store = JournalTest.Open(disk);
        Assert.Equal(StoreState.Ready, store.Status.State);
        Assert.Equal("{\"v\":1}", await store.ReadAsync("a"));
    }

    [Fact]
    public async Task Open_UnreadableBlockWhereEverythingIsFiled_IsReady()
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(
            id => new SegmentForge(id, 1).Put(1, "a", 0),
            id => new SegmentForge(id, 2, startsAfter: 1, filed: 1).Put(2, "b", 1, filed: 1));
        FailBlock(disk, 1, "00000001.journal");

        await using DocumentStore store = JournalTest.Open(disk);

        Assert.Equal(StoreState.Ready, store.Status.State);
        Assert.Equal("{\"v\":2}", await store.ReadAsync("b"));
    }

    [Fact]
    public async Task Open_LaterSegmentVoidsRecordsOfAnEarlierOne_TheyNeverComeBack()
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(
            id => new SegmentForge(id, 1).Put(1, "a", 0).Put(2, "a", 1, json: "\"void\"").Put(3, "b", 1, json: "\"void\""),
            id => new SegmentForge(id, 2, startsAfter: 1, first: 4).Put(4, "c", 1));

        for (int opening = 0; opening < 3; opening++)
        {
            DocumentStore store = JournalTest.Open(disk);
            Assert.Equal("{\"v\":1}", await store.ReadAsync("a"));
            Assert.Null(await store.ReadAsync("b"));
            Assert.Equal("{\"v\":4}", await store.ReadAsync("c"));
            SimulatedFileSystem killed = disk.Kill();
            await store.DisposeAsync();
            disk = killed;
        }
    }

    [Fact]
    public async Task Open_ResurrectedSegmentWithADeletedDocument_KeepsItDeleted()
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(
            id => new SegmentForge(id, 1).Put(1, "a", 0).Delete(2, "a", 1),
            id => new SegmentForge(id, 5, startsAfter: 2, filed: 2).Seal(2, 2, 2));
        await using DocumentStore store = JournalTest.Open(disk);
        Assert.Null(await store.ReadAsync("a"));
        Assert.Equal(0, store.Status.Recovery!.Records);
    }

    [Fact]
    public async Task Open_Twice_GivesTheSame()
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(id =>
            new SegmentForge(id, 1).Put(1, "a", 0).Put(2, "b", 1).Put(3, "c", 2, joins: true).Put(4, "d", 2).Spoil(4, BadForm.Garbage));
        _ = disk.FailCall(1, Errno.EIO, forever: true, where: JournalTest.IsTempCreation);
        SimulatedFileSystem? killed = null;
        disk.BeforeCall = call =>
        {
            if (Volatile.Read(ref killed) is null && JournalTest.IsTempCreation(call))
            {
                _ = Interlocked.CompareExchange(ref killed, disk.Kill(), null); // before what cannot be filed is carried forward
            }
        };

        DocumentStore first = JournalTest.Open(disk);
        await JournalTest.UntilAsync(() => Volatile.Read(ref killed) is not null, "filing has begun");
        (int Records, long End) seen = (first.Status.Recovery!.Records, first.Status.Recovery.End);
        await first.DisposeAsync();
        await using DocumentStore second = JournalTest.Open(killed!);

        Assert.Equal(seen, (second.Status.Recovery!.Records, second.Status.Recovery.End));
        Assert.Equal("{\"v\":1}", await second.ReadAsync("a"));
        Assert.Equal("{\"v\":2}", await second.ReadAsync("b"));
        Assert.Equal("{\"v\":3}", await second.ReadAsync("c"));
        Assert.Null(await second.ReadAsync("d"));
    }

    [Fact]
    public async Task Open_TailLargerThanASegmentOfToday_IsRewrittenWhole()
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(id => new SegmentForge(id, 1)
            .Put(1, "a", 0, json: JournalTest.Json(25_000)).Put(2, "b", 0, json: JournalTest.Json(25_000)));
        await using DocumentStore store = JournalTest.Open(disk);
        Assert.Equal(JournalTest.Json(25_000), await store.ReadAsync("a"));
        Assert.Equal(JournalTest.Json(25_000), await store.ReadAsync("b"));
    }

    [Fact]
    public async Task Open_RecordOfALaterVersion_RefusesToStartAndLeavesNothingOpen()
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(id => new SegmentForge(id, 1).Put(1, "a", 0));
        string path = JournalTest.PathOf("00000001.journal");
        byte[] bytes = disk.Disk.Read(path);
        ulong salt = SegmentHeader.TryRead(bytes)!.Value.Salt;
        RecordBytes.SetMustUnderstand(bytes.AsSpan(JournalTest.Block), salt);
        disk.Disk.Write(path, bytes);

        _ = Assert.Throws<StoreFormatException>(() => JournalTest.Open(disk));
        Assert.Equal(0, disk.OpenHandles);
    }

    [Theory]
    [InlineData(0)] // in the tail that is written anew
    [InlineData(1)] // in a record that stays where it is
    public async Task Open_RecordReadsDifferentlyTheSecondTime_IsNeverGivenAFreshChecksum(long durable)
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(id =>
            new SegmentForge(id, 1).Put(1, "a", 0, json: "\"body of a\"").Seal(1, durable, 0));
        byte[] good = disk.Disk.Read(JournalTest.PathOf("00000001.journal"));
        int at = good.AsSpan().IndexOf("body of a"u8);
        bool isGone = false;
        disk.BeforeCall = call =>
        {
            // The scan reads the file from its start; whoever reads at an offset reads again.
            if (call is { Kind: CallKind.Read, Offset: > 0 } && JournalTest.IsInJournal(call) && !isGone)
            {
                isGone = true;
                disk.Disk.Overwrite(JournalTest.PathOf("00000001.journal"), at, "BODY OF A"u8);
            }
        };

        await using (DocumentStore store = JournalTest.Open(disk))
        {
            Assert.True(isGone);
            await AssertDamagedAsync(store);
        }

        Assert.Equal(0, disk.OpenHandles);
        Assert.Equal(["00000001.journal"], disk.Segments());
    }

    private static async Task AssertDamagedAsync(DocumentStore store)
    {
        Assert.Equal(StoreState.Damaged, store.Status.State);
        await Assert.ThrowsAsync<JournalDamagedException>(() => store.ReadAsync("a"));
        await Assert.ThrowsAsync<JournalDamagedException>(() => store.ReadInfoAsync("zzz"));
        await Assert.ThrowsAsync<JournalDamagedException>(() => store.PutAsync("zzz", "1"));
        await Assert.ThrowsAsync<JournalDamagedException>(() => store.DeleteAsync("a"));
        await Assert.ThrowsAsync<JournalDamagedException>(() => store.PutAllAsync(["y", "z"], "1", DurabilityLevel.Durable));
    }

    /// <summary>From now on the device cannot read that block of the segment.</summary>
    private static void FailBlock(SimulatedFileSystem disk, int block, string segment = "00000001.journal") => _ = disk.FailCall(
        1,
        Errno.EIO,
        forever: true,
        where: call => call.Kind == CallKind.Read && call.Path == JournalTest.PathOf(segment)
            && call.Offset < (block + 1) * JournalTest.Block && call.Offset + call.Length > block * JournalTest.Block);
}
