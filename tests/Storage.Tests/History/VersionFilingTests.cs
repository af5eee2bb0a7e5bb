using DocService.Storage.Documents;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Followers;
using DocService.Storage.Io;
using DocService.Storage.Rules;
using DocService.Storage.Tests.Followers;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Rules;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.History;

/// <summary>How kept versions get their files, and what may come in the way.</summary>
public sealed class VersionFilingTests
{
    /// <summary>A journal that holds all that is written while the filer is held up.</summary>
    private static readonly StoreOptions Roomy = JournalTest.Sealing with { JournalBytes = 64 * JournalTest.SegmentBytes };

    private readonly SimulatedFileSystem _disk = new();

    [Fact]
    public async Task File_NewestVersion_IsOneFileWithTwoNames()
    {
        await using DocumentStore store = KeepingStore.Open(_disk);
        await store.PutAsync("first", "1", DurabilityLevel.Filed).SoonAsync(); // makes the directories
        int before = _disk.Log.Count;
        long version = (await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync()).Sequence;

        SimulatedCall[] calls = [.. _disk.Log.Take().Skip(before).Where(IsOfFiling)];
        Assert.Equal([CallKind.Create, CallKind.Write, CallKind.Sync, CallKind.Link, CallKind.Rename, CallKind.SyncDirectory, CallKind.SyncDirectory], calls.Select(call => call.Kind));
        Assert.Equal(KeepingStore.FileOf("a", version), calls[3].TargetPath);
        Assert.Equal(
            new[] { Path.GetDirectoryName(calls[4].TargetPath), KeepingStore.FolderOf("a") }.Order(),
            calls[5..].Select(call => call.Path).Order());
        Assert.Equal(_disk.Disk.Read(calls[4].TargetPath!), _disk.Disk.Read(KeepingStore.FileOf("a", version)));
    }

