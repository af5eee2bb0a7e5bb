using DocService.Api.Fields;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Tests.Fields;

/// <summary>Who gets a page to read, and who JSON.</summary>
public sealed class AcceptFieldTests
{
    [Theory]
    [InlineData("text/html", true)]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true)]
    [InlineData("TEXT/HTML", true)]
    [InlineData("text/*", true)]
    [InlineData("application/json;q=0.5, text/html;q=0.6", true)]
    [InlineData("*/*", false)]
    [InlineData("application/json", false)]
    [InlineData("application/json, text/html", false)]
    [InlineData("application/json, text/html;q=0.5", false)]
    [InlineData("text/html;q=0, */*", false)]
    [InlineData("image/png", false)]
    [InlineData(",,", false)]
    [InlineData("", false)]
    public void PrefersHtml_Field_IsWeighed(string line, bool expected) => Assert.Equal(expected, AcceptField.PrefersHtml(line));

    [Fact]
    public void PrefersHtml_AbsentOrOverLines_IsWeighedAsOneList()
    {
        Assert.False(AcceptField.PrefersHtml(StringValues.Empty));
        Assert.True(AcceptField.PrefersHtml(new StringValues(["application/json;q=0.1", "text/html"])));
    }
}
