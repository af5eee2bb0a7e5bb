using System.Text;
using DocService.Storage.Engine.Backups;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Backups;

/// <summary>Backups of a snapshot, and data directories that are made of them: the same documents, or a refusal that names what is wrong.</summary>
public sealed class BackupTests
{
    private const string Backups = "/backups";
    private const string Archive = "/away/one.tar.zst";
    private const string Restored = "/restored";

    private readonly SimulatedFileSystem _disk = new();

    [Theory]
    [InlineData(Backups)]
    [InlineData(Archive)]
    public async Task BackupAndRestore_HaveEveryDocumentAndVersion(string to)
    {
        long first = await FillAsync();
        BackupReport made = StoreBackup.Run(_disk, "/data/snapshots/one", to, keep: null);
        BackupReport restored = StoreRestore.Run(_disk, to, Restored);

        Assert.Equal((made.Files, made.Bytes), (restored.Files, restored.Bytes));
        Assert.Empty(StoreVerification.Run(_disk, Restored).Damage);
        SimulatedFileSystem cut = _disk.CrashNow().Nothing().Open();
        await using DocumentStore own = KeepingStore.Open(cut, JournalTest.Sealing with { DataDirectory = Restored });
        Assert.Equal(("2", null, "\"c\""), (await own.ReadAsync("a"), await own.ReadAsync("b"), await own.ReadAsync("c")));
        Assert.Equal("1", await own.ReadVersionAsync("a", first));
        await using DocumentStore original = KeepingStore.Open(cut);
        Assert.NotEqual(original.Status.StoreId, own.Status.StoreId);
    }

    /// <summary>Files that have not changed get a second name in the next backup, and are not written.</summary>
    [Fact]
    public async Task Backup_OfTheNextSnapshot_CopiesWhatHasChanged()
    {
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing);
        for (int number = 0; number < 30; number++)
        {
            await store.PutAsync($"d{number}", JournalTest.Json(3000), DurabilityLevel.Filed).SoonAsync();
        }

        await TakeAsync(store, "one");
        BackupReport first = StoreBackup.Run(_disk, "/data/snapshots/one", Backups, keep: null);
        await store.PutAsync("d3", "3", DurabilityLevel.Filed).SoonAsync();
        await store.DeleteAsync("d4", DurabilityLevel.Filed).SoonAsync();
        await TakeAsync(store, "two");
        BackupReport second = StoreBackup.Run(_disk, "/data/snapshots/two", Backups, keep: null);

