using System.Text;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Scrubbing;

/// <summary>Documents whose versions are kept: how many stands in headers and records alone, and the versions have files of their own.</summary>
public sealed class KeptScrubTests : IAsyncLifetime
{
    private const string Body = """{"a": 1}""";
    private static readonly string FileOf = ScrubTest.FileOf("a");

    private readonly SimulatedFileSystem _disk = new();
    private readonly CopyingFollower _copy = new();
    private DocumentStore _store = null!;
    private DocumentInfo _info = null!;
    private byte[] _whole = [];

    private string KeptFile => KeepingStore.FileOf("a", _info.Version);

    public async Task InitializeAsync()
    {
        _store = ScrubTest.Open(_disk, [KeepingStore.Rule], _copy);
        await _store.PutAsync("a", Body, DurabilityLevel.Filed).SoonAsync();
        _info = (await _store.ReadInfoAsync("a"))!;
        _whole = _disk.Disk.Read(FileOf);
        _copy.Answer(key => key == DocumentKey.Create("a") ? new StoredDocument(_info with { Keep = 0 }, Encoding.UTF8.GetBytes(Body)) : null);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    /// <summary>One file with two names: both are damaged, and both are restored, the version from the document.</summary>
    [Fact]
    public async Task Mending_TheBody_RestoresDocumentAndVersion()
    {
        _disk.RotJournal(Body);
        _disk.Flip(FileOf, -2);

        ScrubReport report = await _store.RoundAsync();

        Assert.Equal(2, report.Restored);
        Assert.Empty(report.Damage);
        Assert.Equal(_whole, _disk.Disk.Read(FileOf));
        Assert.Equal(_whole, _disk.Disk.Read(KeptFile));
    }

    [Fact]
    public async Task Mending_TheHeaderOfBoth_IsLeftUnlessTheJournalTellsHowManyAreKept()
    {
        _disk.RotJournal(Body);
        byte[] rotten = _disk.Flip(FileOf, 3);

        ScrubReport report = await _store.RoundAsync();

        Assert.Equal(0, report.Restored);
        Assert.Equal(2, report.Damage.Count);
        Assert.Equal(rotten, _disk.Disk.Read(FileOf));
    }

    [Fact]
    public async Task Mending_TheHeaderOfBothWhileTheJournalHasTheRecord_RestoresBothToTheByte()
    {
        _disk.Flip(FileOf, 3);

        Assert.Equal(2, (await _store.RoundAsync()).Restored);
        Assert.Equal(_whole, _disk.Disk.Read(FileOf));
        Assert.Equal(_whole, _disk.Disk.Read(KeptFile));
    }

    /// <summary>Only the document's file is damaged, in its header: the version's header tells how many are kept, and the index has the body.</summary>
    [Fact]
    public async Task Mending_TheHeaderAlone_IsTakenFromTheVersionsFile()
    {
        _disk.RotJournal(Body);
        _disk.Separate(KeptFile);
        _disk.Flip(KeptFile, -2); // its body is damaged too, its header is not
        _disk.Flip(FileOf, 3);

        Assert.Equal(2, (await _store.RoundAsync()).Restored);
        Assert.Equal(_whole, _disk.Disk.Read(FileOf));
        Assert.Equal(_whole, _disk.Disk.Read(KeptFile));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-2)]
    public async Task KeptVersion_ThatWasReplaced_IsRestoredFromTheJournalAndItsEvidenceIsKept(int at)
    {
        await ReplaceAsync();
        byte[] rotten = _disk.Flip(KeptFile, at);

        Assert.Equal(1, (await _store.RoundAsync()).Restored);

        Assert.Equal(_whole, _disk.Disk.Read(KeptFile));
        Assert.Equal(Body, await _store.ReadVersionAsync("a", _info.Version));
        Assert.Equal(rotten, _disk.Disk.Read(Assert.Single(_disk.Quarantined())));
        Assert.Equal("2", await _store.ReadAsync("a"));
    }

    [Fact]
    public async Task KeptVersion_ThatIsTheDocument_IsRestoredFromItsFile()
    {
        _disk.RotJournal(Body);
        _disk.Separate(KeptFile);
        _disk.Flip(KeptFile, 3);
        _copy.HasBodies = false;

        Assert.Equal(1, (await _store.RoundAsync()).Restored);
        Assert.Equal(_whole, _disk.Disk.Read(KeptFile));
    }

    [Fact]
    public async Task KeptVersion_OfWhichThereIsNoCopy_IsNamed()
    {
        await ReplaceAsync();
        _disk.RotJournal(Body);
        byte[] rotten = _disk.Flip(KeptFile, -2);

        ScrubReport report = await _store.RoundAsync();

        ScrubDamage damage = Assert.Single(report.Damage);
        Assert.Equal(KeptFile[(JournalTest.Data.Length + 1)..], damage.File);
        Assert.Equal("a", damage.Id);
        Assert.Equal(0, report.Restored);
        Assert.Equal(rotten, _disk.Disk.Read(KeptFile));
    }

    /// <summary>Between the look at its file and its mend the version is dropped.</summary>
    [Fact]
    public async Task KeptVersion_IsDroppedMeanwhile_DoesNotComeBack()
    {
        await ReplaceAsync();
        _disk.Flip(KeptFile, -2);
        using CallGate gate = _disk.BlockCall(static call => call.Kind == CallKind.Read && JournalTest.IsInJournal(call));
        Task<ScrubReport> round = _store.RoundAsync();
        await gate.Reached; // it looks for the record
        await _store.DropAsync("a", _info.Version).SoonAsync();

        gate.Release();

        Assert.Equal(0, (await round).Restored);
        Assert.DoesNotContain(KeptFile, _disk.VersionFiles());
        Assert.Empty((await _store.RoundAsync()).Damage);
    }

    /// <summary>The other order: it is being dropped, and its name is there still.</summary>
    [Fact]
    public async Task KeptVersion_IsBeingDropped_IsNotMended()
    {
        await ReplaceAsync();
        _disk.Flip(KeptFile, -2);
        using CallGate gate = _disk.BlockCall(call => call.Kind == CallKind.Unlink && call.Path == KeptFile);
        Task dropping = Task.Run(() => _store.DropAsync("a", _info.Version));
        await gate.Reached;

        Assert.Equal(0, (await _store.RoundAsync()).Restored);

        gate.Release();
        await dropping.SoonAsync();
        Assert.DoesNotContain(KeptFile, _disk.VersionFiles());
    }

    private async Task ReplaceAsync()
    {
        await _store.PutAsync("a", "2", DurabilityLevel.Filed).SoonAsync();
        DocumentInfo newer = (await _store.ReadInfoAsync("a"))!;
        _copy.Answer(key => key == DocumentKey.Create("a") ? new StoredDocument(newer with { Keep = 0 }, "2"u8.ToArray()) : null);
    }
}
