using System.Text;
using DocService.Storage.Rules;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Versions;

/// <summary>A document that has ended is absent for everybody, wherever its newest version is found.</summary>
public sealed class PresentDocumentsTests
{
    /// <summary>Where the version is when it is asked for.</summary>
    public enum Place
    {
        Journal,
        RecoveredJournal,
        File,
        FileOfAnEarlierStart,
        Cache,
    }

    private const string Id = "t/a";

    private static readonly DocumentKey Key = DocumentKey.Create(Id);

    private readonly ShiftedClock _clock = new();
    private readonly List<IDisposable> _gates = [];

    public static TheoryData<Place> Places => new(Enum.GetValues<Place>());

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Reads_AfterTheEnd_FindNothing(Place place)
    {
        await using DocumentStore store = await StoreAsync(place);
        Assert.Equal("1", await store.ReadAsync(Id));
        Assert.Equal("1", await OpenAsync(store));
        Assert.Equal(EndingStore.Life, await LifeAsync(store));
        Assert.Equal(place == Place.Cache, store.TryReadCached(Id) is not null);

        _clock.Pass(EndingStore.Life);

        Assert.Null(store.TryReadCached(Id));
        Assert.Null(await store.ReadAsync(Id));
        Assert.Null(await OpenAsync(store));
        Assert.Null(await store.ReadInfoAsync(Id));
        _gates.ForEach(gate => gate.Dispose());
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Writes_AfterTheEnd_FindNothing(Place place)
    {
        await using DocumentStore store = await StoreAsync(place);
        DocumentInfo before = (await store.ReadInfoAsync(Id))!;
        var match = new Conditions { IfMatch = VersionMatch.Of(before.Version) };
        var none = new Conditions { IfNoneMatch = VersionMatch.Any };
        Assert.Equal([WriteStatus.Checked], await CommitAsync(store, new CheckOperation(Key, match)));
        Assert.Equal([WriteStatus.ConditionFailed], await CommitAsync(store, new CheckOperation(Key, none)));

        _clock.Pass(EndingStore.Life);

        long through = store.Status.DurableThrough;
        Assert.Equal([WriteStatus.ConditionFailed], await CommitAsync(store, new CheckOperation(Key, match)));
        Assert.Equal([WriteStatus.Checked], await CommitAsync(store, new CheckOperation(Key, none)));
        Assert.Equal([WriteStatus.NotFound], await CommitAsync(store, new DeleteOperation(Key, Conditions.None)));
        Assert.Equal([WriteStatus.NotFound], await CommitAsync(store, new PatchOperation(Key, new Append(), Conditions.None)));
        Assert.Equal([WriteStatus.ConditionFailed], await CommitAsync(store, new PutOperation(Key, TestDocuments.Content("2"), match)));
        Assert.Equal(through, store.Status.DurableThrough);

        WriteResult again = await store.PutAsync(Id, "2", none, DurabilityLevel.Durable);

        Assert.Equal(WriteStatus.Created, again.Status);
        Assert.True(again.Document!.Version > before.Version);
        Assert.Equal(again.Document.Modified, again.Document.Created); // it began anew
        Assert.True(again.Document.Created > before.Created);
        Assert.Equal("2", await store.ReadAsync(Id));
        _gates.ForEach(gate => gate.Dispose());
    }

    [Fact]
    public async Task Patch_BeforeTheEnd_GivesTheDocumentANewOne()
    {
        await using DocumentStore store = await StoreAsync(Place.Journal);
        _clock.Pass(EndingStore.Life / 2);

        Assert.Equal([WriteStatus.Replaced], await CommitAsync(store, new PatchOperation(Key, new Append(), Conditions.None)));

        Assert.Equal("10", await store.ReadAsync(Id));
        _clock.Pass(EndingStore.Life / 2);
        Assert.Equal("10", await store.ReadAsync(Id));
        _clock.Pass(EndingStore.Life / 2);
        Assert.Null(await store.ReadAsync(Id));
        _gates.ForEach(gate => gate.Dispose());
    }

    /// <summary>As a damaged body would be answered: nobody is given it, so nobody is told of it.</summary>
    [Fact]
    public async Task Read_DamagedBodyOfADocumentThatHasEnded_FindsNothing()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = EndingStore.Open(disk, _clock);
        await store.PutAsync(Id, "1", DurabilityLevel.Filed).SoonAsync();
        string file = Assert.Single(disk.Disk.Tree(), path => path.EndsWith("t%2Fa.json", StringComparison.Ordinal));
        byte[] bytes = disk.Disk.Read(file);
        bytes[^1] ^= 1;
        disk.Disk.Write(file, bytes);
        await Assert.ThrowsAsync<DocumentCorruptException>(() => store.ReadAsync(Id));

        _clock.Pass(EndingStore.Life);

        Assert.Null(await store.ReadAsync(Id));
        Assert.Null(await OpenAsync(store));
    }

