using System.Text;
using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Rules;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Scrubbing;

/// <summary>A bit flips in the file of a document that is being replaced: at whichever step that is, the newer version stays and nothing is put in its place.</summary>
public sealed class ScrubRacesTests : IAsyncLifetime
{
    private const string Id = "a";
    private const string Body = """{"a": 1}""";

    private readonly SimulatedFileSystem _disk = new();
    private readonly CopyingFollower _copy = new();
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _leave = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isHeld;
    private DocumentStore _store = null!;
    private DocumentInfo _info = null!;

    private static string FileOf => ScrubTest.FileOf(Id);

    public async Task InitializeAsync()
    {
        var rule = new TestRule
        {
            Commit = _ =>
            {
                if (_isHeld)
                {
                    _entered.TrySetResult();
                    _leave.Task.GetAwaiter().GetResult();
                }
            },
        };
        _store = ScrubTest.Open(_disk, [rule], _copy);
        await _store.PutAsync(Id, Body, DurabilityLevel.Filed).SoonAsync();
        _info = (await _store.ReadInfoAsync(Id))!;
        _copy.Answer(key =>
        {
            _asked.TrySetResult();
            return key == DocumentKey.Create(Id) ? new StoredDocument(_info, Encoding.UTF8.GetBytes(Body)) : null;
        });
        _disk.RotJournal(Body);
        _disk.Flip(FileOf, -2);
    }

