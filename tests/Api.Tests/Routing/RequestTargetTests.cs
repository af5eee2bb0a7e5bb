using System.Net;
using DocService.Api.Configuration;
using DocService.Api.Ids;
using DocService.Api.Routing;
using DocService.Api.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace DocService.Api.Tests.Routing;

/// <summary>Without the target's own bytes %2F and %252F look alike, so they are done without in memory alone.</summary>
public sealed class RequestTargetTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    [Fact]
    public async Task Request_FromTheNetworkWithoutARawTarget_IsRefused()
    {
        DefaultHttpContext context = Create("/docs/a%2Fb");
        context.Connection.RemoteIpAddress = IPAddress.Loopback;

        Assert.False(await IsHandedOnAsync(context));
        Assert.Equal(StatusCodes.Status400BadRequest, context.Response.StatusCode);
    }

    [Fact]
    public async Task Request_InMemoryWithoutARawTarget_GetsOneThatIsReadBackAsThePath()
    {
        DefaultHttpContext context = Create("/docs/a%2Fb c%");

        Assert.True(await IsHandedOnAsync(context));
        Assert.Equal("/docs/a%2Fb%20c%25", RawTarget.Of(context));
    }

    /// <summary>What a test in memory can and cannot tell: documented, so pinned.</summary>
    [Theory]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a/b", "a/b")]
    [InlineData("a%252Fb", "a/b")]
    [InlineData("a%2541", "a%2541")]
    [InlineData("100%25", "100%25")]
    [InlineData("a%20%23%3F", "a%20%23%3F")]
    public async Task Put_InMemory_StoresTheIdButForAnEscapedSlashEscapedOnceMore(string id, string stored)
    {
        using HttpResponseMessage put = await shared.Application.SendAsync("PUT", "/docs/" + id, "1");
        using HttpResponseMessage delete = await shared.Application.SendAsync("DELETE", "/docs/" + id);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.NoContent), (put.StatusCode, delete.StatusCode));
        Assert.Equal("/docs/" + stored, put.Field("Location"));
    }

    private static DefaultHttpContext Create(string path)
    {
        var context = new DefaultHttpContext();
        context.Request.Path = path;
        return context;
    }

    private static async Task<bool> IsHandedOnAsync(HttpContext context)
    {
        bool isHandedOn = false;
        var middleware = new RequestTargetMiddleware(
            _ =>
            {
                isHandedOn = true;
                return Task.CompletedTask;
            },
            new DocServiceOptions());
        await middleware.InvokeAsync(context);
        return isHandedOn;
    }
}