    [Fact]
    public async Task WallClock_TenYearsAhead_EndsNothing()
    {
        await using DocumentStore store = await StoreAsync(Place.File);
        Assert.False(store.Status.Time.IsInDoubt);

        _clock.MoveWall(TimeSpan.FromDays(3652));

        Assert.Equal("1", await store.ReadAsync(Id));
        Assert.True(store.Status.Time.IsInDoubt);
        Assert.Equal(3652, store.Status.Time.WallAhead.TotalDays, precision: 3);
        Assert.Equal(WriteStatus.Replaced, (await store.PutAsync(Id, "2", DurabilityLevel.Durable)).Status);
    }

    private static async Task<WriteStatus[]> CommitAsync(DocumentStore store, DocumentOperation operation) =>
        [.. (await store.CommitAsync([operation], DurabilityLevel.Durable, default).AsTask().SoonAsync()).Results.Select(result => result.Status)];

    private static async Task<TimeSpan?> LifeAsync(DocumentStore store) => await store.ReadInfoAsync(Id) is { } info ? info.Expires - info.Modified : null;

    private static async Task<string?> OpenAsync(DocumentStore store)
    {
        using StoredDocument? document = await store.OpenAsync(Key, budget: null, default);
        return document is null ? null : Encoding.UTF8.GetString(await document.ReadAllAsync());
    }

    private async Task<DocumentStore> StoreAsync(Place place)
    {
        var disk = new SimulatedFileSystem();
        bool isJournal = place is Place.Journal or Place.RecoveredJournal;
        DocumentStore store = Open(disk, place);
        if (isJournal)
        {
            _gates.Add(disk.BlockCall(JournalTest.IsTempCreation));
        }

        await store.PutAsync(Id, "1", isJournal ? DurabilityLevel.Durable : DurabilityLevel.Filed).SoonAsync();
        if (place == Place.FileOfAnEarlierStart)
        {
            await store.DisposeAsync();
            return Open(disk, place);
        }

        if (place == Place.RecoveredJournal)
        {
            SimulatedFileSystem killed = disk.Kill();
            _gates[0].Dispose();
            await store.DisposeAsync();
            _gates[0] = killed.BlockCall(JournalTest.IsTempCreation);
            return Open(killed, place);
        }

        for (int reads = 0; place == Place.Cache && reads < 3; reads++)
        {
            Assert.Equal("1", await OpenAsync(store));
        }

        return store;
    }

    private DocumentStore Open(SimulatedFileSystem disk, Place place) =>
        EndingStore.Open(disk, _clock, JournalTest.Sealing with { CacheBytes = place == Place.Cache ? 1 << 20 : 0 });

    /// <summary>Puts a digit behind the number.</summary>
    private sealed class Append : IDocumentPatch
    {
        public bool CreatesDocument => false;

        public ByteBudget? Budget => null;

        public RuleViolation? Refusal => null;

        public RuleViolation? Apply(StoredDocument? current, out DocumentContent content)
        {
            content = TestDocuments.Content([.. current!.Body.Span, (byte)'0']);
            return null;
        }
    }
}
