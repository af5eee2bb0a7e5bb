using DocService.Storage.Documents;
using DocService.Storage.Followers;
using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Scrubbing;

/// <summary>What rots is found without being read by anybody, and restored only from bytes that are the file's, while it is that file.</summary>
public sealed class ScrubTests : IAsyncLifetime
{
    private const string Id = "Users/1";
    private const string Body = """{"a": 1}""";

    private readonly SimulatedFileSystem _disk = new();
    private readonly CopyingFollower _copy = new();
    private DocumentStore _store = null!;
    private byte[] _whole = [];
    private DocumentInfo _info = null!;

    private static string FileOf => $"{JournalTest.Data}/docs/{DocumentPath.ShardName(DocumentPath.Of(DocumentKey.Create(Id)).Shard)}/{DocumentPath.Of(DocumentKey.Create(Id)).Name}";

    private ScrubReport Report => _store.Status.Scrub!;

    public async Task InitializeAsync()
    {
        _store = JournalTest.Open(_disk, JournalTest.Sealing with { ScrubInterval = TimeSpan.FromSeconds(1), ScrubBytesPerSecond = 1L << 30 }, _copy);
        await _store.PutAsync(Id, Body);
        _info = (await _store.ReadInfoAsync(Id))!;
        _whole = _disk.Disk.Read(FileOf);
        _disk.RotJournal(Body); // here the copy is what is restored from
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Theory]
    [InlineData(3)] // the header: whose file it is, only its name tells
    [InlineData(60)]
    [InlineData(-2)] // the body
    public async Task Round_AFlippedBit_IsFoundAndRestoredToTheByteWithItsEvidence(int at)
    {
        _copy.Answer(_ => Copy());
        byte[] rotten = Flip(at);

        await JournalTest.UntilAsync(() => Report.Restored == 1, "it is restored");

        Assert.Equal(_whole, _disk.Disk.Read(FileOf));
        Assert.Empty(Report.Damage);
        Assert.Equal(Body, await _store.ReadAsync(Id));
        Assert.Equal(rotten, _disk.Disk.Read($"{JournalTest.Data}/quarantine/{_info.Version}.{DocumentPath.Of(DocumentKey.Create(Id)).Name}"));
    }

    [Fact]
    public async Task Round_NoCopy_NamesTheDocumentUntilItIsWrittenAgain()
    {
        Flip(-2);
        await JournalTest.UntilAsync(() => Report.Damage.Count == 1, "it is named");

        ScrubDamage damage = Report.Damage[0];
        Assert.Equal(Id, damage.Id);
        Assert.Contains("checksum", damage.What, StringComparison.Ordinal);
        await _store.PutAsync(Id, "2");
        await JournalTest.UntilAsync(() => Report.Damage.Count == 0, "it is intact again");
        Assert.Equal("2", await _store.ReadAsync(Id));
    }

    /// <summary>Row 62 of the failure modes: between the look at the file and its repair a writer comes.</summary>
    [Theory]
    [InlineData(DurabilityLevel.Durable)] // it may be pending then
    [InlineData(DurabilityLevel.Filed)]
    public async Task Mending_WhileTheDocumentIsReplaced_LeavesTheNewerVersion(DurabilityLevel level)
    {
        var replaced = new TaskCompletionSource();
        _copy.Answer(_ =>
        {
            StoredDocument old = Copy();
            if (!replaced.Task.IsCompleted)
            {
                _store.PutAsync(Id, "2", level).GetAwaiter().GetResult();
                replaced.SetResult();
            }

            return old; // of the version before
        });
        Flip(-2);
        await replaced.Task.WaitAsync(TimeSpan.FromMinutes(2));
        await JournalTest.UntilAsync(() => Report is { Finished: not null, Damage.Count: 0 }, "a round has passed");

        Assert.Equal(0, Report.Restored);
        Assert.Equal("2", await _store.ReadAsync(Id));
    }

