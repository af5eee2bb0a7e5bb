using DocService.Api.History;
using DocService.Index.History;

namespace DocService.Api.Tests.History;

/// <summary>Which versions go, by the newest one's word.</summary>
public sealed class HistoryJudgeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Versions as <c>number:keep</c>, <c>number:keep!</c> of one that has ended, <c>number:x</c> of a delete; newest first.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("3:2 2:2 1:2", "1")]
    [InlineData("3:3 2:1 1:1", "")]
    [InlineData("3:1 2:9 1:9", "2 1")]
    [InlineData("4:x 3:2 2:2 1:2", "1")]
    [InlineData("5:2 4:x 3:2 2:x 1:2", "2 1")]
    [InlineData("3:0 2:5 1:5", "3 2 1")]
    [InlineData("4:5 3:0 2:5", "3 2")]
    [InlineData("4:x 3:0 2:5", "4 3 2")]
    [InlineData("2:x 1:x", "2 1")]
    [InlineData("3:5 2:5! 1:5", "2")]
    [InlineData("3:x 2:5! 1:5!", "3 2 1")]
    public void Surplus_IsBeyondWhatTheNewestKeeps(string versions, string expected) =>
        Assert.Equal(expected, Text(HistoryJudge.Surplus(Parse(versions), Now)));

    private static string Text(IEnumerable<VersionFacts> versions) => string.Join(' ', versions.Select(version => version.Version));

    private static VersionFacts[] Parse(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one =>
        {
            string[] parts = one.Split(':');
            return new VersionFacts
            {
                Version = int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture),
                IsDelete = parts[1] == "x",
                Keep = parts[1] == "x" ? (ushort)0 : ushort.Parse(parts[1].TrimEnd('!'), System.Globalization.CultureInfo.InvariantCulture),
                Modified = Now,
                Expires = parts[1].EndsWith('!') ? Now : null,
            };
        })];
}
