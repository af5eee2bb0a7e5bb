using DocService.Storage.Engine.Filing;

namespace DocService.Storage.Tests.Engine.Filing;

/// <summary>How much of the time filing takes, by how full the journal is.</summary>
public sealed class FilingShareTests
{
    [Theory]
    [InlineData(0, 0.02)] // 2 % while it is nearly empty
    [InlineData(0.1, 0.02)]
    [InlineData(0.188, 0.02)]
    [InlineData(0.25, 0.0625)]
    [InlineData(0.33, 0.1897)]
    [InlineData(0.4, 0.4096)]
    [InlineData(0.45, 0.6561)]
    [InlineData(0.5, 1)] // all of the time from half full on
    [InlineData(0.9, 1)]
    [InlineData(1.1, 1)]
    public void Of_Fill_GrowsWithItsFourthPower(double fill, double share) => Assert.Equal(share, FilingShare.Of(fill), 4);

    [Theory]
    [InlineData(0.1, 0.001, 0.049)] // a document that came alone
    [InlineData(0.1, 0.1, 4.9)]
    [InlineData(0.1, 0.5, 10)] // longest
    [InlineData(0.4, 0.5, 0.7207)]
    [InlineData(0.45, 0.5, 0.2621)]
    [InlineData(0.5, 0.5, 0)]
    [InlineData(0.9, 3, 0)]
    public void PauseAfter_Work_LeavesFilingItsShare(double fill, double worked, double pause) =>
        Assert.Equal(pause, FilingShare.PauseAfter(TimeSpan.FromSeconds(worked), fill).TotalSeconds, 4);

    [Fact]
    public void PauseAfter_Anything_NeitherNegativeNorLongerThanTheLongest()
    {
        for (double fill = 0; fill < 1.2; fill += 0.01)
        {
            Assert.InRange(FilingShare.Of(fill), FilingShare.Of(fill - 0.01), 1);
            foreach (double worked in new[] { 0, 1e-6, 0.01, 0.5, 100 })
            {
                Assert.InRange(FilingShare.PauseAfter(TimeSpan.FromSeconds(worked), fill), TimeSpan.Zero, FilingShare.PauseMax);
            }
        }
    }
}
