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
    public void StoreTime_OpenedAgain_TakesTheWallClockForRight()
    {
        _clock.Wall += TenYears;

        var time = new StoreTime(_clock);

        Assert.Equal((Opened + TenYears, false), (time.Now, time.IsInDoubt));
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
