using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Committing;

/// <summary>What is left of a document after its end is deleted an hour later, and nothing else ever is.</summary>
public sealed class SweepTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly SimulatedFileSystem _disk = new();
    private readonly ShiftedClock _clock = new();

    [Fact]
    public async Task Sweep_AnHourAfterTheEnd_DeletesAndNotBefore()
    {
        await using DocumentStore store = EndingStore.Open(_disk, _clock);
        long version = (await store.PutAsync("t/a", "1", DurabilityLevel.Filed).SoonAsync()).Sequence;
        Assert.Equal(WriteStatus.NotFound, await store.SweepAsync("t/a", version));

        _clock.Pass(EndingStore.Life + Hour - Moment);
        Assert.Equal(WriteStatus.NotFound, await store.SweepAsync("t/a", version));
        Assert.Equal(version, store.Status.DurableThrough);
        Assert.Equal(1, Files());

        _clock.Pass(2 * Moment);
        Assert.Equal(WriteStatus.NotFound, await store.SweepAsync("t/a", version - 1));
        Assert.Equal(WriteStatus.Deleted, await store.SweepAsync("t/a", version));
        Assert.Equal(WriteStatus.NotFound, await store.SweepAsync("t/a", version));
        await store.PutAsync("last", "1", DurabilityLevel.Filed).SoonAsync();
        Assert.Equal(1, Files());
    }

    [Theory]
    [InlineData("2")]
    [InlineData(null)]
    public async Task Sweep_OfAVersionThatHasBeenReplaced_WritesNothing(string? next)
    {
        await using DocumentStore store = EndingStore.Open(_disk, _clock);
        long version = (await store.PutAsync("t/a", "1", DurabilityLevel.Filed).SoonAsync()).Sequence;
        _clock.Pass(EndingStore.Life + Hour);
        WriteResult again = await store.PutAsync("t/a", next ?? "3", DurabilityLevel.Filed).SoonAsync();
        if (next is null)
        {
            await store.DeleteAsync("t/a", DurabilityLevel.Filed);
        }

        Assert.Equal(WriteStatus.NotFound, await store.SweepAsync("t/a", version));
        Assert.Equal(WriteStatus.NotFound, await store.SweepAsync("t/a", again.Sequence)); // it has only begun
        Assert.Equal(next, await store.ReadAsync("t/a"));
    }

    [Fact]
    public async Task Sweep_OfADocumentWithoutAnEnd_WritesNothing()
    {
        await using DocumentStore store = EndingStore.Open(_disk, _clock);
        long version = (await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync()).Sequence;
        _clock.Pass(TimeSpan.FromDays(10));

        Assert.Equal(WriteStatus.NotFound, await store.SweepAsync("a", version));
        Assert.Equal(WriteStatus.NotFound, await store.SweepAsync("absent", 0));
        Assert.Equal("1", await store.ReadAsync("a"));
    }

    [Fact]
    public async Task Sweep_WhileTheWallClockIsInDoubt_WritesNothing()
    {
        await using DocumentStore store = EndingStore.Open(_disk, _clock);
        long version = (await store.PutAsync("t/a", "1", DurabilityLevel.Filed).SoonAsync()).Sequence;
        _clock.Pass(EndingStore.Life + Hour);

        _clock.MoveWall(TimeSpan.FromDays(-3652));
        Assert.Equal(WriteStatus.NotFound, await store.SweepAsync("t/a", version));
        _clock.MoveWall(TimeSpan.FromDays(3652));
        Assert.Equal(WriteStatus.Deleted, await store.SweepAsync("t/a", version));
    }

    /// <summary>A start takes the wall clock for right, but an operator gets an hour to see that it is not.</summary>
    [Fact]
    public async Task Sweep_AfterAStartWithAClockTenYearsAhead_WaitsForAnHourOfThatRun()
    {
        long version;
        await using (DocumentStore before = EndingStore.Open(_disk, _clock))
        {
            version = (await before.PutAsync("t/a", "1", DurabilityLevel.Filed).SoonAsync()).Sequence;
        }

        _clock.MoveWall(TimeSpan.FromDays(3652));
        await using (DocumentStore wrong = EndingStore.Open(_disk, _clock))
        {
            Assert.Null(await wrong.ReadAsync("t/a"));
            _clock.Pass(Hour - Moment);
            Assert.Equal(WriteStatus.NotFound, await wrong.SweepAsync("t/a", version));
        }

        _clock.MoveWall(TimeSpan.FromDays(-3652) - Hour + Moment);
        await using DocumentStore right = EndingStore.Open(_disk, _clock);
        Assert.Equal("1", await right.ReadAsync("t/a"));
    }

    [Fact]
    public async Task Sweep_ManyInOneCommit_DeletesThoseThatAreDue()
    {
        await using DocumentStore store = EndingStore.Open(_disk, _clock);
        long first = (await store.PutAllAsync(["t/a", "t/b", "c"], "1", DurabilityLevel.Filed)).Sequence;
        _clock.Pass(EndingStore.Life + Hour);
        long second = (await store.PutAsync("t/b", "2", DurabilityLevel.Filed)).Sequence;

        CommitResult result = await store.CommitAsync(
            [new SweepOperation(DocumentKey.Create("t/a"), first), new SweepOperation(DocumentKey.Create("t/b"), first), new SweepOperation(DocumentKey.Create("c"), first)], DurabilityLevel.Filed, default);

        Assert.True(result.IsCommitted);
        Assert.Equal([WriteStatus.Deleted, WriteStatus.NotFound, WriteStatus.NotFound], result.Results.Select(one => one.Status));
        Assert.Equal(second + 1, result.Sequence);
        Assert.Equal(("2", "1"), (await store.ReadAsync("t/b"), await store.ReadAsync("c")));
        Assert.Equal(2, Files());
    }

    [Fact]
    public async Task Sweep_OnAFullDisk_IsTakenAsADeleteIs()
    {
        await using DocumentStore store = EndingStore.Open(_disk, _clock);
        long version = (await store.PutAsync("t/a", "1", DurabilityLevel.Filed).SoonAsync()).Sequence;
        _clock.Pass(EndingStore.Life + Hour);
        Volume volume = _disk.Snapshot();
        _disk.Settings = volume.Settings with { CapacityBytes = volume.UsedBlocks * FileContent.PageBytes };
        await Assert.ThrowsAsync<OutOfSpaceException>(() => store.PutAsync("b", "1", DurabilityLevel.Durable));

        Assert.Equal(WriteStatus.Deleted, await store.SweepAsync("t/a", version));
    }

    private int Files() => _disk.Disk.Tree().Count(path => path.StartsWith("/data/docs/", StringComparison.Ordinal) && path.EndsWith(".json", StringComparison.Ordinal));
}
