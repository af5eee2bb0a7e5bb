using DocService.Storage.Engine.Filing;

namespace DocService.Storage.Tests.Engine.Filing;

/// <summary>How much of the time filing takes, and how, by what comes, what has piled up and how full the journal is.</summary>
public sealed class FilingNeedTests
{
    private const double Rate = 10_000;

    [Theory]
    [InlineData(500, 1_000, 0.001, 0.02, false)]
    [InlineData(5_000, 19_999, 0.01, 0.02, false)] // as much as full pace can file in half of the time
    [InlineData(5_000, 20_000, 0.01, 1, false)] // two seconds' work has piled up
    [InlineData(5_001, 20_000, 0.01, 0.02, true)] // a burst: the journal takes it
    [InlineData(20_000, 400_000, 0.4, 0.4096, true)] // until it fills
    [InlineData(20_000, 450_000, 0.45, 1, false)] // no gentleness left
    [InlineData(20_000, 500_000, 0.5, 1, false)]
    [InlineData(20_000, 900_000, 0.9, 1, false)]
    [InlineData(20, 110, 0.45, 0.6561, false)] // few large documents fill the journal long before their number says so
    [InlineData(20, 110, 0.5, 1, false)]
    public void Of_ArrivalsBacklogAndFill(double arrivals, int backlog, double fill, double share, bool isBurst)
    {
        FilingNeed need = FilingNeed.Of(arrivals, backlog, fill, Rate);
        Assert.Equal(share, need.Share, 4);
        Assert.Equal(isBurst, need.IsBurst);
    }

    /// <summary>A trickle behind a burst was taken for a load that the gentle pace could carry, and half a million documents were filed gently.</summary>
    [Fact]
    public void Of_LittleComesAndMuchIsLeft_IsAllOfTheTimeAtFullPace() =>
        Assert.Equal(new FilingNeed(1, IsBurst: false), FilingNeed.Of(3, 400_000, 0.4, Rate));

    /// <summary>The first chunk that tells is of full pace, so it may not wait behind a guess.</summary>
    [Fact]
    public void Of_RateNotYetKnown_IsNoBurst() => Assert.False(FilingNeed.Of(1e6, 1_000_000, 0.01, double.PositiveInfinity).IsBurst);

    [Theory]
    [InlineData(0.02, 0.1, 4.9)]
    [InlineData(0.02, 3, 10)] // longest
    [InlineData(0.5, 3, 3)]
    [InlineData(1, 3, 0)]
    public void PauseAfter_Work_LeavesItsShare(double share, double worked, double pause) =>
        Assert.Equal(pause, new FilingNeed(share, IsBurst: false).PauseAfter(TimeSpan.FromSeconds(worked)).TotalSeconds, 4);

    [Fact]
    public void Of_Anything_IsAPartOfTheTime()
    {
        var random = new Random(5);
        for (int n = 0; n < 10_000; n++)
        {
            double Up(double max) => Math.Exp(random.NextDouble() * Math.Log(max));
            FilingNeed need = FilingNeed.Of(Up(1e6), (int)Up(1e6), random.NextDouble() * 1.1, Up(1e5));
            Assert.InRange(need.Share, 0.02, 1);
            Assert.True(!need.IsBurst || need.Share < 0.5);
            Assert.InRange(need.PauseAfter(TimeSpan.FromSeconds(Up(100))), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        }
    }
}
