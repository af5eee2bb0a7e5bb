using System.IO.Hashing;
using System.Text;
using DocService.Storage.Documents;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Scrubbing;

/// <summary>A damaged document is restored from each place that may still have its bytes, alone, and only from bytes with the right digest.</summary>
public sealed class ScrubSourcesTests : IAsyncLifetime
{
    private const string Id = "a";
    private const string Body = """{"a": 1}""";

    private readonly SimulatedFileSystem _disk = new();
    private readonly CopyingFollower _copy = new();
    private DocumentStore _store = null!;
    private DocumentInfo _info = null!;

    private static string FileOf => ScrubTest.FileOf(Id);

    public Task InitializeAsync() => Task.CompletedTask; // each test says what there is

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Theory]
    [InlineData("journal", -2)] // a place in the body
    [InlineData("history", -2)]
    [InlineData("index", -2)]
    [InlineData("index", 3)] // one in the header, which then does not tell what should be there: the index's row does
    [InlineData("journal", 3)]
    public async Task Source_Alone_RestoresToTheByteAndTheEvidenceIsKept(string source, int at)
    {
        await OpenAsync(source);
        byte[] whole = _disk.Disk.Read(FileOf);
        byte[] rotten = _disk.Flip(FileOf, at);

        ScrubReport report = await _store.RoundAsync();

        Assert.Equal(1, report.Restored);
        Assert.Empty(report.Damage);
        Assert.Equal(whole, _disk.Disk.Read(FileOf));
        Assert.Equal(Body, await _store.ReadAsync(Id));
        Assert.Equal(rotten, _disk.Disk.Read($"{JournalTest.Data}/quarantine/{_info.Version}.{DocumentPath.Of(DocumentKey.Create(Id)).Name}"));
    }

    /// <summary>The file was cut off: its header still says what should be there.</summary>
    [Fact]
    public async Task Source_OfAFileThatWasCutOff_RestoresIt()
    {
        await OpenAsync("history");
        byte[] whole = _disk.Disk.Read(FileOf);
        _disk.Disk.Truncate(FileOf, whole.Length - 3);

        Assert.Equal(1, (await _store.RoundAsync()).Restored);
        Assert.Equal(whole, _disk.Disk.Read(FileOf));
    }

    /// <summary>The damaged file's header is intact and speaks of other bytes than the source has.</summary>
    [Theory]
    [InlineData("journal")]
    [InlineData("history")]
    [InlineData("index")]
    public async Task Source_OfAnotherDigest_IsRefused(string source)
    {
        await OpenAsync(source);
        byte[] body = Encoding.UTF8.GetBytes(Body);
        byte[] file = new byte[DocumentHeader.BytesMax + body.Length];
        int header = DocumentHeader.Write(file, DocumentKey.Create(Id), _info with { Sha256 = Sha256Digest.Of("""{"a": 2}"""u8) }, XxHash3.HashToUInt64(body));
        body.CopyTo(file, header);
        byte[] forged = file[..(header + body.Length)];
        _disk.Disk.Remove(FileOf);
        _disk.Disk.Write(FileOf, forged);

        ScrubReport report = await _store.RoundAsync();

        Assert.Equal(0, report.Restored);
        Assert.Contains("SHA-256", Assert.Single(report.Damage).What, StringComparison.Ordinal);
        Assert.Equal(forged, _disk.Disk.Read(FileOf));
        Assert.Empty(_disk.Quarantined());
    }

    [Fact]
    public async Task Source_ThereIsNone_NamesTheDocument()
    {
        await OpenAsync("none");
        byte[] rotten = _disk.Flip(FileOf, -2);

        ScrubReport report = await _store.RoundAsync();

        Assert.Equal(Id, Assert.Single(report.Damage).Id);
        Assert.Equal(rotten, _disk.Disk.Read(FileOf));
    }

    /// <summary>A disk that loses a bit loses another: what was damaged the first time stays beside what is damaged now.</summary>
    [Fact]
    public async Task Source_OfAVersionThatRotsTwice_KeepsBothDamagedFiles()
    {
        await OpenAsync("journal");
        byte[][] rotten = [_disk.Flip(FileOf, -2), []];
        await _store.RoundAsync();
        rotten[1] = _disk.Flip(FileOf, -3);

        Assert.Equal(2, (await _store.RoundAsync()).Restored);
        Assert.Equal(rotten.Select(static file => Convert.ToHexString(file)).Order(), _disk.Quarantined().Select(path => Convert.ToHexString(_disk.Disk.Read(path))).Order());
    }

    private async Task OpenAsync(string source)
    {
        bool isKept = source == "history";
        bool isIndexed = source is "index" or "journal";
        _store = ScrubTest.Open(_disk, isKept ? [KeepingStore.Rule] : [], isIndexed ? _copy : null);
        await _store.PutAsync(Id, Body, DurabilityLevel.Filed).SoonAsync();
        _info = (await _store.ReadInfoAsync(Id))!;
        _copy.Answer(key => key == DocumentKey.Create(Id) ? new StoredDocument(_info, Encoding.UTF8.GetBytes(Body)) : null);
        _copy.HasBodies = source == "index"; // else its rows alone: what should be there
        if (isKept)
        {
            _disk.Separate(KeepingStore.FileOf(Id, _info.Version));
        }

        if (source != "journal")
        {
            _disk.RotJournal(Body);
        }
    }
}
