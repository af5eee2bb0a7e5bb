using System.Text;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.History;

/// <summary>The directories of kept versions: made whole or not at all, so that one that is lost is not taken for one that was never made.</summary>
public sealed class VersionDirectoryTests
{
    private const string Versions = $"{JournalTest.Data}/{DataDirectory.VersionsName}";
    private const string Draft = $"{JournalTest.Data}/{DataDirectory.VersionsDraftName}";
    private const string Format = $"{JournalTest.Data}/FORMAT";

    private readonly SimulatedFileSystem _disk = new();

    /// <summary>A lost directory of versions was taken for one that was never made: the start made it anew, and its versions were gone without a word.</summary>
    [Theory]
    [InlineData($"{Versions}/3f")]
    [InlineData(Versions)]
    [InlineData($"{JournalTest.Data}/docs/3f")]
    public async Task Open_ADirectoryWasLost_IsRefusedAndVerifyNamesIt(string path)
    {
        await using (DocumentStore store = KeepingStore.Open(_disk))
        {
            await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        }

        _disk.Disk.CreateDirectory("/aside");
        _disk.Disk.Move(path, "/aside/it");
        Assert.Contains($"{path} is missing", Assert.Throws<StoreFormatException>(() => KeepingStore.Open(_disk)).Message, StringComparison.Ordinal);
        Assert.Contains(StoreVerification.Run(_disk, JournalTest.Data).Damage, damage => $"{JournalTest.Data}/{damage.File}" == path && damage.What.Contains("missing", StringComparison.Ordinal));

        _disk.Disk.Move("/aside/it", path);
        await using DocumentStore reopened = KeepingStore.Open(_disk);
        Assert.Equal("1", await reopened.ReadAsync("a"));
        Assert.Empty(StoreVerification.Run(_disk.Kill(), JournalTest.Data).Damage);
    }

    [Fact]
    public async Task Open_NoVersionWasEverKept_AsksForNoDirectory()
    {
        await using (DocumentStore store = JournalTest.Open(_disk))
        {
            await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        }

        Assert.DoesNotContain("history", FormatOf(_disk), StringComparison.Ordinal);
        Assert.Empty(StoreVerification.Run(_disk, JournalTest.Data).Damage);
    }

    /// <summary>Killed at each call by which the directories are made and noted: the next start takes up what there is, and its first version makes them whole.</summary>
    [Fact]
    public async Task Make_IsCutOffAtAnyCall_IsGoneOnWith()
    {
        var states = new List<SimulatedFileSystem>();
        await using (DocumentStore store = KeepingStore.Open(_disk))
        {
            _disk.BeforeCall = call => Note(call, states);
            await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
            _disk.BeforeCall = null;
        }

        Assert.Contains(states, state => state.Disk.Tree().Contains($"{Draft}/") && !state.Disk.Tree().Contains($"{Versions}/"));
        Assert.Contains(states, state => state.Disk.Tree().Contains($"{Versions}/") && !FormatOf(state).Contains("history", StringComparison.Ordinal));
        foreach (SimulatedFileSystem state in states)
        {
            Assert.Empty(StoreVerification.Run(state, JournalTest.Data).Damage);
            await using DocumentStore reopened = KeepingStore.Open(state);
            long version = (await reopened.PutAsync("a", "2", DurabilityLevel.Filed).SoonAsync()).Sequence;
            Assert.Equal("2", await reopened.ReadVersionAsync("a", version));
            Assert.Contains("\"startsAfter\":0,\"history\":true,", FormatOf(state), StringComparison.Ordinal);
            Assert.DoesNotContain($"{Draft}/", state.Disk.Tree());
        }
    }

    /// <summary>Before the names in it, of directories made anew, are durable, their common name must not be.</summary>
    [Fact]
    public async Task Make_TheDirectoriesTakeTheirNameWhenAllAreSynced()
    {
        await using DocumentStore store = KeepingStore.Open(_disk);
        int before = _disk.Log.Count;
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        SimulatedCall[] calls = [.. _disk.Log.Take().Skip(before)];

        int synced = Array.FindIndex(calls, call => call is { Kind: CallKind.SyncDirectory, Path: Draft });
        int renamed = Array.FindIndex(calls, call => call.Kind == CallKind.Rename && call.TargetPath == Versions);
        int durable = Array.FindIndex(calls, renamed, call => call is { Kind: CallKind.SyncDirectory, Path: JournalTest.Data });
        int noted = Array.FindIndex(calls, call => call.Kind == CallKind.Rename && call.TargetPath == Format);
        Assert.True(synced >= 0 && synced < renamed && renamed < durable && durable < noted, $"{synced}, {renamed}, {durable}, {noted}");
        Assert.Equal(256, calls[..synced].Count(call => call.Kind == CallKind.CreateDirectory && call.Path.StartsWith($"{Draft}/", StringComparison.Ordinal)));
    }

