using System.Text;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Service;

/// <summary>HTTP/1.0 and the requests about the server itself.</summary>
public sealed class OldHttpTests(SharedSocketApplication shared) : IClassFixture<SharedSocketApplication>
{
    private readonly TestApplication _app = shared.Application;

    [Fact]
    public async Task Get_ByHttp10_IsAnsweredAndTheConnectionEnds()
    {
        await _app.StoreAsync("old", "[1,2]");
        using RawConnection connection = await RawConnection.OpenAsync(_app.Port);
        await connection.SendAsync("GET /docs/old HTTP/1.0\r\n\r\n");
        RawResponse response = await connection.ReceiveAsync();

        Assert.Equal((200, "[1,2]", "5"), (response.Status, response.Body, response.Field("Content-Length")));
        Assert.True(await connection.IsClosedByServerAsync());
    }

    [Fact]
    public async Task Requests_ByHttp10WithKeepAlive_GoOnOneConnection()
    {
        using RawConnection connection = await RawConnection.OpenAsync(_app.Port);
        await connection.SendAsync("PUT /docs/kept-alive HTTP/1.0\r\nConnection: keep-alive\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n1");
        RawResponse put = await connection.ReceiveAsync();
        Assert.Equal((201, "keep-alive"), (put.Status, put.Field("Connection")));

        await connection.SendAsync("GET /docs/kept-alive HTTP/1.0\r\nConnection: keep-alive\r\nHost: localhost\r\n\r\n");
        RawResponse get = await connection.ReceiveAsync();
        Assert.Equal("1", get.Body);
        Assert.Null(get.Field("Transfer-Encoding"));

        await connection.SendAsync("GET /docs/absent HTTP/1.0\r\n\r\n");
        (await connection.ReceiveAsync()).AssertProblem(404, "not-found");
        Assert.True(await connection.IsClosedByServerAsync());
    }

    /// <summary>RFC 9110 section 10.1.1: the expectation of an HTTP/1.0 client is ignored.</summary>
    [Fact]
    public async Task Put_ByHttp10WithAnExpectation_GetsNoInterimAnswer()
    {
        using RawConnection connection = await RawConnection.OpenAsync(_app.Port);
        await connection.SendAsync("PUT /docs/old-expecting HTTP/1.0\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n1");
        Assert.Equal(201, (await connection.ReceiveAsync()).Status);
    }

    [Fact]
    public async Task Get_ByHttp10OfAnotherHost_IsMisdirected() =>
        (await RawConnection.AskAsync(_app.Port, "GET /status HTTP/1.0\r\nHost: evil.example\r\n\r\n"u8.ToArray())).AssertProblem(421, "misdirected-request");

    [Fact]
    public async Task Options_OfTheServer_ListsTheMethodsOfAllResources()
    {
        RawResponse response = await RawConnection.AskAsync(_app.Port, "OPTIONS", "*");
        Assert.Equal((204, "GET, HEAD, PUT, POST, PATCH, DELETE, QUERY, OPTIONS"), (response.Status, response.Field("Allow")));
    }

    [Theory]
    [InlineData("/status")]
    [InlineData("/metrics")]
    [InlineData("/problems")]
    [InlineData("/problems/busy")]
    [InlineData("/healthz/live")]
    [InlineData("/healthz/ready")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/swagger/index.html")]
    [InlineData("/")]
    public async Task Head_WhereverGetWorks_AnswersTheSameWithoutABody(string path)
    {
        using RawConnection connection = await RawConnection.OpenAsync(_app.Port);
        await connection.SendAsync($"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        RawResponse head = await connection.ReceiveAsync(isHead: true);
        await connection.SendAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        RawResponse get = await connection.ReceiveAsync();

        Assert.Equal((200, get.Field("Content-Type")), (head.Status, head.Field("Content-Type")));
        Assert.Equal(200, get.Status);
        Assert.NotEmpty(get.Body);
    }
}
