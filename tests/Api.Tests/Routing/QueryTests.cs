using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Routing;

/// <summary>A parameter that a route does not know is refused: what the client means by it would not be done.</summary>
public sealed class QueryTests(SharedSocketApplication shared) : IClassFixture<SharedSocketApplication>
{
    private readonly TestApplication _app = shared.Application;

    [Theory]
    [InlineData("GET", "/docs/queried?rev=1-abc", "rev")]
    [InlineData("HEAD", "/docs/queried?rev=1-abc", "rev")]
    [InlineData("PUT", "/docs/queried?rev=1-abc", "rev")]
    [InlineData("DELETE", "/docs/queried?rev=1-abc", "rev")]
    [InlineData("OPTIONS", "/docs/queried?x", "x")]
    [InlineData("POST", "/batch?atomic=false", "atomic")]
    [InlineData("GET", "/status?x=1", "x")]
    [InlineData("GET", "/problems?x=1", "x")]
    [InlineData("GET", "/problems/busy?x=1", "x")]
    [InlineData("GET", "/docs/queried?&a=1&b=2", "a")]
    [InlineData("GET", "/docs/queried?%61+%2B=1", "a +")]
    [InlineData("GET", "/docs/queried?=1", "")]
    [InlineData("GET", "http://localhost/docs/queried?x?y=1", "x?y")]
    public async Task Parameter_ThatTheRouteDoesNotKnow_IsRefused(string method, string target, string parameter)
    {
        RawResponse response = await RawConnection.AskAsync(_app.Port, method, target, method is "PUT" or "POST" ? "1" : null);
        Assert.Equal(400, response.Status);
        if (method != "HEAD")
        {
            JsonElement problem = response.AssertProblem(400, "unknown-parameter");
            Assert.Equal(parameter, problem.GetProperty("parameter").GetString());
        }
    }

    [Fact]
    public async Task Delete_WithTheRevisionOfAnotherStore_LeavesTheDocument()
    {
        await _app.StoreAsync("revised", "1");
        (await RawConnection.AskAsync(_app.Port, "DELETE", "/docs/revised?rev=1-abc")).AssertProblem(400, "unknown-parameter");
        Assert.Equal("1", (await RawConnection.AskAsync(_app.Port, "GET", "/docs/revised?")).Body);
    }

    [Theory]
    [InlineData("/docs/a?%ff=1")]
    [InlineData("/docs/a?%zz=1")]
    [InlineData("/docs/a?%")]
    public async Task Parameter_WithABrokenName_IsAnInvalidRequest(string target) =>
        (await RawConnection.AskAsync(_app.Port, "GET", target)).AssertProblem(400, "invalid-request");

    [Theory]
    [InlineData("/?x=1")]
    [InlineData("/healthz/live?x=1")]
    [InlineData("/healthz/ready?x=%ff")]
    [InlineData("/metrics?x=1")]
    [InlineData("/openapi/v1.json?x=1")]
    [InlineData("/swagger/index.html?urls.primaryName=x")]
    [InlineData("/status?")]
    [InlineData("/status?&&")]
    public async Task Parameter_OfAProbeAScraperOrALink_IsIgnored(string target) =>
        Assert.Equal(200, (await RawConnection.AskAsync(_app.Port, "GET", target)).Status);

    [Theory]
    [InlineData("/docs/a#b")]
    [InlineData("/docs/a?x#b")]
    [InlineData("/status#")]
    [InlineData("/#/docs/a")]
    [InlineData("/swagger/index.html#x")]
    public async Task Target_WithANumberSign_IsAnInvalidRequest(string target) =>
        (await RawConnection.AskAsync(_app.Port, "GET", target)).AssertProblem(400, "invalid-request");

    [Fact]
    public async Task Path_ThatThereIsNot_IsNotFoundWhateverItsQuery() =>
        (await RawConnection.AskAsync(_app.Port, "GET", "/nowhere?x=1")).AssertProblem(404, "not-found");

    [Fact]
    public async Task Parameter_InMemory_IsRefusedToo()
    {
        await using var app = new TestApplication();
        using HttpResponseMessage response = await app.SendAsync("GET", "/docs/a?rev=1");
        await response.AssertProblemAsync(HttpStatusCode.BadRequest, "unknown-parameter");
    }
}
