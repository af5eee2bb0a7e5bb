using DocService.Api.Ids;
using Microsoft.AspNetCore.Http;

namespace DocService.Api.Tests.Ids;

/// <summary>The path is what the client wrote, in each form of a request target.</summary>
public sealed class RawTargetTests
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
    [InlineData("http://host#x", "#x")]
    [InlineData("/docs/http://x/y", "/docs/http://x/y")]
    [InlineData("/docs/a?x=http://y/z", "/docs/a")]
    [InlineData("*", "*")]
    [InlineData("", "")]
    public void PathOf_EachForm_GivesThePathAlone(string target, string path) =>
        Assert.Equal(path, RawTarget.PathOf(target).ToString());

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
        Assert.Equal(expected, RawTarget.HasDotSegment(path));

    [Theory]
    [InlineData("/docs/a", "")]
    [InlineData("/docs/a?", "")]
    [InlineData("/docs/a?b=c?d", "b=c?d")]
    [InlineData("http://host?x=1", "x=1")]
    public void QueryOf_Target_IsWhatFollowsTheFirstQuestionMark(string target, string query) =>
        Assert.Equal(query, RawTarget.QueryOf(target).ToString());

    [Theory]
    [InlineData("http://host:80/docs/a?x=://", "http", "host:80")]
    [InlineData("HTTPS://host", "HTTPS", "host")]
    [InlineData("http://host?x", "http", "host")]
    [InlineData("http://user@host#x", "http", "user@host")]
    [InlineData("/docs/http://x", "", "")]
    [InlineData("/docs?x=http://y", "", "")]
    [InlineData("host:80", "", "")]
    [InlineData("://host/", "", "")]
    [InlineData("*", "", "")]
    [InlineData("", "", "")]
    public void IsAbsolute_EachForm_GivesSchemeAndAuthority(string target, string scheme, string authority)
    {
        Assert.Equal(scheme.Length > 0, RawTarget.IsAbsolute(target, out ReadOnlySpan<char> itsScheme, out ReadOnlySpan<char> itsAuthority));
        Assert.Equal((scheme, authority), (itsScheme.ToString(), itsAuthority.ToString()));
    }

    [Theory]
    [InlineData("/store/docs/a%2Fb?x", true, "/docs/a%2Fb?x")]
    [InlineData("/store", true, "/")]
    [InlineData("/store/", true, "/")]
    [InlineData("/store?x", true, "/?x")]
    [InlineData("/store/store/x", true, "/store/x")]
    [InlineData("http://host/store/docs/a", true, "http://host/docs/a")]
    [InlineData("https://host:1/store?x", true, "https://host:1/?x")]
    [InlineData("http://host", false, "http://host")]
    [InlineData("/storehouse/docs/a", false, "/storehouse/docs/a")]
    [InlineData("/STORE/docs/a", false, "/STORE/docs/a")]
    [InlineData("/%73tore/docs/a", false, "/%73tore/docs/a")]
    [InlineData("/docs/store/a", false, "/docs/store/a")]
    [InlineData("*", false, "*")]
    public void TryTakeOff_Prefix_IsTakenOffWhereThePathBeginsWithExactlyIt(string target, bool isTaken, string below)
    {
        Assert.Equal(isTaken, RawTarget.TryTakeOff(target, "/store", out string rest));
        Assert.Equal(below, rest);
    }

    /// <summary>What the in-memory server leaves of a path: %2F as it was, everything else decoded once.</summary>
    [Theory]
    [InlineData("/docs/a b", "", "/docs/a%20b")]
    [InlineData("/docs/a%2Fb", "?x=%41", "/docs/a%2Fb?x=%41")]
    [InlineData("/docs/a%2fb", "", "/docs/a%2Fb")]
    [InlineData("/docs/100%", "", "/docs/100%25")]
    [InlineData("/docs/%41", "", "/docs/%2541")]
    [InlineData("/docs/#?", "", "/docs/%23%3F")]
    public void FromDecoded_Path_IsReadBackAsThePath(string path, string query, string target) =>
        Assert.Equal(target, RawTarget.FromDecoded(new PathString(path), new QueryString(query)));
}