    [Fact]
    public async Task Mending_WhileTheDocumentIsDeleted_DoesNotBringItBack()
    {
        var deleted = new TaskCompletionSource();
        _copy.Answer(_ =>
        {
            StoredDocument old = Copy();
            if (!deleted.Task.IsCompleted)
            {
                _store.DeleteAsync(Id, DurabilityLevel.Filed).GetAwaiter().GetResult();
                deleted.SetResult();
            }

            return old;
        });
        Flip(-2);
        await deleted.Task.WaitAsync(TimeSpan.FromMinutes(2));
        await JournalTest.UntilAsync(() => Report is { Finished: not null, Damage.Count: 0 }, "a round has passed");

        Assert.Null(await _store.ReadAsync(Id));
    }

    /// <summary>The file's header is intact and speaks of other bytes than the copy has.</summary>
    [Fact]
    public async Task Mending_ACopyOfAnotherVersion_IsNotUsed()
    {
        _copy.Answer(_ => new StoredDocument(_info with { Version = _info.Version - 1 }, TestDocuments.Content(Body).Body.ToArray()));
        Flip(-2);
        await JournalTest.UntilAsync(() => Report is { Finished: not null, Damage.Count: 1 }, "a round has passed");

        Assert.Equal(0, Report.Restored);
    }

    [Fact]
    public async Task Mending_ACopyWhoseBytesAreNotItsDigests_IsNotUsed()
    {
        _copy.Answer(_ => new StoredDocument(_info, TestDocuments.Content("""{"a": 2}""").Body.ToArray()));
        Flip(-2);
        await JournalTest.UntilAsync(() => Report is { Finished: not null, Damage.Count: 1 }, "a round has passed");

        Assert.Equal(0, Report.Restored);
    }

    [Fact]
    public async Task Mending_FullDisk_LeavesTheFileAndTriesAgain()
    {
        _copy.Answer(_ => Copy());
        var full = _disk.FailCall(1, Errno.ENOSPC, forever: false, where: call => call.Kind == CallKind.Sync && call.Path!.EndsWith(".tmp-64", StringComparison.Ordinal));
        Flip(-2);
        await JournalTest.UntilAsync(() => Report.Restored == 1, "it is restored once there is room");

        Assert.Equal(StoreState.Ready, _store.Status.State);
        Assert.Equal(_whole, _disk.Disk.Read(FileOf));
    }

    [Fact]
    public async Task Mending_FailedSync_FencesAndReplacesNothing()
    {
        _copy.Answer(_ => Copy());
        _ = _disk.FailCall(1, Errno.EIO, forever: false, where: call => call.Kind == CallKind.Sync && call.Path!.EndsWith(".tmp-64", StringComparison.Ordinal));
        byte[] rotten = Flip(-2);
        await JournalTest.UntilAsync(() => _store.Status.State == StoreState.Fenced, "it is fenced");

        Assert.Equal(0, Report.Restored);
        Assert.Equal(rotten, _disk.Disk.Read(FileOf));
    }

    [Fact]
    public async Task Round_TheCopySaysSomethingElseThanAnIntactFile_HasTheCopyMadeAnew()
    {
        _copy.Answer(_ => new StoredDocument(_info, TestDocuments.Content(Body).Body.ToArray()));
        await JournalTest.UntilAsync(() => Report.Finished is not null, "a round has passed");
        Assert.Empty(_copy.Differences);

        _copy.Answer(_ => new StoredDocument(_info with { Version = _info.Version - 1 }, TestDocuments.Content(Body).Body.ToArray()));
        await JournalTest.UntilAsync(() => _copy.Differences.Count > 0, "the difference is told");
        Assert.Contains(Id, _copy.Differences[0], StringComparison.Ordinal);
        Assert.Empty(Report.Damage);
    }

    [Fact]
    public async Task Round_TheCopyLacksAnIntactDocument_HasTheCopyMadeAnew()
    {
        _copy.IsLacking = true;
        await JournalTest.UntilAsync(() => _copy.Differences.Count > 0, "the difference is told");

        Assert.Contains(Id, _copy.Differences[0], StringComparison.Ordinal);
        Assert.True(Report.Differences > 0);
    }