    public async Task DisposeAsync()
    {
        _leave.TrySetResult();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Replaced_BeforeItIsExamined_IsIntact()
    {
        await _store.PutAsync(Id, "2", DurabilityLevel.Filed).SoonAsync();
        _copy.Answer(_ => null);
        _info = (await _store.ReadInfoAsync(Id))!;
        _copy.Answer(_ => new StoredDocument(_info, "2"u8.ToArray()));

        ScrubReport report = await _store.RoundAsync();

        Assert.Equal(0, report.Restored);
        Assert.Empty(report.Damage);
        Assert.Equal("2", await _store.ReadAsync(Id));
    }

    /// <summary>The writer holds the document's lock, and nothing of its commit is in the journal yet.</summary>
    [Fact]
    public async Task Replaced_WhileAWriterHoldsTheLock_IsLeftToTheWriter()
    {
        _isHeld = true;
        Task<WriteResult> put = Task.Run(() => _store.PutAsync(Id, "2", DurabilityLevel.Filed));
        await _entered.Task.SoonAsync();

        Assert.Equal(0, (await _store.RoundAsync()).Restored);

        _leave.TrySetResult();
        await put.SoonAsync();
        Assert.Equal("2", await _store.ReadAsync(Id));
    }

    /// <summary>The newer version is in the journal, and cannot be filed for the time being.</summary>
    [Fact]
    public async Task Replaced_WhileTheNewVersionIsPending_IsLeftToTheFiler()
    {
        _disk.FailCall(1, Errno.EACCES, forever: true, where: static call => JournalTest.IsTempCreation(call) && !call.Path.EndsWith(".tmp-64", StringComparison.Ordinal));
        await _store.PutAsync(Id, "2", DurabilityLevel.Durable).SoonAsync();

        Assert.Equal(0, (await _store.RoundAsync()).Restored);

        Assert.Equal("2", await _store.ReadAsync(Id));
        _disk.ClearFaults();
        await JournalTest.UntilAsync(() => _store.Status.PendingDocuments == 0, "it is filed");
        Assert.Empty((await _store.RoundAsync()).Damage);
        Assert.Equal("2", await _store.ReadAsync(Id));
    }

    /// <summary>The filer is in the middle of its four steps when the scrub wants the same file mended.</summary>
    [Theory]
    [InlineData(nameof(CallKind.Sync))]
    [InlineData(nameof(CallKind.Rename))]
    [InlineData(nameof(CallKind.SyncDirectory))]
    public async Task Replaced_WhileTheNewVersionIsBeingFiled_IsNotMended(string named)
    {
        CallKind step = Enum.Parse<CallKind>(named);
        using CallGate gate = _disk.BlockCall(call => call.Kind == step && JournalTest.IsInDocuments(call) && !call.Path.EndsWith(".tmp-64", StringComparison.Ordinal));
        Task<WriteResult> put = _store.PutAsync(Id, "2", DurabilityLevel.Filed);
        await gate.Reached;
        Task<ScrubReport> round = _store.RoundAsync();
        if (step == CallKind.Sync)
        {
            await _asked.Task.SoonAsync(); // it has found the file damaged, and waits for the filer
        }

        gate.Release();
        await put.SoonAsync();

        Assert.Equal(0, (await round).Restored);
        Assert.Equal("2", await _store.ReadAsync(Id));
        Assert.Empty((await _store.RoundAsync()).Damage);
    }

    /// <summary>Between the look at the file and its mend the document is written anew: then it is another file.</summary>
    [Theory]
    [InlineData(3)] // its header does not tell the version
    [InlineData(-2)]
    public async Task Replaced_BetweenTheLookAndTheMend_IsNotMended(int at)
    {
        _disk.Flip(FileOf, -2);
        _disk.Flip(FileOf, at);
        bool isReplaced = false;
        _copy.Answer(key =>
        {
            var old = new StoredDocument(_info, Encoding.UTF8.GetBytes(Body));
            if (!isReplaced && _copy.IsBodyAsked)
            {
                isReplaced = true;
                _store.PutAsync(Id, "2", DurabilityLevel.Filed).GetAwaiter().GetResult();
            }

            return key == DocumentKey.Create(Id) ? old : null;
        });

        ScrubReport report = await _store.RoundAsync();

        Assert.True(isReplaced);
        Assert.Equal(0, report.Restored);
        Assert.Equal("2", await _store.ReadAsync(Id));
    }

    [Fact]
    public async Task Fenced_NothingIsMended()
    {
        _disk.FailCall(1, Errno.EIO, forever: false, where: JournalTest.IsGroupSync);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => _store.PutAsync("b", "1", DurabilityLevel.Durable));
        byte[] rotten = _disk.Disk.Read(FileOf);

        ScrubReport report = await _store.RoundAsync();

        Assert.Equal(0, report.Restored);
        Assert.Equal(Id, Assert.Single(report.Damage).Id);
        Assert.Equal(rotten, _disk.Disk.Read(FileOf));
    }

    /// <summary>A filesystem that has gone read-only: it is not known what it still holds.</summary>
    [Fact]
    public async Task ReadOnlyFilesystem_MendingFences()
    {
        _disk.FailCall(1, Errno.EROFS, forever: false, where: static call => call.Kind == CallKind.Create && call.Path.EndsWith(".tmp-64", StringComparison.Ordinal));

        Assert.Equal(0, (await _store.RoundAsync()).Restored);
        Assert.Equal(StoreState.Fenced, _store.Status.State);
    }

    /// <summary>A device that cannot be read for a moment has lost nothing: nothing is restored, and nothing is put into quarantine.</summary>
    [Fact]
    public async Task ReadsFail_ForAMoment_IsNotRot()
    {
        await _store.PutAsync(Id, "2", DurabilityLevel.Filed).SoonAsync();
        _info = (await _store.ReadInfoAsync(Id))!;
        _copy.Answer(_ => new StoredDocument(_info, "2"u8.ToArray()));
        foreach (int number in (int[])[1, 2])
        {
            _disk.FailCall(number, Errno.EIO, forever: false, where: static call => call.Kind == CallKind.Read && call.Path == FileOf);
        }

        ScrubReport report = await _store.RoundAsync();

        Assert.Equal(0, report.Restored);
        Assert.Empty(report.Damage);
        Assert.Empty(_disk.Quarantined());
    }
}
