using DocService.Storage.Documents;
using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Rules;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Blocking;

/// <summary>A document that cannot be filed does not keep the journal: its record goes on with it, and its version stays.</summary>
public sealed class CarryForwardTests : IAsyncLifetime
{
    private const string Text = "\"carried\"";

    private static readonly DateTimeOffset End = new(2999, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private SimulatedFileSystem _disk = new();
    private DocumentStore _store = null!;
    private long _version;

    /// <summary>A document in a directory that takes nothing.</summary>
    public async Task InitializeAsync()
    {
        Obstruct(_disk);
        _store = Open(_disk);
        _version = (await _store.PutAsync("stuck", Text, DurabilityLevel.Durable).SoonAsync()).Sequence;
        await JournalTest.UntilAsync(() => _store.Status.FilingObstacle is not null, "it is blocked");
    }

    public async Task DisposeAsync()
    {
        _disk.ClearFaults();
        await _store.DisposeAsync();
        Assert.Equal(0, _disk.OpenHandles);
    }

    [Fact]
    public async Task Carry_JournalTurnsOverTwice_IsReleasedAndTheVersionStays()
    {
        for (int turn = 0; turn < 2; turn++)
        {
            await TurnOverAsync();
            Assert.True(_disk.Segments().Length <= 3, string.Join(' ', _disk.Segments()));
            await AssertHasAsync(_store, _version, Text);
            Assert.StartsWith("1 document in docs/", _store.Status.FilingObstacle, StringComparison.Ordinal);
        }

        await FreeAndCheckAsync(_version, Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Carry_KilledOrCutAtAnyTime_TheVersionStays(bool isCut)
    {
        for (int n = 0; n < 40; n++)
        {
            await WriteOneAsync(n);
            foreach (SimulatedFileSystem after in isCut ? _disk.CrashNow().States(seed: n, budget: 3).Select(state => state.Open()) : [_disk.Kill()])
            {
                await using DocumentStore reopened = JournalTest.Open(after, JournalTest.Sealing);
                await AssertHasAsync(reopened, _version, Text);
                if (n % 10 == 0)
                {
                    await JournalTest.UntilAsync(() => reopened.Status.PendingDocuments == 0, "it is filed by the process that may");
                    await AssertHasAsync(reopened, _version, Text);
                }
            }
        }

        Assert.True(_store.Status.FiledThrough > _version);
    }

    [Fact]
    public async Task Carry_RestartedAgainAndAgain_IsCarriedOnAndStaysServed()
    {
        for (int run = 0; run < 3; run++)
        {
            await TurnOverAsync();
            SimulatedFileSystem killed = _disk.Kill();
            Obstruct(killed);
            await _store.DisposeAsync();
            (_disk, _store) = (killed, Open(killed));
            await AssertHasAsync(_store, _version, Text);
            await JournalTest.UntilAsync(() => _store.Status.FilingObstacle is not null, "it is blocked again");
        }

        await FreeAndCheckAsync(_version, Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Carry_ThenWrittenOnceMore_TheLaterVersionWins(bool isDelete)
    {
        await TurnOverAsync();
        WriteResult later = isDelete ? await _store.DeleteAsync("stuck", DurabilityLevel.Durable).SoonAsync() : await _store.PutAsync("stuck", "2", DurabilityLevel.Durable).SoonAsync();
        string? expected = isDelete ? null : "2";
        for (int turn = 0; turn < 2; turn++)
        {
            await AssertHasAsync(_store, later.Sequence, expected);
            foreach (SimulatedFileSystem after in _disk.CrashNow().States(seed: turn, budget: 8).Select(state => state.Open()).Append(_disk.Kill()))
            {
                await using DocumentStore reopened = JournalTest.Open(after, JournalTest.Sealing);
                await AssertHasAsync(reopened, later.Sequence, expected);
            }

            await TurnOverAsync();
        }

        await FreeAndCheckAsync(later.Sequence, expected);
        Assert.Equal(!isDelete, _disk.Disk.Tree().Any(path => path.EndsWith("/stuck.json", StringComparison.Ordinal)));
    }

    /// <summary>Writers of the document and its copies take turns under its lock.</summary>
    [Fact]
    public async Task Carry_WhileItIsWrittenAllTheTime_NeverGoesBack()
    {
        long last = _version;
        for (int n = 0; n < 60; n++)
        {
            Task<WriteResult> put = _store.PutAsync("stuck", $"{n}", DurabilityLevel.Durable);
            await WriteOneAsync(n);
            long now = (await put.SoonAsync()).Sequence;
            Assert.True(now > last);
            last = now;
            await AssertHasAsync(_store, last, $"{n}");
        }

        SimulatedFileSystem killed = _disk.Kill();
        await using DocumentStore reopened = JournalTest.Open(killed, JournalTest.Sealing);
        await AssertHasAsync(reopened, last, "59");
    }

    [Fact]
    public async Task Verify_AfterACarry_FindsNothingWrong()
    {
        await TurnOverAsync();
        SimulatedFileSystem killed = _disk.Kill();
        VerificationReport report = StoreVerification.Run(killed, JournalTest.Data);
        Assert.Empty(report.Damage);
    }

    /// <summary>Others are written until nothing of the journal that there is now is needed any more.</summary>
    private async Task TurnOverAsync()
    {
        long through = _store.Status.DurableThrough;
        for (int n = 0; n < 400 && _store.Status.FiledThrough < through; n++)
        {
            await WriteOneAsync(n);
        }

        await JournalTest.UntilAsync(() => _store.Status.FiledThrough >= through, "the journal lets go of what is filed");
    }

    private async Task WriteOneAsync(int n)
    {
        string id = Enumerable.Range(0, 1000).Select(k => $"other{n % 20}-{k}").First(id => Shard(id) != Shard("stuck"));
        WriteResult put = await _store.PutAsync(id, JournalTest.Json(6_000), DurabilityLevel.Filed).SoonAsync();
        Assert.True(put.Level == DurabilityLevel.Filed, $"{put.Level}: {_store.Status}");
    }

    private async Task FreeAndCheckAsync(long version, string? text)
    {
        _disk.ClearFaults();
        await JournalTest.UntilAsync(() => _store.Status is { PendingDocuments: 0, FilingObstacle: null } status && status.FiledThrough == status.DurableThrough, "it is filed");
        await AssertHasAsync(_store, version, text);
        SimulatedFileSystem killed = _disk.Kill();
        await using DocumentStore reopened = JournalTest.Open(killed, JournalTest.Sealing);
        await AssertHasAsync(reopened, version, text);
    }

    /// <summary>The document has an end, which is carried with it.</summary>
    private static DocumentStore Open(SimulatedFileSystem disk) =>
        JournalTest.Open(disk, JournalTest.Sealing, new TestRule
        {
            Commit = draft =>
            {
                if (draft.Operations[0].Operation is PutOperation { Key.Id: "stuck" })
                {
                    draft.ExpireAt(0, End);
                }
            },
        });

    private static async Task AssertHasAsync(DocumentStore store, long version, string? text)
    {
        Assert.Equal(text, await store.ReadAsync("stuck"));
        DocumentInfo? info = await store.ReadInfoAsync("stuck");
        Assert.Equal(text is null ? (null, null) : (version, End), (info?.Version, info?.Expires));
    }

    private static void Obstruct(SimulatedFileSystem disk)
    {
        string directory = $"/data/docs/{DocumentPath.ShardName(Shard("stuck"))}/";
        _ = disk.FailCall(1, Errno.EACCES, forever: true, where: call => call.Kind is CallKind.Create or CallKind.Unlink && call.Path.StartsWith(directory, StringComparison.Ordinal));
    }

    private static int Shard(string id) => DocumentPath.Of(DocumentKey.Create(id)).Shard;
}
