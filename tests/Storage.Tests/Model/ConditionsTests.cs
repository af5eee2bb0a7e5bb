namespace DocService.Storage.Tests.Model;

public sealed class ConditionsTests
{
    private static readonly DateTimeOffset Time = new(2026, 1, 1, 12, 0, 0, 500, TimeSpan.Zero);

    private static readonly DocumentInfo Current = new()
    {
        Version = 17,
        ContentType = "application/json",
        Created = Time,
        Modified = Time,
        Length = 2,
        Sha256 = default,
    };

    public static TheoryData<Conditions, bool, bool> Table => new()
    {
        // conditions, holds for version 17, holds for an absent document
        { Conditions.None, true, true },
        { new() { IfMatch = VersionMatch.Any }, true, false },
        { new() { IfMatch = VersionMatch.Of(17) }, true, false },
        { new() { IfMatch = VersionMatch.Of(16, 17) }, true, false },
        { new() { IfMatch = VersionMatch.Of(16) }, false, false },
        { new() { IfMatch = VersionMatch.Of() }, false, false },
        { new() { IfNoneMatch = VersionMatch.Any }, false, true },
        { new() { IfNoneMatch = VersionMatch.Of(17) }, false, true },
        { new() { IfNoneMatch = VersionMatch.Of(16) }, true, true },
        { new() { IfNoneMatch = VersionMatch.Of() }, true, true },
        { new() { IfUnmodifiedSince = Time.AddMilliseconds(-500) }, true, true },
        { new() { IfUnmodifiedSince = Time.AddMilliseconds(-501) }, false, true },
        { new() { IfUnmodifiedSince = Time.AddHours(-1), IfMatch = VersionMatch.Of(17) }, true, false },
        { new() { IfMatch = VersionMatch.Of(17), IfNoneMatch = VersionMatch.Of(17) }, false, false },
        { new() { IfUnmodifiedSince = Time, IfNoneMatch = VersionMatch.Any }, false, true },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Hold_FollowsRfc9110(Conditions conditions, bool forCurrent, bool forAbsent)
    {
        Assert.Equal(forCurrent, conditions.Hold(exists: true, Current));
        Assert.Equal(forAbsent, conditions.Hold(exists: false, null));
        if (!conditions.NeedVersion)
        {
            Assert.Equal(forCurrent, conditions.Hold(exists: true, null));
        }
    }
}
