using DocService.Storage.Engine.Filing;

namespace DocService.Storage.Tests.Engine.Filing;

/// <summary>A rate of the last seconds, whatever came before.</summary>
public sealed class RecentRateTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(20_000)]
    public void Look_EvenRate_IsThatRate(int perSecond)
    {
        var rate = new RecentRate(Window, 500);
        for (int n = 1; n <= 500; n++)
        {
            var now = TimeSpan.FromMilliseconds(20 * n);
            Assert.Equal(perSecond, rate.Look(now, 500 + (long)(perSecond * now.TotalSeconds)), perSecond * 0.1);
        }
    }

    /// <summary>Over the whole of a pause of seconds, a burst that had ended would be taken for one that goes on.</summary>
    [Fact]
    public void Look_BurstHasEnded_IsForgottenAfterTwoWindows()
    {
        var rate = new RecentRate(Window, 0);
        long count = 0;
        for (int n = 1; n <= 400; n++)
        {
            count += n <= 200 ? 400 : 1;
            double seen = rate.Look(TimeSpan.FromMilliseconds(20 * n), count);
            Assert.True(n > 200 || Math.Abs(seen - 20_000) < 1);
            Assert.True(n <= 302 || Math.Abs(seen - 50) < 1, $"{seen} at {n}");
        }
    }

    [Fact]
    public void Look_BurstBegins_IsSeenAtOnce()
    {
        var rate = new RecentRate(Window, 0);
        for (int n = 1; n <= 400; n++)
        {
            rate.Look(TimeSpan.FromMilliseconds(20 * n), n);
        }

        Assert.True(rate.Look(TimeSpan.FromMilliseconds(20 * 450), 400 + (50 * 400)) > 5_000);
    }
}
