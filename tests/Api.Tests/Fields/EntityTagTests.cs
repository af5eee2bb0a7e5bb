using DocService.Api.Fields;
using DocService.Storage;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Tests.Fields;

/// <summary>Lists of entity tags, RFC 9110 sections 8.8.3 and 13.1.</summary>
public sealed class EntityTagTests
{
    [Theory]
    [InlineData("\"17\"")]
    [InlineData(" \"17\" ")]
    [InlineData("\"1\", \"17\"")]
    [InlineData("\"1\",\"17\",\"18\"")]
    [InlineData(",, \"17\" ,")]
    [InlineData("\"a,b\", \"17\"")]
    [InlineData("\"\", \"17\"")]
    [InlineData("W/\"3\", \"17\"")]
    [InlineData("\"\u00e9\", \"17\"")]
    [InlineData("*")]
    [InlineData(" * ")]
    public void TryParse_NamesTheVersion_Matches(string line)
    {
        Assert.True(EntityTag.TryParse(line, countsWeak: false, out VersionMatch? match));
        Assert.True(match!.Contains(17));
    }

    [Theory]
    [InlineData("\"1\"")]
    [InlineData("\"017\"")]
    [InlineData("\"+17\"")]
    [InlineData("\"-17\"")]
    [InlineData("\"17a\"")]
    [InlineData("\"17.0\"")]
    [InlineData("\"0x11\"")]
    [InlineData("\"\"")]
    [InlineData("\"*\"")]
    [InlineData("\"99999999999999999999999\"")]
    [InlineData("\"0\"")]
    public void TryParse_TagsThatNoDocumentHas_AreWellFormedAndMatchNothing(string line)
    {
        Assert.True(EntityTag.TryParse(line, countsWeak: true, out VersionMatch? match));
        Assert.False(match!.Contains(17));
        Assert.False(match.IsAny);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" , ")]
    [InlineData("17")]
    [InlineData("\"17")]
    [InlineData("17\"")]
    [InlineData("'17'")]
    [InlineData("w/\"17\"")]
    [InlineData("W/17")]
    [InlineData("W/ \"17\"")]
    [InlineData("W/")]
    [InlineData("\"17\"\"18\"")]
    [InlineData("\"17\" \"18\"")]
    [InlineData("\"17\"x")]
    [InlineData("\"1 7\"")]
    [InlineData("\"1\u007f\"")]
    [InlineData("*, \"17\"")]
    [InlineData("\"17\", *")]
    [InlineData("*,*")]
    [InlineData("**")]
    [InlineData("\"17\", x")]
    public void TryParse_Malformed_IsRefused(string line)
    {
        Assert.False(EntityTag.TryParse(line, countsWeak: false, out _));
        Assert.False(EntityTag.TryParse(line, countsWeak: true, out _));
    }

    [Fact]
    public void TryParse_Absent_IsNoCondition()
    {
        Assert.True(EntityTag.TryParse(StringValues.Empty, countsWeak: false, out VersionMatch? match));
        Assert.Null(match);
    }

    [Fact]
    public void TryParse_WeakTag_CountsForWeakComparisonAlone()
    {
        Assert.True(EntityTag.TryParse("W/\"17\"", countsWeak: false, out VersionMatch? strong));
        Assert.True(EntityTag.TryParse("W/\"17\"", countsWeak: true, out VersionMatch? weak));
        Assert.False(strong!.Contains(17));
        Assert.True(weak!.Contains(17));
    }

    [Fact]
    public void TryParse_SeveralLines_AreOneList()
    {
        Assert.True(EntityTag.TryParse(new StringValues(["\"1\"", "\"17\""]), countsWeak: false, out VersionMatch? match));
        Assert.True(match!.Contains(1) && match.Contains(17) && !match.Contains(2));
        Assert.False(EntityTag.TryParse(new StringValues(["*", "\"17\""]), countsWeak: false, out _));
    }
}
