using DocService.Api.Fields;
using DocService.Api.Problems;
using DocService.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Tests.Fields;

/// <summary>Which level a write asks for.</summary>
public sealed class DurabilityFieldTests
{
    [Theory]
    [InlineData("buffered", DurabilityLevel.Buffered)]
    [InlineData("durable", DurabilityLevel.Durable)]
    [InlineData("filed", DurabilityLevel.Filed)]
    [InlineData("filed;why=\"backup\"", DurabilityLevel.Filed)]
    public void TryParse_Level_IsTaken(string line, DurabilityLevel expected)
    {
        Assert.Null(Parse(line, out DurabilityLevel level));
        Assert.Equal(expected, level);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Filed")]
    [InlineData("volatile")]
    [InlineData("\"filed\"")]
    [InlineData("filed, durable")]
    [InlineData("filed;")]
    [InlineData("1")]
    public void TryParse_AnythingElse_IsAnInvalidRequest(string line) =>
        Assert.Same(ProblemCatalogue.InvalidRequest, Parse(line, out _)!.Type);

    [Fact]
    public void TryParse_Twice_IsAnInvalidRequest() =>
        Assert.Same(ProblemCatalogue.InvalidRequest, Parse(new StringValues(["filed", "filed"]), out _)!.Type);

    [Fact]
    public void TryParse_Absent_IsTheServersLevel()
    {
        Assert.Null(DurabilityField.TryParse(new HeaderDictionary(), DurabilityLevel.Buffered, out DurabilityLevel level));
        Assert.Equal(DurabilityLevel.Buffered, level);
    }

    [Fact]
    public void Format_LevelAndSequence_IsAnItemWithAParameter() =>
        Assert.Equal("filed;seq=123456", DurabilityField.Format(DurabilityLevel.Filed, 123_456));

    private static Problem? Parse(StringValues lines, out DurabilityLevel level) =>
        DurabilityField.TryParse(new HeaderDictionary { ["Durability"] = lines }, DurabilityLevel.Durable, out level);
}
