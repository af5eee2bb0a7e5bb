using DocService.Storage.Engine.Recovery;
using DocService.Storage.Journal.Format;

namespace DocService.Storage.Tests.Engine.Recovery;

public sealed class VersionJumpTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void After_TheClockIsAhead_IsItsMilliseconds() =>
        Assert.Equal(Now.ToUnixTimeMilliseconds() * 256, VersionJump.After(1000, Now));

    [Theory]
    [InlineData(0)]
    [InlineData(600_000_000_000_000)]
    public void After_TheClockIsBehind_SkipsFarEnough(long handedOut) =>
        Assert.Equal(handedOut + 1 + (1L << 32), VersionJump.After(handedOut, DateTimeOffset.UnixEpoch));

    [Fact]
    public void After_AnyClock_StaysBelowTheHighestVersionWithRoomToGoOn()
    {
        long version = VersionJump.After(1, DateTimeOffset.MaxValue);
        for (int jump = 0; jump < 4000; jump++)
        {
            long next = VersionJump.After(version, DateTimeOffset.MaxValue);
            Assert.InRange(next, version + (1L << 32), JournalFormat.SequenceMax - 1);
            version = next;
        }

        Assert.True(VersionJump.After(1, DateTimeOffset.MinValue) > 1L << 32);
        _ = Assert.Throws<StoreFormatException>(() => VersionJump.After(JournalFormat.SequenceMax - 1, Now));
    }
}