    /// <summary>FORMAT finds no room: the version is blocked, its document is filed, and it goes on when there is room.</summary>
    [Fact]
    public async Task Make_FormatCannotBeWritten_DocumentsAreFiledAllTheSame()
    {
        await using DocumentStore store = KeepingStore.Open(_disk);
        _ = _disk.FailCall(1, Errno.EACCES, forever: true, where: call => call.Kind == CallKind.Rename && call.TargetPath == Format);
        long version = (await store.PutAsync("a", "1", DurabilityLevel.Durable).SoonAsync()).Sequence;
        await JournalTest.UntilAsync(() => store.Status.FilingObstacle is not null && _disk.Disk.Tree().Any(path => path.EndsWith("/a.json", StringComparison.Ordinal)), "the document is filed, and the version is blocked");

        _disk.ClearFaults();
        await JournalTest.UntilAsync(() => store.Status is { PendingDocuments: 0, FilingObstacle: null }, "the version is filed");
        Assert.Equal("1", await store.ReadVersionAsync("a", version));
        Assert.Contains("\"history\":true", FormatOf(_disk), StringComparison.Ordinal);
    }

    /// <summary>The sync failed, and there was no memory to say so. That passed for a lack of memory, and the next sync, to which the kernel does not tell it again, for a good one.</summary>
    [Fact]
    public async Task Make_SyncOfFormatsNameFailsWithoutMemoryToSaySo_FencesTheStore()
    {
        await using DocumentStore store = KeepingStore.Open(_disk);
        int syncs = 0;
        _disk.BeforeCall = call =>
        {
            if (call is { Kind: CallKind.SyncDirectory, Path: JournalTest.Data } && Interlocked.Increment(ref syncs) == 2) // the first is of the directories' name
            {
                throw new InsufficientMemoryException("There is no simulated memory to say that the sync has failed.");
            }
        };
        await store.PutAsync("a", "1", DurabilityLevel.Durable).SoonAsync();
        await JournalTest.UntilAsync(() => store.Status.State == StoreState.Fenced, "the store is fenced");
        Assert.Equal(2, syncs);
    }

    /// <summary>Beside the directories of versions a draft of them is nothing that anybody goes on with.</summary>
    [Fact]
    public async Task Verify_ADraft_IsOfACrashOnlyWhereThereAreNoDirectories()
    {
        await JournalTest.Open(_disk).DisposeAsync();
        _disk.Disk.CreateDirectory(Draft);
        Assert.Equal($"{DataDirectory.VersionsDraftName}: left by a crash, gone on with when a version is kept.", Assert.Single(StoreVerification.Run(_disk, JournalTest.Data).Remarks));
        await using (DocumentStore store = KeepingStore.Open(_disk))
        {
            await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        }

        _disk.Disk.CreateDirectory(Draft);
        Assert.Equal($"{DataDirectory.VersionsDraftName}: no part of the store, ignored.", Assert.Single(StoreVerification.Run(_disk, JournalTest.Data).Remarks));
    }

    private void Note(SimulatedCall call, List<SimulatedFileSystem> states)
    {
        bool isOfOneShard = call.Path.StartsWith($"{Draft}/", StringComparison.Ordinal) && call.Path != $"{Draft}/80"; // all are made alike
        if (call.Changes && !isOfOneShard && (call.Path.StartsWith(Draft, StringComparison.Ordinal) || call.Path.StartsWith(Format, StringComparison.Ordinal) || call.Path == JournalTest.Data))
        {
            states.Add(_disk.Kill());
        }
    }

    private static string FormatOf(SimulatedFileSystem disk) => Encoding.UTF8.GetString(disk.Disk.Read(Format));
}
