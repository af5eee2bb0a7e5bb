using DocService.Api.Ids;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DocService.Api.Tests.Ids;

/// <summary>The path is what the client wrote, in each form of a request target.</summary>
public sealed class RawPathTests
{
    [Theory]
    [InlineData("/docs/a", "/docs/a")]
    [InlineData("/docs/a?b=/c", "/docs/a")]
    [InlineData("/docs/a%2Fb%3F?x", "/docs/a%2Fb%3F")]
    [InlineData("/docs/a//b/", "/docs/a//b/")]
    [InlineData("http://host:80/docs/a?b", "/docs/a")]
    [InlineData("HTTP://host/docs/a%2Fb", "/docs/a%2Fb")]
    [InlineData("http://host", "/")]
    [InlineData("http://host?x", "")]
    [InlineData("/docs/http://x/y", "/docs/http://x/y")]
    [InlineData("/docs/a?x=http://y/z", "/docs/a")]
    [InlineData("*", "*")]
    [InlineData("", "")]
    public void OfTarget_EachForm_GivesThePathAlone(string target, string path) =>
        Assert.Equal(path, RawPath.OfTarget(target).ToString());

    [Theory]
    [InlineData("/docs/..", true)]
    [InlineData("/docs/./a", true)]
    [InlineData("/../docs/a", true)]
    [InlineData("/docs/%2e", true)]
    [InlineData("/docs/%2E%2e/a", true)]
    [InlineData("/docs/.%2e", true)]
    [InlineData("/docs/...", false)]
    [InlineData("/docs/..a", false)]
    [InlineData("/docs/a..", false)]
    [InlineData("/docs/.tmp-0", false)]
    [InlineData("/docs/%252e", false)]
    [InlineData("/docs/%2", false)]
    [InlineData("/docs//a", false)]
    [InlineData("", false)]
    public void HasDotSegment_RawAndEncoded_IsSeen(string path, bool expected) =>
        Assert.Equal(expected, RawPath.HasDotSegment(path));

    [Fact]
    public void Of_WithARawTarget_TakesItAndNotTheDecodedPath()
    {
        var context = new DefaultHttpContext();
        context.Request.Path = "/docs/a b";
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = "/docs/a%20b?q";

        Assert.Equal("/docs/a%20b", RawPath.Of(context, out bool isDecoded).ToString());
        Assert.False(isDecoded);
    }

    [Fact]
    public void Of_WithoutARawTarget_FallsBackToTheDecodedPathAndSaysSo()
    {
        var context = new DefaultHttpContext();
        context.Request.Path = "/docs/a b";

        Assert.Equal("/docs/a b", RawPath.Of(context, out bool isDecoded).ToString());
        Assert.True(isDecoded);
    }
}
