using DocService.Storage.Engine;

namespace DocService.Storage.Tests.Engine;

/// <summary>How much of the time filing takes, and how, by what comes and what has piled up.</summary>
public sealed class FilingNeedTests
{
    private static readonly FilingRates Rates = new(Gentle: 2_000, Full: 10_000);

    [Theory]
    [InlineData(500, 100, 0.001, 0.025, true)] // little comes: gently
    [InlineData(1_500, 2_000, 0.01, 0.5, false)] // half of the time gently would be as bad as full pace
    [InlineData(1_500, 1_600, 0.01, 0.4, true)]
    [InlineData(4_000, 8_000, 0.01, 0.4, false)] // more than the gentle pace can do
    [InlineData(4_000, 40_000, 0.04, 1, false)] // behind by more than two seconds' work: all of the time
    [InlineData(20_000, 40_000, 0.04, 0.02, true)] // a burst: the journal takes it
    [InlineData(20_000, 400_000, 0.4, 0.4096, true)] // until it fills
    [InlineData(20_000, 450_000, 0.45, 0.6561, false)]
    [InlineData(20_000, 500_000, 0.5, 1, false)]
    [InlineData(20_000, 900_000, 0.9, 1, false)]
    public void Of_ArrivalsAndBacklog(double arrivals, int backlog, double fill, double share, bool isGentle)
    {
        FilingNeed need = FilingNeed.Of(arrivals, backlog, fill, Rates);
        Assert.Equal(share, need.Share, 4);
        Assert.Equal(isGentle ? FilingPace.Gentle : FilingPace.Full, need.Pace);
    }

    /// <summary>A trickle behind a burst was taken for a load that the gentle pace could carry, and half a million documents were filed gently.</summary>
    [Fact]
    public void Of_LittleComesAndMuchIsLeft_IsFullPace() =>
        Assert.Equal(new FilingNeed(1, FilingPace.Full), FilingNeed.Of(3, 400_000, 0.4, Rates));

    /// <summary>Few large documents fill the journal long before their number says so.</summary>
    [Fact]
    public void Of_LargeDocuments_GoesByTheJournalsFill() =>
        Assert.Equal(1, FilingNeed.Of(20, 110, 0.5, Rates).Share, 4);

    [Fact]
    public void Of_Anything_IsAPartOfTheTime()
    {
        var random = new Random(5);
        for (int n = 0; n < 10_000; n++)
        {
            double Up(double max) => Math.Exp(random.NextDouble() * Math.Log(max));
            FilingNeed need = FilingNeed.Of(Up(1e6), (int)Up(1e6), random.NextDouble() * 1.1, new FilingRates(Up(1e5), Up(1e5)));
            Assert.InRange(need.Share, 0.02, 1);
            Assert.True(need.Pace == FilingPace.Full || need.Share < 0.5);
        }
    }
}
