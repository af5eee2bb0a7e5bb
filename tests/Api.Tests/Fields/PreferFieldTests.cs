using DocService.Api.Fields;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Tests.Fields;

/// <summary>Prefer: return=…, RFC 7240 section 4.2.</summary>
public sealed class PreferFieldTests
{
    [Theory]
    [InlineData("return=representation", "return=representation")]
    [InlineData("return=minimal", "return=minimal")]
    [InlineData("Return=minimal", "return=minimal")]
    [InlineData("return = minimal", "return=minimal")]
    [InlineData("return=\"minimal\"", "return=minimal")]
    [InlineData("return=minimal; foo=\"some parameter\"", "return=minimal")]
    [InlineData("respond-async, wait=10, return=representation", "return=representation")]
    [InlineData("return=minimal, return=representation", "return=minimal")]
    [InlineData("foo=\"a, return=representation\", return=minimal", "return=minimal")]
    [InlineData("foo; bar=\"return=minimal\"", null)]
    [InlineData(", ,return=minimal,", "return=minimal")]
    [InlineData("return=everything, return=minimal", null)]
    [InlineData("return=\"\"", null)]
    [InlineData("respond-async", null)]
    [InlineData("return", null)]
    [InlineData("return=everything", null)]
    [InlineData("noreturn=minimal", null)]
    [InlineData(";;,,==", null)]
    [InlineData("", null)]
    public void Parse_Line_GivesThePreferenceOrNothing(string line, string? expected) => Assert.Equal(expected, Parse(line));

    [Fact]
    public void Parse_SeveralLines_TheFirstReturnCounts()
    {
        Assert.Null(PreferField.Parse(new HeaderDictionary()));
        Assert.Equal("return=minimal", Parse(new StringValues(["wait=5", "return=minimal", "return=representation"])));
    }

    private static string? Parse(StringValues lines) => PreferField.Parse(new HeaderDictionary { ["Prefer"] = lines });
}
