using DocService.Storage.Engine.Filing;

namespace DocService.Storage.Tests.Engine.Filing;

/// <summary>How long filing gives way, by how full the journal is.</summary>
public sealed class FilingShareTests
{
    [Theory]
    [InlineData(0, 10)] // longest while it is nearly empty
    [InlineData(0.1, 10)]
    [InlineData(0.25, 7.5)] // a sixteenth of the time
    [InlineData(0.33, 2.1351)]
    [InlineData(0.4, 0.7207)]
    [InlineData(0.45, 0.2621)]
    [InlineData(0.5, 0)] // none from half full on
    [InlineData(0.9, 0)]
    [InlineData(1.1, 0)]
    public void PauseAt_Fill_LeavesARoundTheFourthPowerOfTheTime(double fill, double pause) =>
        Assert.Equal(pause, FilingShare.PauseAt(fill).TotalSeconds, 4);

    [Fact]
    public void PauseAt_FullerJournal_IsNeverLonger()
    {
        TimeSpan before = FilingShare.PauseMax;
        for (double fill = 0; fill < 1.2; fill += 0.01)
        {
            TimeSpan pause = FilingShare.PauseAt(fill);
            Assert.InRange(pause, TimeSpan.Zero, before);
            before = pause;
        }
    }
}