    [Fact]
    public async Task Round_AFileOfTheCopyHasRotten_HasTheCopyMadeAnew()
    {
        byte[] bytes = new byte[(1 << 20) + 13];
        new Random(19).NextBytes(bytes);
        _disk.Disk.CreateDirectory($"{JournalTest.Data}/copy");
        _disk.Disk.Write($"{JournalTest.Data}/copy/1", bytes);
        _copy.Files = [new CopyFile("copy", "1", bytes.Length, Crc32C(bytes))];
        DateTimeOffset? before = Report.Finished;
        await JournalTest.UntilAsync(() => Report.Finished > (before ?? default), "a round has passed");
        await JournalTest.UntilAsync(() => Report.Bytes > bytes.Length, "it was read");
        Assert.Empty(_copy.Differences);

        _disk.Disk.FlipBit($"{JournalTest.Data}/copy/1", bytes.Length - 1, 0);
        await JournalTest.UntilAsync(() => _copy.Differences.Count > 0, "the difference is told");
        Assert.Contains("copy/1: its checksum does not match", _copy.Differences[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Round_AMissingFileOfTheCopy_HasTheCopyMadeAnew()
    {
        _copy.Files = [new CopyFile("copy", "1", 4, 0)];
        await JournalTest.UntilAsync(() => _copy.Differences.Count > 0, "the difference is told");
        Assert.Contains("copy/1: it is missing", _copy.Differences[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Round_AMissingDocument_IsRestoredToTheByte()
    {
        _copy.Answer(_ => Copy());
        _copy.Listed = [DocumentKey.Create(Id)];
        _disk.Disk.Remove(FileOf);

        await JournalTest.UntilAsync(() => Report.Restored == 1, "it is restored");

        Assert.Equal(_whole, _disk.Disk.Read(FileOf));
        Assert.Empty(Report.Damage);
        Assert.Equal(Body, await _store.ReadAsync(Id));
    }

    [Fact]
    public async Task Round_AMissingDocumentWithoutABody_IsNamedUntilItIsWrittenAgain()
    {
        _copy.Answer(_ => new StoredDocument(_info, TestDocuments.Content("""{"a": 2}""").Body.ToArray())); // not what its digest says
        _copy.Listed = [DocumentKey.Create(Id)];
        _disk.Disk.Remove(FileOf);
        await JournalTest.UntilAsync(() => Report is { Damage.Count: 1, Finished: not null }, "it is named");
        Assert.Equal(Id, Report.Damage[0].Id);
        Assert.Contains("missing", Report.Damage[0].What, StringComparison.Ordinal);

        await _store.PutAsync(Id, "2");
        await JournalTest.UntilAsync(() => Report.Damage.Count == 0, "it is there again");
        Assert.Equal("2", await _store.ReadAsync(Id));
    }

    /// <summary>Between the look for the file and its repair the document is deleted for good: a missing file cannot tell the difference.</summary>
    [Fact]
    public async Task Mending_AMissingDocumentThatIsDeletedMeanwhile_DoesNotBringItBack()
    {
        var deleted = new TaskCompletionSource();
        int asked = 0;
        _copy.Answer(_ =>
        {
            StoredDocument old = Copy();
            if (++asked == 4) // listed, confirmed to be missing; then read
            {
                _store.PutAsync(Id, "2").GetAwaiter().GetResult();
                _store.DeleteAsync(Id, DurabilityLevel.Filed).GetAwaiter().GetResult();
                _copy.IsLacking = true;
                deleted.SetResult();
            }

            return old;
        });
        _disk.Disk.Remove(FileOf);
        asked = 1;
        _copy.Listed = [DocumentKey.Create(Id)];
        await deleted.Task.WaitAsync(TimeSpan.FromMinutes(2));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        await JournalTest.UntilAsync(() => Report.Finished > now, "a round has passed");

        Assert.Equal(0, Report.Restored);
        Assert.Null(await _store.ReadAsync(Id));
    }

    private static uint Crc32C(byte[] bytes) => ~bytes.Aggregate(uint.MaxValue, static (sum, one) => System.Numerics.BitOperations.Crc32C(sum, one));

    private StoredDocument Copy() => new(_info, TestDocuments.Content(Body).Body.ToArray());

    private byte[] Flip(int at)
    {
        _disk.Disk.FlipBit(FileOf, at < 0 ? _whole.Length + at : at, 4);
        return _disk.Disk.Read(FileOf);
    }
}
