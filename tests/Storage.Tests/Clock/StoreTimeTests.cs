using System.Text;
using DocService.Storage.Clock;

namespace DocService.Storage.Tests.Clock;

public sealed class StoreTimeTests
{
    private static readonly DateTimeOffset Opened = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan TenYears = TimeSpan.FromDays(3652);

    private readonly TwoClocks _clock = new() { Wall = Opened, Running = 1_000_000 };

    [Fact]
    public void Now_WallClockMoved_GoesOnWithTheMonotonicClock()
    {
        var time = new StoreTime(_clock);
        Assert.Equal((Opened, TimeSpan.Zero), (time.Now, time.WallAhead));

        _clock.Wall += TenYears;
        _clock.Running += TimeSpan.TicksPerSecond;
        Assert.Equal(Opened.AddSeconds(1), time.Now);
        Assert.Equal(TenYears - TimeSpan.FromSeconds(1), time.WallAhead);

        _clock.Wall = Opened - TenYears;
        Assert.Equal(Opened.AddSeconds(1), time.Now);
        Assert.Equal(-TenYears - TimeSpan.FromSeconds(1), time.WallAhead);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(60, false)]
    [InlineData(-60, false)]
    [InlineData(60.0000001, true)]
    [InlineData(-60.0000001, true)]
    public void IsInDoubt_WallClockOffByMoreThanAMinute_UntilItIsBack(double seconds, bool isInDoubt)
    {
        var time = new StoreTime(_clock);

        _clock.Wall = Opened.AddSeconds(seconds);
        Assert.Equal(isInDoubt, time.IsInDoubt);

        _clock.Wall = Opened;
        Assert.False(time.IsInDoubt);
    }

    [Fact]
    public void StoreTime_NothingNoted_TakesTheWallClockForRight()
    {
        var time = new StoreTime(_clock);
        time.TakeUp(noted: null, isConfirmed: false);

        Assert.Equal((Opened, false), (time.Now, time.IsInDoubt));
    }

    /// <summary>In days from what was noted last.</summary>
    [Theory]
    [InlineData(0, null, false)]
    [InlineData(30, null, false)]
    [InlineData(180, null, false)]
    [InlineData(180.001, null, true)]
    [InlineData(3652, null, true)]
    [InlineData(-1, null, true)]
    [InlineData(-3652, null, true)]
    [InlineData(2.999, 3.0, false)]
    [InlineData(3, 3.0, true)]
    [InlineData(4, 3.0, true)]
    public void TakeUp_WallClockOffWhatWasNoted_BelievesWhatMayBe(double wall, double? doubted, bool isInDoubt)
    {
        DateTimeOffset known = Opened;
        _clock.Wall = known.AddDays(wall);
        var time = new StoreTime(_clock);
        time.TakeUp(new KnownTime(known, doubted is { } days ? known.AddDays(days) : null), isConfirmed: false);

        Assert.Equal((isInDoubt, isInDoubt, isInDoubt ? known : _clock.Wall), (time.IsInDoubt, time.BeganInDoubt, time.Now));
        _clock.Wall += TimeSpan.FromSeconds(1);
        _clock.Running += TimeSpan.TicksPerSecond;
        Assert.Equal((isInDoubt ? known : known.AddDays(wall)).AddSeconds(1), time.Now);
    }

    [Fact]
    public void TakeUp_WallClockSomeSecondsBehindWhatWasNoted_DoesNotGoBack()
    {
        var time = new StoreTime(_clock);
        time.TakeUp(new KnownTime(Opened.AddSeconds(59), null), isConfirmed: false);

        Assert.Equal((Opened.AddSeconds(59), false), (time.Now, time.IsInDoubt));
    }

    [Theory]
    [InlineData(3652)]
    [InlineData(-3652)]
    public void TakeUp_ConfirmedByAnOperator_BelievesTheWallClock(double days)
    {
        _clock.Wall = Opened.AddDays(days);
        var time = new StoreTime(_clock);
        time.TakeUp(new KnownTime(Opened, Opened.AddDays(1)), isConfirmed: true);

        Assert.Equal((_clock.Wall, false), (time.Now, time.IsInDoubt));
        Assert.Equal(new KnownTime(_clock.Wall, null), time.ToKnown(before: null));
    }

