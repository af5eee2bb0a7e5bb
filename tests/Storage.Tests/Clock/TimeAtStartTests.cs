using DocService.Storage.Clock;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Clock;

/// <summary>A start compares the wall clock with what was noted of the time before: a restart confirms no clock that is wrong.</summary>
public sealed class TimeAtStartTests
{
    private static readonly TimeSpan TenYears = TimeSpan.FromDays(3652);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly SimulatedFileSystem _disk = new();
    private readonly ShiftedClock _clock = new();

    /// <summary>However often it is started with that clock, and however long it runs.</summary>
    [Fact]
    public async Task Start_WithAClockTenYearsAhead_EndsAndSweepsNothing()
    {
        long version = await PrepareAsync();
        _clock.MoveWall(TenYears);
        for (int start = 0; start < 3; start++)
        {
            await using DocumentStore wrong = EndingStore.Open(_disk, _clock);
            Assert.True(wrong.Status.Time.IsInDoubt);
            Assert.InRange(wrong.Status.Time.WallAhead, TenYears - Hour, TenYears + Hour);
            Assert.Equal("1", await wrong.ReadAsync("t/a"));
            Assert.False(wrong.Time.TryBeginAgain());
            await wrong.NoteTimeAsync();
            Assert.Equal(WriteStatus.NotFound, await wrong.SweepAsync("t/a", version));
        }

        await using (DocumentStore wrong = EndingStore.Open(_disk, _clock))
        {
            _clock.Pass(EndingStore.Life + (2 * Hour)); // by the store's time it is over now, and long enough
            Assert.Null(await wrong.ReadAsync("t/a"));
            Assert.Equal(WriteStatus.NotFound, await wrong.SweepAsync("t/a", version));
        }

        _clock.MoveWall(-TenYears);
        await using DocumentStore right = EndingStore.Open(_disk, _clock);
        Assert.False(right.Status.Time.IsInDoubt);
        _clock.Pass(Hour);
        Assert.Equal(WriteStatus.Deleted, await right.SweepAsync("t/a", version));
    }

    /// <summary>Two hours, which no start can tell from a server that was off; but this one ran, and saw the jump.</summary>
    [Fact]
    public async Task Start_AfterAClockJumpedWhileTheServerRan_StaysInDoubt()
    {
        long version;
        await using (DocumentStore store = EndingStore.Open(_disk, _clock))
        {
            version = (await store.PutAsync("t/a", "1", DurabilityLevel.Filed).SoonAsync()).Sequence;
            _clock.MoveWall(2 * Hour);
            Assert.NotNull((await store.NoteTimeAsync()).Doubted);
        }

        for (int start = 0; start < 2; start++)
        {
            _clock.Pass(TimeSpan.FromMinutes(5));
            await using DocumentStore again = EndingStore.Open(_disk, _clock);
            Assert.True(again.Status.Time.IsInDoubt);
            Assert.Equal("1", await again.ReadAsync("t/a"));
            await again.NoteTimeAsync();
        }

        await using DocumentStore confirmed = EndingStore.Open(_disk, _clock, JournalTest.Sealing with { ConfirmsTime = true });
        Assert.False(confirmed.Status.Time.IsInDoubt);
        Assert.Null(await confirmed.ReadAsync("t/a"));
        Assert.Equal(WriteStatus.NotFound, await confirmed.SweepAsync("t/a", version)); // an hour of this run first
        await confirmed.NoteTimeAsync();
        await confirmed.DisposeAsync();
        await using DocumentStore after = EndingStore.Open(_disk, _clock);
        Assert.False(after.Status.Time.IsInDoubt);
    }

    /// <summary>The usual case: it needs nobody.</summary>
    [Fact]
    public async Task Start_AfterAMonthOff_TakesTheWallClock()
    {
        await PrepareAsync();
        _clock.Pass(TimeSpan.FromDays(30));
        await using DocumentStore store = EndingStore.Open(_disk, _clock);

        Assert.False(store.Status.Time.IsInDoubt);
        Assert.Null(await store.ReadAsync("t/a"));
    }

    [Fact]
    public async Task Start_WithAnEarlierClock_BringsNothingBack()
    {
        await PrepareAsync();
        _clock.Pass(EndingStore.Life);
        await using (DocumentStore store = EndingStore.Open(_disk, _clock))
        {
            Assert.Null(await store.ReadAsync("t/a"));
            await store.NoteTimeAsync();
        }

        _clock.MoveWall(-TenYears);
        await using DocumentStore again = EndingStore.Open(_disk, _clock);
        Assert.True(again.Status.Time.IsInDoubt);
        Assert.Null(await again.ReadAsync("t/a"));
    }

    [Fact]
    public async Task Start_NoteCannotBeRead_ServesAndSweepsNothingUntilItIsConfirmed()
    {
        long version = await PrepareAsync();
        await using (DocumentStore store = EndingStore.Open(_disk, _clock))
        {
            await store.PutAsync(KnownTime.Key, TestDocuments.Content("7"), Conditions.None, DurabilityLevel.Filed, default);
        }

        _clock.Pass(EndingStore.Life);
        await using (DocumentStore store = EndingStore.Open(_disk, _clock))
        {
            Assert.True(store.Time.IsNoteLost);
            _clock.Pass(2 * Hour);
            Assert.Equal(WriteStatus.NotFound, await store.SweepAsync("t/a", version));
        }

        await using DocumentStore confirmed = EndingStore.Open(_disk, _clock, JournalTest.Sealing with { ConfirmsTime = true });
        Assert.False(confirmed.Status.Time.IsInDoubt);
        _clock.Pass(Hour);
        Assert.Equal(WriteStatus.Deleted, await confirmed.SweepAsync("t/a", version));
    }

    /// <summary>A document that lasts an hour, and a note of the time.</summary>
    private async Task<long> PrepareAsync()
    {
        await using DocumentStore store = EndingStore.Open(_disk, _clock);
        long version = (await store.PutAsync("t/a", "1", DurabilityLevel.Filed).SoonAsync()).Sequence;
        Assert.Null((await store.NoteTimeAsync()).Doubted);
        return version;
    }
}
