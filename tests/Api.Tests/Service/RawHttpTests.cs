using System.Text;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Service;

/// <summary>The web server's own part of the contract, over raw connections.</summary>
public sealed class RawHttpTests(SharedSocketApplication shared) : IClassFixture<SharedSocketApplication>
{
    private readonly TestApplication _app = shared.Application;

    [Theory]
    [InlineData("GET", "/status")]
    [InlineData("GET", "/docs/absent")]
    [InlineData("OPTIONS", "/docs/x")]
    [InlineData("GET", "/docs/%00")]
    public async Task Answers_Always_KeepTheServersNameToThemselves(string method, string target)
    {
        RawResponse response = await RawConnection.AskAsync(_app.Port, method, target);
        Assert.Null(response.Field("Server"));
        Assert.Null(response.Field("X-Powered-By"));
    }

    [Fact]
    public async Task Get_WithAcceptEncoding_IsNotCompressed()
    {
        await _app.StoreAsync("plain", "\"" + new string('a', 900) + "\"");
        RawResponse response = await SendAsync("GET /docs/plain HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip, br\r\nConnection: close\r\n\r\n");

        Assert.Equal("902", response.Field("Content-Length"));
        Assert.Null(response.Field("Content-Encoding"));
    }

    [Fact]
    public async Task Get_TypeWithOddSpacing_IsServedAsItCame()
    {
        const string Type = "application/JSON;charset=\"UTF-8\" ;  x=1";
        RawResponse put = await SendAsync($"PUT /docs/spacing HTTP/1.1\r\nHost: localhost\r\nContent-Type: {Type}\r\nContent-Length: 1\r\nConnection: close\r\n\r\n1");
        RawResponse get = await RawConnection.AskAsync(_app.Port, "GET", "/docs/spacing");

        Assert.Equal(201, put.Status);
        Assert.Equal(Type, get.Field("Content-Type"));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("Content-Length: 0\r\n", "")]
    public async Task Put_WithoutABody_IsInvalidJson(string length, string body)
    {
        RawResponse response = await SendAsync($"PUT /docs/x HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{length}Connection: close\r\n\r\n{body}");
        response.AssertProblem(400, "invalid-json");
    }

    /// <summary>Refused by the web server before the application runs: 400, the connection closed, nothing written.</summary>
    [Theory]
    [InlineData("Content-Length: 1\r\nContent-Length: 2\r\n")]
    [InlineData("Content-Length: -1\r\n")]
    [InlineData("Content-Length: +1\r\n")]
    [InlineData("Content-Length: 1, 1\r\n")]
    [InlineData("Content-Length: one\r\n")]
    [InlineData("Content-Length: 99999999999999999999\r\n")]
    [InlineData("Transfer-Encoding: gzip\r\n")]
    [InlineData("Transfer-Encoding: chunked, gzip\r\n")]
    [InlineData("Transfer-Encoding: gzip, chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked, chunked\r\n")]
    [InlineData("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Host: y\r\n")]
    [InlineData("Bad Field: 1\r\n")]
    [InlineData(" folded: 1\r\n")]
    public async Task Put_FramingThatCannotBeTrusted_IsRefused(string fields)
    {
        string id = TestApplication.NewId();
        RawResponse response = await SendAsync($"PUT /docs/{id} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{fields}\r\n1");

        Assert.Equal(400, response.Status);
        Assert.Equal("close", response.Field("Connection"));
        (await RawConnection.AskAsync(_app.Port, "GET", "/docs/" + id)).AssertProblem(404, "not-found");
    }

    /// <summary>The method is compared exactly (RFC 9110 9.1). Taken for HEAD by one part and for another method by the next, "head" ended as 500.</summary>
    [Theory]
    [InlineData("head")]
    [InlineData("Get")]
    [InlineData("delete")]
    [InlineData("pUT")]
    public async Task Method_NotInUpperCase_IsRefusedAndNothingIsDone(string method)
    {
        string id = TestApplication.NewId();
        await RawConnection.AskAsync(_app.Port, "PUT", "/docs/" + id, "1");

        RawResponse refused = await SendAsync($"{method} /docs/{id} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1\r\nConnection: close\r\n\r\n2");

        refused.AssertProblem(400, "invalid-request");
        Assert.Contains(method.ToUpperInvariant(), refused.Body, StringComparison.Ordinal);
        Assert.Equal("1", (await RawConnection.AskAsync(_app.Port, "GET", "/docs/" + id)).Body);
    }

    /// <summary>RFC 9112 6.3: the transfer coding counts, and the connection is not used again, so nothing can be smuggled behind the body.</summary>
    [Fact]
    public async Task Put_LengthAndChunks_TakesTheChunksAndClosesTheConnection()
    {
        string id = TestApplication.NewId();
        using RawConnection connection = await RawConnection.OpenAsync(_app.Port);
        await connection.SendAsync(
            $"PUT /docs/{id} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n"
            + $"DELETE /docs/{id} HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal(201, (await connection.ReceiveAsync()).Status);
        Assert.True(await connection.IsClosedByServerAsync());
        Assert.Equal("1", (await RawConnection.AskAsync(_app.Port, "GET", "/docs/" + id)).Body);
    }

    [Fact]
    public async Task Requests_InARow_AreAnsweredInOrderOnOneConnection()
    {
        using RawConnection connection = await RawConnection.OpenAsync(_app.Port);
        var requests = new StringBuilder();
        for (int index = 0; index < 20; index++)
        {
            requests.Append($"PUT /docs/row-{index} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{index + 10}");
            requests.Append($"GET /docs/row-{index} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }

        await connection.SendAsync(requests.ToString());
        for (int index = 0; index < 20; index++)
        {
            Assert.Equal(201, (await connection.ReceiveAsync()).Status);
            Assert.Equal($"{index + 10}", (await connection.ReceiveAsync()).Body);
        }
    }

    [Fact]
    public async Task Refusals_OnAKeptConnection_DoNotDisturbTheNextRequest()
    {
        using RawConnection connection = await RawConnection.OpenAsync(_app.Port);
        await connection.SendAsync("PUT /docs/x HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 39\r\n\r\nGET /status HTTP/1.1\r\nHost: localhost\r\n"
            + "GET /docs/absent HTTP/1.1\r\nHost: localhost\r\n\r\n");

        (await connection.ReceiveAsync()).AssertProblem(415, "unsupported-media-type");
        (await connection.ReceiveAsync()).AssertProblem(404, "not-found");
    }

    [Fact]
    public async Task Targets_LongerThanTheLimit_AreRefused() =>
        Assert.Equal(414, (await RawConnection.AskAsync(_app.Port, "GET", "/docs/" + new string('a', 9000))).Status);

    private Task<RawResponse> SendAsync(string request) => RawConnection.AskAsync(_app.Port, Encoding.Latin1.GetBytes(request));
}
