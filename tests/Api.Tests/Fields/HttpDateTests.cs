using DocService.Api.Fields;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Tests.Fields;

/// <summary>RFC 9110 section 5.6.7 names the three forms with this very example.</summary>
public sealed class HttpDateTests
{
    private static readonly DateTimeOffset Example = new(1994, 11, 6, 8, 49, 37, TimeSpan.Zero);

    [Theory]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT")]
    [InlineData("Sun Nov  6 08:49:37 1994")]
    public void Parse_EachForm_IsRead(string text) => Assert.Equal(Example, HttpDate.Parse(text));

    [Fact]
    public void Parse_LeapSecond_IsTheSecondAfter() =>
        Assert.Equal(new DateTimeOffset(2017, 1, 1, 0, 0, 0, TimeSpan.Zero), HttpDate.Parse("Sat, 31 Dec 2016 23:59:60 GMT"));

    /// <summary>Two digits mean the year that is at most 50 years ahead.</summary>
    [Theory]
    [InlineData(50)]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(-49)]
    public void Parse_TwoDigitYear_IsAtMost50YearsAhead(int years)
    {
        var time = new DateTimeOffset(TimeProvider.System.GetUtcNow().Year + years, 3, 1, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal(time, HttpDate.Parse(time.ToString("dddd, dd-MMM-yy HH:mm:ss 'GMT'", System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Parse_AsctimeWithTwoDigits_IsRead() =>
        Assert.Equal(Example.AddDays(10), HttpDate.Parse("Wed Nov 16 08:49:37 1994"));

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("0")]
    [InlineData("1994-11-06T08:49:37Z")]
    [InlineData("Sun, 06 Nov 1994 08:49:37")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 UTC")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 +0000")]
    [InlineData("Mon, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun, 31 Feb 1994 08:49:37 GMT")]
    [InlineData("Sun, 06 Nov 1994 25:49:37 GMT")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT")]
    public void Parse_AnythingElse_IsNoDate(string text) => Assert.Null(HttpDate.Parse(text));

    [Fact]
    public void Parse_AbsentOrTwice_IsNoDate()
    {
        Assert.Null(HttpDate.Parse(StringValues.Empty));
        Assert.Null(HttpDate.Parse(new StringValues(["Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT"])));
    }

    [Fact]
    public void Parse_TwoDigitYearMoreThan50YearsAhead_IsInThePast()
    {
        DateTimeOffset? date = HttpDate.Parse("Sunday, 06-Nov-94 08:49:37 GMT");
        Assert.Equal(1994, date!.Value.Year);
    }

    [Fact]
    public void Format_AnyOffset_IsTheFixedFormInGmt()
    {
        Assert.Equal("Sun, 06 Nov 1994 08:49:37 GMT", HttpDate.Format(Example));
        Assert.Equal("Sun, 06 Nov 1994 08:49:37 GMT", HttpDate.Format(Example.ToOffset(TimeSpan.FromHours(5))));
    }
}
