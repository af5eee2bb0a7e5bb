using DocService.Api.Routing;

namespace DocService.Api.Tests.Routing;

/// <summary>Names that a page on another site cannot have.</summary>
public sealed class LoopbackNamesTests
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("LocalHost")]
    [InlineData("localhost.")]
    [InlineData("docs.localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.1.9")]
    [InlineData("[::1]")]
    public void Contain_LoopbackName_IsTrue(string host) => Assert.True(LoopbackNames.Contain(host));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("notlocalhost")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("128.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("10.0.0.1")]
    [InlineData("[::]")]
    [InlineData("[::2]")]
    [InlineData("x")]
    public void Contain_AnyOther_IsFalse(string host) => Assert.False(LoopbackNames.Contain(host));
}
