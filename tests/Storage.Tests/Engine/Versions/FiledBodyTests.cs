using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Versions;

/// <summary>A large body is verified first and read by the piece then: what is given out is the version that was opened, or nothing.</summary>
public sealed class FiledBodyTests : IAsyncLifetime
{
    private const int BodyBytes = (2 * StoredDocument.PieceBytes) + 17;
    private const long BudgetBytes = 1 << 20;

    private static readonly DocumentKey Key = DocumentKey.Create("large");

    private static readonly StoreOptions ForLargeBodies = JournalTest.Options with
    {
        SegmentBytes = 4 * StoredDocument.PieceBytes,
        JournalBytes = 16 * StoredDocument.PieceBytes,
        CommitBytesMax = 2 * StoredDocument.PieceBytes,
        ReserveBytes = 8 * StoredDocument.PieceBytes,
    };

    private readonly TestDirectory _directory = new();
    private readonly ByteBudget _budget = new(BudgetBytes);
    private readonly byte[] _body = new byte[BodyBytes];
    private readonly byte[] _buffer = new byte[StoredDocument.PieceBytes];
    private DocumentStore _store = null!;

    public async Task InitializeAsync()
    {
        new Random(BodyBytes).NextBytes(_body);
        _store = TestDocuments.Open(_directory.Path);
        await PutAsync(_body);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Open_LargeFiledDocument_HoldsNothingOfTheBudget()
    {
        using StoredDocument opened = await OpenAsync();

        Assert.False(opened.IsWhole);
        Assert.Equal(BudgetBytes, _budget.Free);
        Assert.Throws<InvalidOperationException>(() => opened.Body);
        Assert.True((await opened.ReadAllAsync()).AsSpan().SequenceEqual(_body));
    }

    [Fact]
    public async Task Open_SmallDocument_IsWholeAndCharged()
    {
        await PutAsync(new byte[StoredDocument.PieceBytes]);
        using StoredDocument opened = await OpenAsync();

        Assert.True(opened.IsWhole);
        Assert.InRange(_budget.Free, 0, BudgetBytes - StoredDocument.PieceBytes);
        await Assert.ThrowsAsync<InvalidOperationException>(() => opened.ReadPieceAsync(0, _buffer, default).AsTask());
    }

    [Theory]
    [InlineData("replaced")]
    [InlineData("deleted")]
    [InlineData("closed")]
    public async Task Open_WhateverBecomesOfTheDocument_GivesTheVersionThatWasOpened(string what)
    {
        using StoredDocument opened = await OpenAsync();
        switch (what)
        {
            case "replaced":
                await PutAsync(new byte[BodyBytes]);
                break;
            case "deleted":
                await _store.DeleteAsync("large", Conditions.None, DurabilityLevel.Filed);
                break;
            default:
                await _store.DisposeAsync();
                break;
        }

        Assert.True((await opened.ReadAllAsync()).AsSpan().SequenceEqual(_body));
    }

    [Fact]
    public async Task Piece_ChangedAfterItWasVerified_IsNeverGivenOut()
    {
        using StoredDocument opened = await OpenAsync();
        Spoil();

        Assert.Equal(StoredDocument.PieceBytes, await opened.ReadPieceAsync(0, _buffer, default));
        DocumentCorruptException refused = await Assert.ThrowsAsync<DocumentCorruptException>(() => opened.ReadPieceAsync(1, _buffer, default).AsTask());
        Assert.Contains("changed after", refused.Message, StringComparison.Ordinal);
        Assert.Equal(17, await opened.ReadPieceAsync(2, _buffer, default));
    }

    [Fact]
    public async Task Open_DamagedBody_IsRefusedBeforeAnyPiece()
    {
        Spoil();

        await Assert.ThrowsAsync<DocumentCorruptException>(OpenAsync);
    }

    [Fact]
    public async Task Open_NotYetFiled_IsWholeAndCharged()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk, ForLargeBodies);
        using CallGate filing = disk.BlockCall(call => call.Kind == CallKind.Write && JournalTest.IsInDocuments(call));
        byte[] body = _body[..(StoredDocument.PieceBytes + 1)];
        await store.PutAsync(Key, TestDocuments.Content(body), Conditions.None, DurabilityLevel.Durable, default).AsTask().SoonAsync();

        using StoredDocument? opened = await store.OpenAsync(Key, _budget, default);

        Assert.True(opened!.IsWhole);
        Assert.NotEqual(BudgetBytes, _budget.Free);
        Assert.True(opened.Body.Span.SequenceEqual(body));
    }

    [Fact]
    public async Task Piece_WhileThereIsNoMemoryForARead_IsBusyAndNotCorrupt()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk, ForLargeBodies);
        using StoredDocument opened = await PutAndOpenAsync(store);
        _ = disk.FailCall(1, Errno.ENOMEM, where: IsReadOfADocument);

        await Assert.ThrowsAsync<StoreBusyException>(() => opened.ReadPieceAsync(0, _buffer, default).AsTask());

        Assert.True((await opened.ReadAllAsync()).AsSpan().SequenceEqual(_body.AsSpan(0, StoredDocument.PieceBytes + 1)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Piece_ThatTheDiskDoesNotRead_IsReadOnceMoreAndThenRefused(bool forever)
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk, ForLargeBodies);
        using StoredDocument opened = await PutAndOpenAsync(store);
        Fault fault = disk.FailCall(1, Errno.EIO, forever: forever, where: IsReadOfADocument);

        Task<int> reading = opened.ReadPieceAsync(0, _buffer, default).AsTask();

        if (forever)
        {
            await Assert.ThrowsAsync<DocumentCorruptException>(() => reading);
            Assert.Equal(2, fault.Matched);
        }
        else
        {
            Assert.Equal(StoredDocument.PieceBytes, await reading);
        }
    }

    [Fact]
    public async Task Dispose_OfAnOpenedDocument_ClosesItsFileOnce()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk, ForLargeBodies);
        StoredDocument opened = await PutAndOpenAsync(store);
        await store.DisposeAsync();
        Assert.Equal(1, disk.OpenHandles);

        opened.Dispose();
        opened.Dispose();

        Assert.Equal(0, disk.OpenHandles);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await opened.ReadPieceAsync(0, _buffer, default));
    }

    private static bool IsReadOfADocument(SimulatedCall call) => call.Kind == CallKind.Read && JournalTest.IsInDocuments(call);

    private async Task<StoredDocument> PutAndOpenAsync(DocumentStore store)
    {
        byte[] body = _body[..(StoredDocument.PieceBytes + 1)];
        await store.PutAsync(Key, TestDocuments.Content(body), Conditions.None, DurabilityLevel.Filed, default).AsTask().SoonAsync();
        StoredDocument opened = (await store.OpenAsync(Key, _budget, default))!;
        Assert.False(opened.IsWhole);
        return opened;
    }

    private async Task PutAsync(byte[] body) =>
        await _store.PutAsync(Key, TestDocuments.Content(body), Conditions.None, DurabilityLevel.Filed, default);

    private async Task<StoredDocument> OpenAsync() => (await _store.OpenAsync(Key, _budget, default))!;

    /// <summary>One byte of the second piece, in place.</summary>
    private void Spoil()
    {
        string path = Assert.Single(Directory.GetFiles(Path.Combine(_directory.Path, "docs"), "large.json", SearchOption.AllDirectories));
        using FileStream file = File.OpenWrite(path);
        file.Position = file.Length - 17 - 100;
        file.WriteByte((byte)(_body[^117] ^ 0xFF));
    }
}