    /// <summary>A machine without a clock of its own begins in 1970, until a time server has told it better.</summary>
    [Theory]
    [InlineData(-20000)]
    [InlineData(3652)]
    public void TryBeginAgain_WallClockSetRightAfterAStartInDoubt_GoesForwardOnce(double days)
    {
        _clock.Wall = Opened.AddDays(days);
        var time = new StoreTime(_clock);
        time.TakeUp(new KnownTime(Opened, null), isConfirmed: false);
        Assert.False(time.TryBeginAgain());
        KnownTime noted = time.ToKnown(time.Noted);
        Assert.Equal(new KnownTime(Opened, days > 0 ? _clock.Wall : null), noted);

        _clock.Running += TimeSpan.FromMinutes(10).Ticks;
        _clock.Wall = Opened.AddDays(2);
        Assert.Equal(Opened.AddMinutes(10), time.Now);
        Assert.True(time.TryBeginAgain());
        Assert.Equal((Opened.AddDays(2), Opened.AddDays(2), false), (time.Now, time.OpenedAt, time.IsInDoubt));
        Assert.False(time.MaySweep(Opened)); // it counts an hour from here
        Assert.Equal(new KnownTime(Opened.AddDays(2), null), time.ToKnown(noted));

        _clock.Wall += TimeSpan.FromDays(1); // now it is as after any other start: a jump is not believed
        Assert.False(time.TryBeginAgain());
        Assert.True(time.IsInDoubt);
    }

    [Fact]
    public void ToKnown_WallClockJumpsAhead_TellsWhereItWasFirst()
    {
        var time = new StoreTime(_clock);
        KnownTime noted = time.ToKnown(null);
        Assert.Equal(new KnownTime(Opened, null), noted);

        _clock.Wall = Opened.AddDays(1);
        noted = time.ToKnown(noted);
        Assert.Equal(new KnownTime(Opened, Opened.AddDays(1)), noted);
        _clock.Wall = Opened.AddDays(2);
        noted = time.ToKnown(noted);
        Assert.Equal(new KnownTime(Opened, Opened.AddDays(1)), noted);
        _clock.Wall = Opened.AddHours(1);
        noted = time.ToKnown(noted);
        Assert.Equal(new KnownTime(Opened, Opened.AddHours(1)), noted);
        _clock.Wall = Opened.AddHours(-1);
        Assert.Equal(new KnownTime(Opened, null), time.ToKnown(noted));
    }

    [Theory]
    [InlineData("{\"known\":\"2026-03-01T12:00:00.5Z\",\"doubted\":null}", true)]
    [InlineData("{\"known\":\"2026-03-01T12:00:00.5Z\",\"doubted\":\"2036-03-01T12:00:00Z\"}", true)]
    [InlineData("{\"known\":\"2026-03-01T12:00:00.5Z\"}", false)]
    [InlineData("{\"known\":\"2026-03-01T12:00:00.5Z\",\"doubted\":7}", false)]
    [InlineData("{\"known\":\"yesterday\",\"doubted\":null}", false)]
    [InlineData("{\"known\":null,\"doubted\":null}", false)]
    [InlineData("7", false)]
    public void KnownTime_AsText_AndBack(string text, bool isOne)
    {
        KnownTime? read = KnownTime.TryParse(Encoding.UTF8.GetBytes(text));
        Assert.Equal(isOne, read is not null);
        Assert.Equal(read, read is null ? null : KnownTime.TryParse(read.ToJson()));
    }

    /// <summary>An hour of this run: what ended long before the start is not swept at once either.</summary>
    [Theory]
    [InlineData(-1000, 3599.9999999, false)]
    [InlineData(-1000, 3600, true)]
    [InlineData(0, 3600, true)]
    [InlineData(100, 3699.9999999, false)]
    [InlineData(100, 3700, true)]
    public void MaySweep_AnHourOfRunningTimeAfterTheEnd_AndNotBefore(double end, double running, bool may)
    {
        var time = new StoreTime(_clock);
        _clock.Running += TimeSpan.FromSeconds(running).Ticks;
        _clock.Wall += TimeSpan.FromSeconds(running);
        Assert.Equal(may, time.MaySweep(Opened.AddSeconds(end)));

        _clock.Wall += TimeSpan.FromMinutes(2);
        Assert.False(time.MaySweep(Opened.AddSeconds(end)));
    }

    [Fact]
    public void HasEnded_FromTheMomentOn()
    {
        var info = new DocumentInfo { Version = 1, ContentType = "application/json", Created = Opened, Modified = Opened, Length = 0, Sha256 = default };

        Assert.False(info.HasEnded(DateTimeOffset.MaxValue));
        info = info with { Expires = Opened.ToOffset(TimeSpan.FromHours(2)) };
        Assert.Equal(TimeSpan.Zero, info.Expires!.Value.Offset);
        Assert.False(info.HasEnded(Opened.AddTicks(-1)));
        Assert.True(info.HasEnded(Opened));
        Assert.True(info.HasEnded(Opened.AddTicks(1)));
        Assert.True((info with { Expires = DateTimeOffset.MinValue }).HasEnded(Opened)); // 0 ticks stands for none, so it is the next moment
        Assert.Null((info with { Expires = null }).Expires);
    }

    private sealed class TwoClocks : TimeProvider
    {
        public DateTimeOffset Wall { get; set; }

        public long Running { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => Running;
    }
}
