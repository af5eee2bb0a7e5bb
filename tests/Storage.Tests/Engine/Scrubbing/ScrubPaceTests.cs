using DocService.Storage.Engine.Scrubbing;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Storage.Tests.Engine.Scrubbing;

/// <summary>The scrub reads as fast as both of its bounds let it, and no faster.</summary>
public sealed class ScrubPaceTests
{
    private const long Bytes = 8 << 20;
    private const long Reads = 1000;

    [Theory]
    [InlineData(700, 700)] // small files: operations bound them
    [InlineData(16 << 20, 16 << 20)] // large ones: bytes
    [InlineData(1, 1 << 20)]
    public void After_AnyFiles_IsBoundInBytesAndOperations(int least, int most)
    {
        var clock = new FakeTimeProvider();
        var pace = new ScrubPace(Bytes, Reads, clock);
        var random = new Random(19);
        DateTimeOffset began = clock.GetUtcNow();
        (double bytes, double reads, double needed) = (0, 0, 0);
        for (int file = 0; file < 3000 && needed < 600; file++)
        {
            int size = random.Next(least, most + 1);
            double operations = 1 + Math.Ceiling((double)size / ScrubPace.ReadBytes);
            (bytes, reads, needed) = (bytes + size, reads + operations, needed + Math.Max((double)size / Bytes, operations / Reads));
            clock.Advance(pace.After(size, 1));
        }

        double seconds = (clock.GetUtcNow() - began).TotalSeconds + 0.02; // what is below a moment is waited for later
        Assert.True(bytes / seconds <= Bytes, $"{bytes / seconds} bytes a second");
        Assert.True(reads / seconds <= Reads, $"{reads / seconds} operations a second");
        Assert.InRange(seconds, needed * 0.99, (needed * 1.01) + 0.1); // and not slower than they ask
    }

    /// <summary>Time that passed without reading is not saved up.</summary>
    [Fact]
    public void After_APause_DoesNotHurry()
    {
        var clock = new FakeTimeProvider();
        var pace = new ScrubPace(Bytes, Reads, clock);
        clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, pace.After(Bytes, 0).TotalSeconds, 3);
    }
}