        Assert.Equal(first.Files, first.CopiedFiles);
        Assert.True(second.CopiedFiles <= 6 && second.CopiedBytes < first.CopiedBytes, $"{second}"); // d3, a segment, its mark, SNAPSHOT, FORMAT
        foreach ((string name, string? three, string? four) in ((string, string?, string?)[])[("one", JournalTest.Json(3000), JournalTest.Json(3000)), ("two", "3", null)])
        {
            StoreRestore.Run(_disk, $"{Backups}/{name}", $"/{name}");
            await using DocumentStore own = JournalTest.Open(_disk, JournalTest.Sealing with { DataDirectory = $"/{name}" });
            Assert.Equal((three, four), (await own.ReadAsync("d3"), await own.ReadAsync("d4")));
        }
    }

    [Fact]
    public async Task Backup_KeepsSoMany_AndRestoreTakesTheNewest()
    {
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing);
        foreach (string name in (string[])["one", "two", "three"])
        {
            await store.PutAsync("a", $"\"{name}\"", DurabilityLevel.Filed).SoonAsync();
            await TakeAsync(store, name);
            StoreBackup.Run(_disk, $"/data/snapshots/{name}", Backups, keep: 2);
        }

        Assert.Equal(["/backups/three/", "/backups/two/"], _disk.Disk.Tree().Where(path => path.StartsWith("/backups/", StringComparison.Ordinal) && path.Count(one => one == '/') == 3 && path.EndsWith('/')));
        StoreRestore.Run(_disk, Backups, Restored);
        await using DocumentStore own = JournalTest.Open(_disk, JournalTest.Sealing with { DataDirectory = Restored });
        Assert.Equal("\"three\"", await own.ReadAsync("a"));
    }

    /// <summary>A version names one content for ever, in whichever of the stores: the original, salvaged, and two restores of one backup.</summary>
    [Fact]
    public async Task OneBackup_RestoredTwice_AndTheOriginalSalvaged_NoVersionMeetsAnother()
    {
        await FillAsync();
        StoreBackup.Run(_disk, "/data/snapshots/one", Backups, keep: null);
        var contents = new Dictionary<long, string>();
        var ids = new HashSet<Guid>();
        await using (DocumentStore store = KeepingStore.Open(_disk))
        {
            await WriteAsync(store, "original", contents, ids);
            await store.PutAsync("lost", JournalTest.Json(5000), DurabilityLevel.Durable).SoonAsync();
        }

        foreach (string path in new[] { "/r1", "/r2" })
        {
            StoreRestore.Run(_disk, Backups, path);
            await using DocumentStore own = KeepingStore.Open(_disk, JournalTest.Sealing with { DataDirectory = path });
            await WriteAsync(own, path, contents, ids);
        }

        string segment = _disk.Segments()[^1];
        _disk.Disk.FlipBit(JournalTest.PathOf(segment), 0, 1); // the newest header: nothing says any more what was in it
        Assert.True(StoreSalvage.Run(_disk, JournalTest.Sealing, TimeProvider.System).WasDamaged);
        await using (DocumentStore store = KeepingStore.Open(_disk))
        {
            await WriteAsync(store, "salvaged", contents, ids);
        }

        await using (DocumentStore own = KeepingStore.Open(_disk, JournalTest.Sealing with { DataDirectory = "/r1" }))
        {
            await WriteAsync(own, "/r1", contents, ids: null);
        }

        Assert.Equal(4, ids.Count);
    }

    [Theory]
    [InlineData("document", "is damaged")]
    [InlineData("missing", "is missing")]
    [InlineData("cut", "cut short")]
    [InlineData("no manifest", "no backup")]
    [InlineData("foreign line", "names no file of a backup")]
    public async Task Restore_OfABackupThatIsNotWhole_NamesWhatIsWrong(string fault, string told)
    {
        await FillAsync();
        StoreBackup.Run(_disk, "/data/snapshots/one", Backups, keep: null);
        string document = _disk.Disk.Tree().First(path => path.StartsWith($"{Backups}/one/docs/", StringComparison.Ordinal) && path.EndsWith(".json", StringComparison.Ordinal));
        string manifest = $"{Backups}/one/{BackupManifest.Name}";
        byte[] lines = _disk.Disk.Read(manifest);
        switch (fault)
        {
            case "document":
                _disk.Disk.FlipBit(document, 30, 2);
                break;
            case "missing":
                _disk.Disk.Remove(document);
                break;
            case "cut":
                _disk.Disk.Write(manifest, lines.AsSpan(0, lines.Length / 2));
                break;
            case "no manifest":
                _disk.Disk.Remove(manifest);
                break;
            default:
                using (IDirectory backup = _disk.TryOpenDirectory($"{Backups}/one")!)
                {
                    backup.TryUnlink(BackupManifest.Name);
                    using IFile file = backup.Create(BackupManifest.Name);
                    using var writer = new BackupManifest.Writer(file);
                    writer.Add(new BackupLine("../../etc/passwd", Sha256Digest.Of([])));
                    writer.Finish();
                }

                break;
        }

        StoreException exception = Assert.ThrowsAny<StoreException>(() => StoreRestore.Run(_disk, fault == "no manifest" ? Backups : $"{Backups}/one", Restored));
        Assert.Contains(told, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_disk.Disk.Tree(), path => path == $"{Restored}/{FormatFile.Name}" || path.Contains("passwd", StringComparison.Ordinal));
        if (_disk.Disk.Tree().Contains($"{Restored}/"))
        {
            Assert.ThrowsAny<StoreException>(() => JournalTest.Open(_disk, JournalTest.Options with { DataDirectory = Restored }));
        }
    }

    /// <summary>A few bits of a compressed frame mean nothing to what it holds, its window's size for example: then all must be there.</summary>
    [Fact]
    public async Task Restore_OfAnArchiveThatWasCutShortOrDamaged_IsRefusedOrWhole()
    {
        await FillAsync();
        StoreBackup.Run(_disk, "/data/snapshots/one", Archive, keep: null);
        StoreRestore.Run(_disk, Archive, Restored);
        byte[] whole = _disk.Disk.Read(Archive);
        int refused = 0;
        var random = new Random(20_261_128);
        for (int round = 0; round < 24; round++)
        {
            byte[] bytes = [.. whole];
            if (round % 2 == 0)
            {
                bytes = bytes[..random.Next(bytes.Length)];
            }
            else
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }

            _disk.Disk.Write(Archive, bytes);
            string to = $"{Restored}{round}";
            try
            {
                StoreRestore.Run(_disk, Archive, to);
            }
            catch (StoreException)
            {
                refused++;
                Assert.DoesNotContain($"{to}/{FormatFile.Name}", _disk.Disk.Tree());
                continue;
            }

            Assert.Equal(bytes.Length, whole.Length); // one that is cut short never is whole
            Assert.Equal(FilesIn(Restored), FilesIn(to));
        }

        Assert.True(refused > 18, $"{refused} of 24 were refused");
    }

    /// <summary>Each file's name and bytes.</summary>
    private Dictionary<string, string> FilesIn(string directory) => _disk.Disk.Tree()
        .Where(path => path.StartsWith($"{directory}/", StringComparison.Ordinal) && !path.EndsWith('/'))
        .ToDictionary(path => path[directory.Length..], path => Convert.ToHexString(_disk.Disk.Read(path)));

    /// <summary>Killed at any call of a backup: there is no backup of that name, or a whole one; the one before is as it was.</summary>
    [Theory]
    [InlineData(Backups)]
    [InlineData(Archive)]
    public async Task Backup_CutOffAtAnyCall_IsWholeOrNone(string to)
    {
        await FillAsync();
        bool isArchive = to == Archive;
        if (!isArchive)
        {
            StoreBackup.Run(_disk, "/data/snapshots/one", to, keep: null);
        }

        await using (DocumentStore store = KeepingStore.Open(_disk))
        {
            await store.PutAsync("a", "3", DurabilityLevel.Filed).SoonAsync();
            await TakeAsync(store, "two");
        }

        var states = new List<SimulatedFileSystem>();
        int calls = 0;
        _disk.BeforeCall = call =>
        {
            if (call.Changes && (++calls % (isArchive ? 2 : 97) == 0 || call.Kind == CallKind.Rename || (call.Kind == CallKind.SyncDirectory && call.Path is Backups or "/away")))
            {
                lock (states)
                {
                    states.Add(_disk.CrashNow().Nothing().Open());
                    states.Add(_disk.Kill());
                }
            }
        };
        StoreBackup.Run(_disk, "/data/snapshots/two", to, keep: null);
        _disk.BeforeCall = null;
        states.Add(_disk.CrashNow().Nothing().Open());
        int whole = 0;
        foreach (SimulatedFileSystem state in states)
        {
            bool isThere = state.Disk.Tree().Contains(isArchive ? to : $"{to}/two/");
            if (isThere || !isArchive)
            {
                StoreRestore.Run(state, to, Restored);
                await using DocumentStore own = KeepingStore.Open(state, JournalTest.Sealing with { DataDirectory = Restored });
                Assert.Equal(isThere ? "3" : "2", await own.ReadAsync("a"));
            }

            whole += isThere ? 1 : 0;
        }

        Assert.True(states.Count > 4 && whole is > 0 && whole < states.Count, $"{states.Count}, {whole}");
        StoreRestore.Run(states[^1], to, "/again");
    }

    /// <summary>Killed at any call of a restore: the directory is no data directory, or a whole one, and what is left says so.</summary>
    [Theory]
    [InlineData(Backups)]
    [InlineData(Archive)]
    public async Task Restore_CutOffAtAnyCall_IsWholeOrNoDataDirectory(string from)
    {
        await FillAsync();
        StoreBackup.Run(_disk, "/data/snapshots/one", from, keep: null);
        var states = new List<SimulatedFileSystem>();
        int calls = 0;
        _disk.BeforeCall = call =>
        {
            if (call.Changes && call.Path.StartsWith(Restored, StringComparison.Ordinal) && (++calls % 97 == 0 || call.Kind == CallKind.Rename || call is { Kind: CallKind.SyncDirectory, Path: Restored }))
            {
                lock (states)
                {
                    states.Add(_disk.CrashNow().Nothing().Open());
                    states.Add(_disk.Kill());
                }
            }
        };
        StoreRestore.Run(_disk, from, Restored);
        _disk.BeforeCall = null;
        states.Add(_disk.CrashNow().Nothing().Open());
        int whole = 0;
        foreach (SimulatedFileSystem state in states.Where(state => state.Disk.Tree().Any(path => path.StartsWith(Restored, StringComparison.Ordinal) && path != $"{Restored}/")))
        {
            if (state.Disk.Tree().Contains($"{Restored}/{FormatFile.Name}"))
            {
                await using DocumentStore own = KeepingStore.Open(state, JournalTest.Sealing with { DataDirectory = Restored });
                Assert.Equal("2", await own.ReadAsync("a"));
                whole++;
            }
            else
            {
                Assert.ThrowsAny<StoreException>(() => KeepingStore.Open(state, JournalTest.Sealing with { DataDirectory = Restored }));
                Assert.ThrowsAny<StoreException>(() => StoreRestore.Run(state, from, Restored));
            }
        }

        Assert.True(whole > 0 && whole < states.Count, $"{whole} of {states.Count}");
    }

    [Fact]
    public async Task Backup_WhereSomethingElseIs_IsRefused()
    {
        await FillAsync();
        _disk.Disk.CreateDirectory($"{Backups}/photos");
        Assert.Contains("photos", Assert.Throws<StoreConfigurationException>(() => StoreBackup.Run(_disk, "/data/snapshots/one", Backups, keep: 1)).Message, StringComparison.Ordinal);
        Assert.Throws<StoreConfigurationException>(() => StoreBackup.Run(_disk, "/data", "/elsewhere", keep: null));
        Assert.Throws<StoreConfigurationException>(() => StoreBackup.Run(_disk, "/data/snapshots/none", "/elsewhere", keep: null));
        Assert.Throws<StoreConfigurationException>(() => StoreRestore.Run(_disk, Backups, Restored));
        Assert.Contains($"{Backups}/photos/", _disk.Disk.Tree());
    }

    [Fact]
    public async Task Restore_IntoADirectoryThatIsNotEmpty_ChangesNothing()
    {
        await FillAsync();
        StoreBackup.Run(_disk, "/data/snapshots/one", Backups, keep: null);
        IReadOnlyList<string> before = _disk.Disk.Tree();
        Assert.Contains("not empty", Assert.Throws<StoreConfigurationException>(() => StoreRestore.Run(_disk, Backups, JournalTest.Data)).Message, StringComparison.Ordinal);
        Assert.Equal(before, _disk.Disk.Tree());
    }

    [Theory]
    [InlineData(Backups)]
    [InlineData(Archive)]
    public async Task Full_TargetOfBackupOrRestore_SaysSoAndCountsForNothing(string to)
    {
        await FillAsync();
        _ = _disk.FailCall(3, Errno.ENOSPC, forever: true, where: call => call.NeedsSpace && (call.Path.StartsWith(Backups, StringComparison.Ordinal) || call.Path.StartsWith("/away", StringComparison.Ordinal)));
        Assert.Throws<OutOfSpaceException>(() => StoreBackup.Run(_disk, "/data/snapshots/one", to, keep: null));
        Assert.ThrowsAny<StoreException>(() => StoreRestore.Run(_disk, to, Restored));
        _disk.ClearFaults();
        Assert.DoesNotContain(_disk.Disk.Tree(), static path => path.Contains(".draft", StringComparison.Ordinal));
        StoreBackup.Run(_disk, "/data/snapshots/one", to, keep: null);
        _ = _disk.FailCall(30, Errno.ENOSPC, forever: true, where: call => call.NeedsSpace && call.Path.StartsWith(Restored, StringComparison.Ordinal));
        Assert.Throws<OutOfSpaceException>(() => StoreRestore.Run(_disk, to, Restored));
        _disk.ClearFaults();
        Assert.Contains($"{Restored}/RESTORE-UNFINISHED", _disk.Disk.Tree());
        Assert.Contains("cut off", Assert.Throws<StoreConfigurationException>(() => StoreRestore.Run(_disk, to, Restored)).Message, StringComparison.Ordinal);
        StoreRestore.Run(_disk, to, "/elsewhere");
    }

    /// <summary>A backup that was stopped left its draft, as large as it had become, until the next one.</summary>
    [Theory]
    [InlineData(Backups)]
    [InlineData(Archive)]
    public async Task Backup_ThatIsStopped_LeavesNothing(string to)
    {
        await FillAsync();
        Assert.Throws<OperationCanceledException>(() => StoreBackup.Run(_disk, "/data/snapshots/one", to, keep: null, static (_, _) => throw new OperationCanceledException()));
        Assert.DoesNotContain(_disk.Disk.Tree(), static path => path.StartsWith(Backups + "/.", StringComparison.Ordinal) || path.StartsWith("/away/one", StringComparison.Ordinal));
        StoreBackup.Run(_disk, "/data/snapshots/one", to, keep: null);
        StoreRestore.Run(_disk, to, Restored);
    }

    /// <summary>Documents, one of them with a version before it, one deleted; a snapshot 'one' of them. Returns the kept version of a.</summary>
    private async Task<long> FillAsync()
    {
        _disk.Disk.CreateDirectory("/away");
        await using DocumentStore store = KeepingStore.Open(_disk);
        long first = (await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync()).Sequence;
        await store.PutAsync("a", "2", DurabilityLevel.Filed).SoonAsync();
        await store.PutAsync("b", "1", DurabilityLevel.Filed).SoonAsync();
        await store.DeleteAsync("b", DurabilityLevel.Filed).SoonAsync();
        await store.PutAsync("c", "\"c\"", DurabilityLevel.Durable).SoonAsync();
        await TakeAsync(store, "one");
        return first;
    }

    private static async Task TakeAsync(DocumentStore store, string name) => await store.Snapshots.TakeAsync(name).SoonAsync();

    private static async Task WriteAsync(DocumentStore store, string who, Dictionary<long, string> contents, HashSet<Guid>? ids)
    {
        for (int number = 0; number < 5; number++)
        {
            string body = $"\"{who} {number} {contents.Count}\"";
            long version = (await store.PutAsync("a", body, DurabilityLevel.Filed).SoonAsync()).Sequence;
            Assert.True(contents.TryAdd(version, body), $"version {version} is {contents.GetValueOrDefault(version)} and {body}");
        }

        ids?.Add(store.Status.StoreId);
    }
}
