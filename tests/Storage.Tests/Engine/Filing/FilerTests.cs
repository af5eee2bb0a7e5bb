using System.Text;
using DocService.Storage.Documents;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Engine.Filing;

/// <summary>What the filer makes of published versions when nothing goes wrong.</summary>
public sealed class FilerTests
{
    [Fact]
    public async Task File_Document_TakesTheFourStepsInOrder()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        int before = disk.Log.Count;
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();

        CallKind[] kinds = [.. disk.Log.Take().Skip(before)
            .Where(call => JournalTest.IsInDocuments(call) && call.Kind is CallKind.Create or CallKind.Write or CallKind.Sync or CallKind.Rename or CallKind.SyncDirectory)
            .Where(JournalTest.IsInDocuments).Select(call => call.Kind)];
        Assert.Equal([CallKind.Create, CallKind.Write, CallKind.Sync, CallKind.Rename, CallKind.SyncDirectory], kinds);
    }

    [Fact]
    public async Task File_HotDocument_OnlyItsNewestVersionOnce()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        using CallGate gate = disk.BlockCall(JournalTest.IsTempCreation);
        await store.PutAsync("first", "1", DurabilityLevel.Durable).SoonAsync();
        await gate.Reached.SoonAsync();
        WriteResult last = null!;
        for (int n = 0; n < 12; n++)
        {
            last = await store.PutAsync("hot", $"{n}", DurabilityLevel.Durable).SoonAsync();
        }

        Assert.Equal("11", await store.ReadAsync("hot"));
        gate.Release();
        await JournalTest.UntilAsync(() => store.Status.FiledThrough == last.Sequence, "it is filed");

        Assert.Single(disk.Log.Take(), call => call.Kind == CallKind.Rename && call.TargetPath!.EndsWith("/hot.json", StringComparison.Ordinal));
        Assert.Equal((0, "11"), (store.Status.PendingDocuments, await store.ReadAsync("hot")));
        Assert.Equal(last.Sequence, (await store.ReadInfoAsync("hot"))!.Version);
    }

    [Fact]
    public async Task Filed_WhileOthersWriteWithoutPause_IsNotHeldUp()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk, JournalTest.Options with { JournalBytes = 256 * JournalTest.SegmentBytes });
        using var stop = new CancellationTokenSource();
        Task writing = WriteWithoutPauseAsync(store, 50, stop.Token);

        for (int n = 0; n < 20; n++)
        {
            Assert.Equal(DurabilityLevel.Filed, (await store.PutAsync("asked", $"{n}", DurabilityLevel.Filed).SoonAsync()).Level);
        }

        await stop.CancelAsync();
        await writing.SoonAsync();
    }

    /// <summary>Filing gives way to a writer who never pauses, but not for ever, and then all that was there is filed.</summary>
    [Fact]
    public async Task File_WhileAWriterNeverPauses_ComesInRounds()
    {
        var disk = new SimulatedFileSystem();
        StoreOptions options = JournalTest.Options with { JournalBytes = 64 * 1024L * JournalTest.SegmentBytes };
        await using DocumentStore store = DocumentStore.Open(disk, options, new FastClock(), NullLoggerFactory.Instance);
        using var stop = new CancellationTokenSource();
        Task writing = WriteWithoutPauseAsync(store, 50, stop.Token);

        for (int round = 0; round < 3; round++)
        {
            long there = store.Status.DurableThrough + 500;
            await JournalTest.UntilAsync(() => store.Status.DurableThrough >= there, "the writer goes on");
            await JournalTest.UntilAsync(() => store.Status.FiledThrough >= there, "what was there is filed");
        }

        Assert.False(writing.IsCompleted);
        await stop.CancelAsync();
        await writing.SoonAsync();
    }

    [Fact]
    public async Task File_DeleteAfterAPut_RemovesTheFileAndNeverShowsIt()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        using CallGate gate = disk.BlockCall(call => call.Kind == CallKind.Unlink && call.Path.EndsWith("/a.json", StringComparison.Ordinal));
        await store.DeleteAsync("a", DurabilityLevel.Durable).SoonAsync();
        await gate.Reached.SoonAsync();
        Assert.Null(await store.ReadAsync("a"));
        Assert.Null(await store.ReadInfoAsync("a"));
        gate.Release();
        await JournalTest.UntilAsync(() => store.Status.PendingDocuments == 0, "it is filed");
        Assert.Null(await store.ReadAsync("a"));
        Assert.DoesNotContain(disk.Disk.Tree(), path => path.EndsWith("/a.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task File_Batch_CountsOnlyWhenAllItsDocumentsAreFiled()
    {
        var disk = new SimulatedFileSystem();
        StoreOptions options = JournalTest.Options with { SegmentBytes = 1 << 20, JournalBytes = 4 << 20, ReserveBytes = 2 << 20, CommitBytesMax = 400_000 };
        await using DocumentStore store = JournalTest.Open(disk, options);

        // Somebody always waits for a sequence far away, so the filer never lingers and takes tickets as they come.
        Task impatient = store.PutAsync("impatient", "1", DurabilityLevel.Filed);
        string[] ids = [.. Enumerable.Range(0, 400).Select(n => $"d{n}")];
        int behind = 0;
        for (int round = 0; round < 30; round++)
        {
            using CallGate gate = disk.BlockCall(JournalTest.IsTempCreation, call: 2);
            Task<CommitResult> batch = store.PutAllAsync(ids, $"{round}", DurabilityLevel.Filed);
            await gate.Reached.SoonAsync();

            // The first document's temporary file exists, nothing of the batch is in place: it cannot count as filed.
            behind += store.Status.FiledThrough < store.Status.DurableThrough ? 1 : 0;
            Assert.False(batch.IsCompleted);
            gate.Release();
            Assert.Equal(DurabilityLevel.Filed, (await batch.SoonAsync()).Level);
            string[] texts = await Task.WhenAll(ids.Select(async id => (await store.ReadAsync(id))!));
            Assert.All(texts, text => Assert.Equal($"{round}", text));
            Assert.Equal(0, store.Status.PendingDocuments);
        }

        await impatient;
        Assert.Equal(30, behind);
    }

    [Fact]
    public async Task File_BatchWhileTheFilerIsBusy_CountsOnlyWhenAllItsDocumentsAreInPlace()
    {
        var disk = new SimulatedFileSystem();
        StoreOptions options = JournalTest.Options with { SegmentBytes = 1 << 20, JournalBytes = 4 << 20, ReserveBytes = 2 << 20, CommitBytesMax = 400_000 };
        await using DocumentStore store = JournalTest.Open(disk, options);
        (string Id, string Path)[] documents = [.. Enumerable.Range(0, 400).Select(n => ($"d{n}", PathOf($"d{n}")))];
        using var stop = new CancellationTokenSource();
        Task[] others = [.. Enumerable.Range(0, 3).Select(n => Task.Run(async () =>
        {
            // Somebody always waits, so the filer takes what comes as it comes.
            while (!stop.IsCancellationRequested)
            {
                await store.PutAsync($"busy{n}", "1", DurabilityLevel.Filed).SoonAsync();
            }
        }))];
        for (int round = 100; round < 160; round++)
        {
            await store.PutAllAsync(documents.Select(document => document.Id), $"{round}", DurabilityLevel.Filed).SoonAsync();
            Assert.All(documents, document => Assert.EndsWith($"\n{round}", Encoding.UTF8.GetString(disk.Disk.Read(document.Path)), StringComparison.Ordinal));
        }

        await stop.CancelAsync();
        await Task.WhenAll(others);
    }

    [Fact]
    public async Task File_MoreDocumentsOfOneDirectoryThanItHasSlots_FilesAll()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk, JournalTest.Options with { SegmentBytes = 1 << 20, JournalBytes = 4 << 20, ReserveBytes = 2 << 20, CommitBytesMax = 400_000 });
        string[] ids = [.. Enumerable.Range(0, 40_000).Select(n => $"d{n}").Where(id => PathOf(id).StartsWith("/data/docs/00/", StringComparison.Ordinal)).Take(100)];
        Assert.Equal(100, ids.Length);

        Assert.Equal(DurabilityLevel.Filed, (await store.PutAllAsync(ids, "1", DurabilityLevel.Filed).SoonAsync()).Level);
        Assert.Equal(100, disk.Disk.Tree().Count(path => path.StartsWith("/data/docs/00/", StringComparison.Ordinal) && path.EndsWith(".json", StringComparison.Ordinal)));
        Assert.DoesNotContain(disk.Disk.Tree(), path => path.Contains(".tmp-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task File_TempLeftBehind_IsReplaced()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        disk.Disk.Write(Path.GetDirectoryName(PathOf("a")) + "/.tmp-0", "left by a chunk that could not remove it"u8);

        Assert.Equal(DurabilityLevel.Filed, (await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync()).Level);

        Assert.EndsWith("\n1", Encoding.UTF8.GetString(disk.Disk.Read(PathOf("a"))), StringComparison.Ordinal);
        Assert.DoesNotContain(disk.Disk.Tree(), path => path.Contains(".tmp-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task File_ManyDocuments_HasFewFilesOpenAndSyncsEach()
    {
        var disk = new SimulatedFileSystem { HandlesMax = 8 * 150 };
        StoreOptions options = JournalTest.Options with { SegmentBytes = 1 << 20, JournalBytes = 4 << 20, ReserveBytes = 2 << 20, CommitBytesMax = 400_000 };
        await using DocumentStore store = JournalTest.Open(disk, options);
        await store.PutAsync("first", "1", DurabilityLevel.Filed).SoonAsync();
        int atRest = disk.OpenHandles;
        int most = 0;
        disk.BeforeCall = call => most = Math.Max(most, call.Kind == CallKind.WriteBackVolume ? disk.OpenHandles : 0); // on the filer's thread alone

        using CallGate gate = disk.BlockCall(JournalTest.IsTempCreation);
        await store.PutAsync("first", "2", DurabilityLevel.Durable).SoonAsync();
        await gate.Reached.SoonAsync();
        Task<CommitResult> put = store.PutAllAsync(Enumerable.Range(0, 400).Select(n => $"d{n}"), "1", DurabilityLevel.Filed);
        await JournalTest.UntilAsync(() => store.Status.PendingDocuments == 401, "it is published");
        int before = disk.Log.Count;
        Assert.False(put.IsCompleted);
        gate.Release();
        await put.SoonAsync();

        disk.BeforeCall = null;
        SimulatedCall[] calls = [.. disk.Log.Take().Skip(before).Where(JournalTest.IsInDocuments)];
        Assert.Equal(401, calls.Count(call => call.Kind == CallKind.Sync));
        Assert.InRange(most - atRest, 140, 151); // a spare of the journal may be open besides
        Assert.Equal(2, calls.Count(call => call.Kind == CallKind.WriteBackVolume)); // the last hundred are too few to be worth it

        // All of a chunk are synced before the first of them takes its name.
        int first = Array.FindIndex(calls, call => call.Kind == CallKind.Rename); // of the document that was under way
        Assert.Equal(150, calls.Skip(first + 1).TakeWhile(call => call.Kind != CallKind.Rename).Count(call => call.Kind == CallKind.Sync));
    }

    [Fact]
    public async Task File_OverADamagedDocument_KeepsTheEvidence()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        string path = disk.Disk.Tree().Single(one => one.EndsWith("/a.json", StringComparison.Ordinal));
        disk.Disk.Overwrite(path, 0, "garbage"u8);
        byte[] evidence = disk.Disk.Read(path);

        WriteResult put = await store.PutAsync("a", "2", DurabilityLevel.Filed).SoonAsync();

        Assert.Equal(WriteStatus.Replaced, put.Status);
        Assert.Equal("2", await store.ReadAsync("a"));
        string kept = Assert.Single(disk.Disk.Tree(), one => one.StartsWith("/data/quarantine/", StringComparison.Ordinal) && one.Length > "/data/quarantine/".Length);
        Assert.Equal(evidence, disk.Disk.Read(kept));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task File_ForeignDirectoryUnderTheDocumentsName_IsMovedAside(bool isDelete)
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        string path = disk.Disk.Tree().Single(one => one.EndsWith("/a.json", StringComparison.Ordinal));
        using CallGate gate = disk.BlockCall(call => call.Kind is CallKind.Create or CallKind.Unlink && JournalTest.IsInDocuments(call));
        Task<WriteResult> write = isDelete ? store.DeleteAsync("a", DurabilityLevel.Filed) : store.PutAsync("a", "2", DurabilityLevel.Filed);
        await gate.Reached.SoonAsync();
        disk.Disk.Remove(path);
        disk.Disk.CreateDirectory($"{path}/foreign");
        gate.Release();

        Assert.Equal(DurabilityLevel.Filed, (await write.SoonAsync()).Level);
        Assert.Equal(isDelete ? null : "2", await store.ReadAsync("a"));
        Assert.Contains(disk.Disk.Tree(), one => one.StartsWith("/data/quarantine/", StringComparison.Ordinal) && one.EndsWith("foreign/", StringComparison.Ordinal));
        Assert.Equal(StoreState.Ready, store.Status.State);
    }

    [Fact]
    public async Task File_SealedAndIdle_RecordsHowFarItCame()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk, JournalTest.Sealing);
        for (int n = 0; n < 50; n++)
        {
            await store.PutAsync($"d{n}", "1", DurabilityLevel.Filed).SoonAsync();
        }

        // Idle now: the last move of filedThrough gets into the journal without another commit.
        int replayed = int.MaxValue;
        await JournalTest.UntilAsync(() => (replayed = ReplayedAfterACut(disk)) == 0, "a seal says that all is filed");
        await store.DisposeAsync();
    }

    private static int ReplayedAfterACut(SimulatedFileSystem disk)
    {
        DocumentStore reopened = JournalTest.Open(disk.CrashNow().Nothing().Open());
        int records = reopened.Status.Recovery!.Records;
        _ = reopened.DisposeAsync().AsTask();
        return records;
    }

    private static string PathOf(string id)
    {
        DocumentPath path = DocumentPath.Of(DocumentKey.Create(id));
        return $"/data/docs/{DocumentPath.ShardName(path.Shard)}/{path.Name}";
    }

    /// <summary>A ticket whose document was in the chunk already was taken as settled, also when it stood for a later version: that one was never filed, and lost when the journal let go of it.</summary>
    [Fact]
    public async Task File_VersionPublishedWhileTheChunkIsTaken_IsFiledToo()
    {
        var disk = new SimulatedFileSystem();
        StoreOptions options = JournalTest.Options with { SegmentBytes = 8 << 20, JournalBytes = 64 << 20, ReserveBytes = 16 << 20, CommitBytesMax = 400_000 };
        DocumentStore store = JournalTest.Open(disk, options);
        string[] hot = [.. Enumerable.Range(0, 400).Select(n => $"hot{n}")];
        string[] late = [.. Enumerable.Range(0, 100).Select(n => $"late{n}")];
        const int Rounds = 8;
        for (int round = 0; round < Rounds; round++)
        {
            using CallGate gate = disk.BlockCall(JournalTest.IsTempCreation);
            await store.PutAsync("first", "1", DurabilityLevel.Durable).SoonAsync();
            await gate.Reached.SoonAsync();
            await store.PutAllAsync(late, "\"old\"", DurabilityLevel.Durable).SoonAsync();
            for (int n = 0; n < 40; n++)
            {
                await store.PutAllAsync(hot, $"{n}", DurabilityLevel.Durable).SoonAsync();
            }

            // The filer walks over 16,000 tickets, and meanwhile the first documents in its chunk are written again.
            gate.Release();
            foreach (string id in late)
            {
                await store.PutAsync(id, $"{round}", DurabilityLevel.Durable).SoonAsync();
            }

            await JournalTest.UntilAsync(() => store.Status.FiledThrough == store.Status.DurableThrough, "all is filed");
            Assert.Equal(0, store.Status.PendingDocuments);
        }

        await store.DisposeAsync();
        await using DocumentStore reopened = JournalTest.Open(disk, options);
        foreach (string id in late)
        {
            Assert.Equal($"{Rounds - 1}", await reopened.ReadAsync(id));
        }
    }

    /// <summary>Only the newest record said that the file was damaged, and it was judged against the version before it, which is readable.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task File_DamagedDocumentWrittenTwiceBeforeFiling_KeepsTheEvidence(bool isReopened)
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        disk.Disk.Overwrite(disk.Disk.Tree().Single(path => path.EndsWith("/a.json", StringComparison.Ordinal)), 0, "garbage"u8);
        using (CallGate gate = disk.BlockCall(JournalTest.IsTempCreation))
        {
            await store.PutAsync("first", "1", DurabilityLevel.Durable).SoonAsync();
            await gate.Reached.SoonAsync();
            await store.PutAsync("a", "2", DurabilityLevel.Durable).SoonAsync();
            await store.PutAsync("a", "3", DurabilityLevel.Durable).SoonAsync();
            if (isReopened)
            {
                SimulatedFileSystem killed = disk.Kill();
                gate.Release();
                await store.DisposeAsync();
                disk = killed;
                store = JournalTest.Open(disk);
            }
        }

        await JournalTest.UntilAsync(() => store.Status.PendingDocuments == 0, "all is filed");
        Assert.Single(disk.Disk.Tree(), path => path.StartsWith("/data/quarantine/", StringComparison.Ordinal) && !path.EndsWith('/'));
        Assert.Equal("3", await store.ReadAsync("a"));
        await store.DisposeAsync();
    }

    private static Task WriteWithoutPauseAsync(DocumentStore store, int keys, CancellationToken stop) => Task.Run(
        async () =>
        {
            for (int n = 0; !stop.IsCancellationRequested; n++)
            {
                await store.PutAsync($"d{n % keys}", "1", DurabilityLevel.Durable);
            }
        },
        CancellationToken.None);

    /// <summary>Twenty times as fast as the real one.</summary>
    private sealed class FastClock : TimeProvider
    {
        public override long GetTimestamp() => System.GetTimestamp() * 20;
    }
}
