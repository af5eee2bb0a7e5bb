using DocService.Api.Commands.Transfers;
using DocService.Transfer;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Api.Tests.Transfers;

/// <summary>What an import says where there is no terminal.</summary>
public sealed class LineDisplayTests
{
    [Fact]
    public void Progress_IsALineEachFiveSeconds_WithRateAndTimeLeft()
    {
        var clock = new FakeTimeProvider();
        using var output = new StringWriter();
        var display = new LineDisplay(output, clock);

        for (int second = 1; second <= 12; second++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            display.Progress(new TransferProgress(1000 + (second * 500), 1000, second * 100, 2000));
        }

        display.Fault("a:1 (byte 0): why");
        Assert.Equal(["3,500 documents, 500/s, 25 %, about 00:00:15 left", "6,000 documents, 500/s, 50 %, about 00:00:10 left", "a:1 (byte 0): why"], output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Progress_OfWhatHasNoKnownEnd_HasNoTimeLeft()
    {
        var clock = new FakeTimeProvider();
        using var output = new StringWriter();
        var display = new LineDisplay(output, clock);

        clock.Advance(TimeSpan.FromSeconds(10));
        display.Progress(new TransferProgress(50, 0, 0, null));

        Assert.Equal("50 documents, 5/s" + Environment.NewLine, output.ToString());
    }
}