    /// <summary>A hot document: its file is written once, each of its versions all the same.</summary>
    [Fact]
    public async Task File_ManyVersionsWhileTheFilerIsBusy_EachHasItsFile()
    {
        await using DocumentStore store = KeepingStore.Open(_disk, Roomy);
        (List<long> versions, CallGate gate) = await PutWhileBusyAsync(store, 150); // more than a directory has slots
        using (gate)
        {
            gate.Release();
            await JournalTest.UntilAsync(() => store.Status is { PendingDocuments: 0 } status && status.FiledThrough == versions[^1], "all is filed");
        }

        Assert.Equal(versions.Count, _disk.VersionFiles().Count(path => path.Contains("hot.json", StringComparison.Ordinal)));
        Assert.Single(_disk.Log.Take(), call => call.Kind == CallKind.Link && call.TargetPath == KeepingStore.FileOf("hot", versions[^1]));
        await AssertAllAsync(store, versions);
        Assert.DoesNotContain(_disk.Disk.Tree(), path => path.Contains(".tmp-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_AfterAKillWithVersionsUnfiled_FilesEachOfThem()
    {
        DocumentStore store = KeepingStore.Open(_disk, Roomy);
        (List<long> versions, CallGate gate) = await PutWhileBusyAsync(store, 20);
        SimulatedFileSystem killed = _disk.Kill();
        gate.Release();
        gate.Dispose();
        await store.DisposeAsync();

        await using DocumentStore reopened = JournalTest.Open(killed, Roomy);
        await AssertAllAsync(reopened, versions);
        await JournalTest.UntilAsync(() => reopened.Status is { PendingDocuments: 0 } status && status.FiledThrough == status.DurableThrough, "all is filed");
        await AssertAllAsync(reopened, versions);
        Assert.Equal(versions.Count, killed.VersionFiles().Count(path => path.Contains("hot.json", StringComparison.Ordinal)));
    }

    /// <summary>FAT, some network filesystems: no file has two names there.</summary>
    [Theory]
    [InlineData((int)Errno.EPERM)]
    [InlineData((int)Errno.EOPNOTSUPP)]
    [InlineData((int)Errno.EMLINK)]
    [InlineData((int)Errno.ENOSYS)]
    public async Task File_FilesystemWithoutLinks_WritesAFileForEach(int error)
    {
        _ = _disk.FailCall(1, (Errno)error, forever: true, where: call => call.Kind == CallKind.Link);
        await using DocumentStore store = KeepingStore.Open(_disk);
        for (int n = 0; n < 3; n++)
        {
            WriteResult put = await store.PutAsync("a", $"{n}", DurabilityLevel.Filed).SoonAsync();
            Assert.Equal(DurabilityLevel.Filed, put.Level);
            Assert.Contains(KeepingStore.FileOf("a", put.Sequence), _disk.VersionFiles());
            Assert.Equal(($"{n}", $"{n}"), (await store.ReadAsync("a"), await store.ReadVersionAsync("a", put.Sequence)));
        }

        Assert.Single(_disk.Log.Take(), call => call.Kind == CallKind.Link);
        Assert.Null(store.Status.FilingObstacle);
    }

    /// <summary>Filing that was cut off between the two names is done again.</summary>
    [Fact]
    public async Task File_TheVersionHasItsNameAlready_ReplacesIt()
    {
        DocumentStore store = KeepingStore.Open(_disk);
        using CallGate gate = _disk.BlockCall(call => call.Kind == CallKind.Rename && call.TargetPath!.EndsWith("/a.json", StringComparison.Ordinal));
        long version = (await store.PutAsync("a", "1", DurabilityLevel.Durable).SoonAsync()).Sequence;
        await gate.Reached.SoonAsync();
        SimulatedFileSystem killed = _disk.Kill();
        gate.Release();
        await store.DisposeAsync();
        Assert.Contains(KeepingStore.FileOf("a", version), killed.VersionFiles());
        killed.Disk.Write(KeepingStore.FileOf("a", version), "not what the journal has"u8);

        await using DocumentStore reopened = KeepingStore.Open(killed);
        await JournalTest.UntilAsync(() => reopened.Status.PendingDocuments == 0, "it is filed");
        Assert.Equal(("1", "1"), (await reopened.ReadAsync("a"), await reopened.ReadVersionAsync("a", version)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task File_ForeignDirectoryUnderTheVersionsName_IsMovedAside(bool isNewest)
    {
        await using DocumentStore store = KeepingStore.Open(_disk);
        await store.PutAsync("first", "1", DurabilityLevel.Filed).SoonAsync();
        using CallGate gate = _disk.BlockCall(JournalTest.IsTempCreation);
        long version = (await store.PutAsync("a", "1", DurabilityLevel.Durable).SoonAsync()).Sequence;
        await gate.Reached.SoonAsync();
        long last = (await store.PutAsync("a", "2", DurabilityLevel.Durable).SoonAsync()).Sequence;
        _disk.Disk.CreateDirectory($"{KeepingStore.FileOf("a", isNewest ? last : version)}/foreign");
        gate.Release();

        await JournalTest.UntilAsync(() => store.Status is { PendingDocuments: 0, FilingObstacle: null }, "it is filed");
        Assert.Equal(("1", "2"), (await store.ReadVersionAsync("a", version), await store.ReadVersionAsync("a", last)));
        Assert.Contains(_disk.Disk.Tree(), path => path.StartsWith("/data/quarantine/", StringComparison.Ordinal) && path.EndsWith("foreign/", StringComparison.Ordinal));
    }

    /// <summary>The directory of versions takes nothing: documents are filed, other directories too, and the journal turns over.</summary>
    [Fact]
    public async Task Carry_VersionsOfADirectoryThatTakesNothing_StayReadableAndKeepNoSegment()
    {
        var follower = new TestFollower { IsEager = true };
        DocumentStore store = Open(_disk, follower);
        await store.PutAsync("first", "1", DurabilityLevel.Filed).SoonAsync();
        Obstruct(_disk);
        var versions = new List<long>();
        for (int n = 0; n < 3; n++)
        {
            versions.Add((await store.PutAsync("hot", $"{n}", DurabilityLevel.Durable).SoonAsync()).Sequence);
        }

        await JournalTest.UntilAsync(() => store.Status.FilingObstacle is not null, "they are blocked");
        for (int turn = 0; turn < 2; turn++)
        {
            await TurnOverAsync(store);
            Assert.True(_disk.Segments().Length <= 3, string.Join(' ', _disk.Segments()));
            await AssertAllAsync(store, versions);
        }

        Assert.Equal("2", await store.ReadAsync("hot"));
        using (ICommitCursor cursor = follower.Log.OpenCursor(store.Status.FiledThrough))
        {
            var superseded = new SortedSet<long>();
            while (cursor.TryRead(out FollowedCommit? commit))
            {
                superseded.UnionWith(commit.Operations.Where(operation => operation.IsSuperseded).Select(operation => operation.Version));
            }

            Assert.Equal(versions, superseded); // the document itself is filed
        }

        // The next process finds copies only; it takes none of them for the document.
        SimulatedFileSystem killed = _disk.Kill();
        Obstruct(killed);
        await store.DisposeAsync();
        await using DocumentStore reopened = Open(killed, new TestFollower { IsEager = true });
        await AssertAllAsync(reopened, versions);
        Assert.Equal("2", await reopened.ReadAsync("hot"));
        await reopened.DeleteAsync("hot", DurabilityLevel.Durable).SoonAsync();
        await TurnOverAsync(reopened);
        Assert.Null(await reopened.ReadAsync("hot"));
        await AssertAllAsync(reopened, versions);
        Assert.Empty(StoreVerification.Run(killed.Kill(), JournalTest.Data).Damage);

        killed.ClearFaults();
        await JournalTest.UntilAsync(() => reopened.Status is { PendingDocuments: 0, FilingObstacle: null } status && status.FiledThrough == status.DurableThrough, "they are filed");
        Assert.Null(await reopened.ReadAsync("hot"));
        await AssertAllAsync(reopened, versions);
        await reopened.DropAsync("hot", [.. versions]);
    }

    /// <summary>One document that is written all the time: only one of its versions was carried at a time, and none while it was being written, so the journal filled.</summary>
    [Fact]
    public async Task Carry_ManyVersionsOfOneDocument_KeepNoSegment()
    {
        await using DocumentStore store = KeepingStore.Open(_disk, Roomy with { JournalBytes = 32 * JournalTest.SegmentBytes });
        await store.PutAsync("first", "1", DurabilityLevel.Filed).SoonAsync();
        Obstruct(_disk);
        var versions = new List<long>();
        for (int n = 0; n < 200; n++)
        {
            versions.Add((await store.PutAsync("hot", $"{n}", DurabilityLevel.Durable).SoonAsync()).Sequence);
        }

        await TurnOverAsync(store);
        await AssertAllAsync(store, versions);
        Assert.Contains($"{versions.Count} documents in history/", store.Status.FilingObstacle, StringComparison.Ordinal);
        _disk.ClearFaults();
        await JournalTest.UntilAsync(() => store.Status is { PendingDocuments: 0, FilingObstacle: null }, "they are filed");
        await AssertAllAsync(store, versions);
    }

    /// <summary>Versions whose directory takes nothing: once too much of the journal is theirs, puts that are kept there are refused, and no others.</summary>
    [Fact]
    public async Task Put_TooManyVersionsWaitForTheirDirectory_RefusesThoseThatAreKeptThere()
    {
        bool isKept = true;
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing, new TestRule { Commit = draft => KeepIf(draft, isKept) });
        await store.PutAsync("first", "1", DurabilityLevel.Filed).SoonAsync();
        Obstruct(_disk);
        StoreBusyException? refused = null;
        for (int n = 0; n < 40 && refused is null; n++)
        {
            refused = await Record.ExceptionAsync(() => store.PutAsync("hot", JournalTest.Json(4000), DurabilityLevel.Filed).SoonAsync()) as StoreBusyException;
        }

        Assert.Contains("history/", refused?.Message, StringComparison.Ordinal);
        isKept = false;
        Assert.Equal(DurabilityLevel.Filed, (await store.PutAsync("hot", "plain", DurabilityLevel.Filed).SoonAsync()).Level);
    }

    /// <summary>A start without room, or without the right to make them: documents go on.</summary>
    [Fact]
    public async Task File_TheDirectoriesCannotBeMade_DocumentsAreFiledAllTheSame()
    {
        _ = _disk.FailCall(1, Errno.EACCES, forever: true, where: call => call.Kind == CallKind.CreateDirectory && call.Path.EndsWith($"/{DataDirectory.VersionsDraftName}/80", StringComparison.Ordinal));
        await using DocumentStore store = KeepingStore.Open(_disk);
        long version = (await store.PutAsync("a", "1", DurabilityLevel.Durable).SoonAsync()).Sequence;
        await JournalTest.UntilAsync(() => store.Status.FilingObstacle is not null, "the version is blocked");
        await JournalTest.UntilAsync(() => _disk.Disk.Tree().Any(path => path.EndsWith("/a.json", StringComparison.Ordinal)), "the document is filed");
        Assert.Equal("1", await store.ReadVersionAsync("a", version));

        _disk.ClearFaults();
        await JournalTest.UntilAsync(() => store.Status is { PendingDocuments: 0, FilingObstacle: null }, "the version is filed");
        Assert.Equal("1", await store.ReadVersionAsync("a", version));
    }

    /// <summary>Three seconds are for a machine with other work: where the time is over before filing was tried, nothing is told either.</summary>
    [Fact]
    public async Task Level_Filed_IsSaidOnlyWhenTheVersionIsFiled()
    {
        await using DocumentStore store = KeepingStore.Open(_disk, JournalTest.Sealing with { BusyTimeout = TimeSpan.FromSeconds(3) });
        await store.PutAsync("first", "1", DurabilityLevel.Filed).SoonAsync();
        Obstruct(_disk);
        Assert.Equal(DurabilityLevel.Durable, (await store.PutAsync("hot", "1", DurabilityLevel.Filed).SoonAsync()).Level);
        _disk.ClearFaults();
        Assert.Equal(DurabilityLevel.Filed, (await store.PutAsync("hot", "2", DurabilityLevel.Filed).SoonAsync()).Level);
    }

    /// <summary>On a filesystem without links it ended with the first version, and so did the next one.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Salvage_AfterDamage_FilesEveryVersionThatIsIntact(bool hasLinks)
    {
        DocumentStore store = KeepingStore.Open(_disk, JournalTest.Options);
        (List<long> versions, CallGate gate) = await PutWhileBusyAsync(store, 6);
        SimulatedFileSystem killed = _disk.Kill();
        gate.Release();
        gate.Dispose();
        await store.DisposeAsync();
        string segment = JournalTest.PathOf(killed.Segments()[^1]);
        killed.Disk.FlipBit(segment, (3 * JournalTest.Block) + 100, 1); // header, first, hot 0, hot 1
        if (!hasLinks)
        {
            _ = killed.FailCall(1, Errno.EPERM, forever: true, where: call => call.Kind == CallKind.Link);
        }

        Assert.True(StoreSalvage.Run(killed, JournalTest.Options, TimeProvider.System).WasDamaged);

        await using DocumentStore reopened = JournalTest.Open(killed, JournalTest.Sealing);
        Assert.Null(await reopened.ReadVersionAsync("hot", versions[1]));
        versions.RemoveAt(1);
        foreach (long version in versions)
        {
            Assert.NotNull(await reopened.ReadVersionAsync("hot", version));
        }

        Assert.Equal("5", await reopened.ReadAsync("hot"));
    }

    [Fact]
    public async Task Follower_MadeAnew_ReadsEveryVersionsFile()
    {
        var follower = new TestFollower();
        await using DocumentStore store = Open(_disk, follower);
        IFiledDocuments files = follower.Log.Documents;
        Assert.Empty(Enumerable.Range(0, files.Directories).SelectMany(files.ListVersions));
        var expected = new List<(string, long)>();
        foreach (string id in (string[])["a", "b", "a"])
        {
            expected.Add((id, (await store.PutAsync(id, "1", DurabilityLevel.Filed).SoonAsync()).Sequence));
        }

        await store.DeleteAsync("b", DurabilityLevel.Filed).SoonAsync();
        var found = new List<(string, long)>();
        for (int directory = 0; directory < files.Directories; directory++)
        {
            foreach (string name in files.ListVersions(directory))
            {
                using FiledDocument version = files.ReadVersion(directory, name)!;
                Assert.Equal(KeepingStore.Versions, version.Document.Info.Keep);
                found.Add((version.Key.Id, version.Document.Info.Version));
            }
        }

        Assert.Equal(expected.Order(), found.Order());
        Assert.Null(files.ReadVersion(0, "a.json.1"));
    }

    /// <summary>So many versions of one document, published while the filer is held up. Release the gate.</summary>
    private async Task<(List<long> Versions, CallGate Gate)> PutWhileBusyAsync(DocumentStore store, int count)
    {
        CallGate gate = _disk.BlockCall(JournalTest.IsTempCreation);
        await store.PutAsync("first", "1", DurabilityLevel.Durable).SoonAsync();
        await gate.Reached.SoonAsync();
        var versions = new List<long>();
        for (int n = 0; n < count; n++)
        {
            versions.Add((await store.PutAsync("hot", $"{n}", DurabilityLevel.Durable).SoonAsync()).Sequence);
        }

        return (versions, gate);
    }

    private static void KeepIf(CommitDraft draft, bool isKept)
    {
        if (isKept)
        {
            KeepingStore.KeepAll(draft);
        }
    }

    private static DocumentStore Open(SimulatedFileSystem disk, IFollower follower) =>
        DocumentStore.Open(disk, JournalTest.Sealing, TimeProvider.System, NullLoggerFactory.Instance, [KeepingStore.Rule], [follower]);

    private static async Task AssertAllAsync(DocumentStore store, List<long> versions)
    {
        for (int n = 0; n < versions.Count; n++)
        {
            Assert.Equal($"{n}", await store.ReadVersionAsync("hot", versions[n]));
        }
    }

    private static async Task TurnOverAsync(DocumentStore store)
    {
        long through = store.Status.DurableThrough;
        string other = Enumerable.Range(0, 1000).Select(n => $"other{n}").First(id => KeepingStore.FolderOf(id) != KeepingStore.FolderOf("hot"));
        for (int n = 0; n < 400 && store.Status.FiledThrough < through; n++)
        {
            await store.PutAsync(other, JournalTest.Json(6_000), DurabilityLevel.Filed).SoonAsync();
        }

        await JournalTest.UntilAsync(() => store.Status.FiledThrough >= through, "the journal lets go of what is filed");
    }

    /// <summary>The directory of the versions of <c>hot</c> takes no more names.</summary>
    private static void Obstruct(SimulatedFileSystem disk) =>
        _ = disk.FailCall(1, Errno.EACCES, forever: true, where: call => call.Kind is CallKind.Link or CallKind.Rename && call.TargetPath!.StartsWith(KeepingStore.FolderOf("hot"), StringComparison.Ordinal));

    private static bool IsOfFiling(SimulatedCall call) =>
        call.Kind is CallKind.Create or CallKind.Write or CallKind.Sync or CallKind.Link or CallKind.Rename or CallKind.SyncDirectory
        && (JournalTest.IsInDocuments(call) || call.Path.StartsWith($"/data/{DataDirectory.VersionsName}/", StringComparison.Ordinal));
}
