using System.Text;
using System.Text.Json;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Service;

/// <summary>What the web server itself refuses is told as a problem, too, and the connection ends.</summary>
public sealed class RefusalTests(SharedSocketApplication shared) : IClassFixture<SharedSocketApplication>
{
    private const string Json = "Host: localhost\r\nContent-Type: application/json\r\n";

    private readonly TestApplication _app = shared.Application;

    public static TheoryData<string, int, string> Requests => new()
    {
        { "GET /docs/x HTTP/1.1\r\n\r\n", 400, "invalid-request" },
        { "GET /docs/x HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400, "invalid-request" },
        { "GET /docs/x HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "invalid-request" },
        { "GET /docs/x HTTP/1.1\r\nHost : localhost\r\n\r\n", 400, "invalid-request" },
        { "GET /docs/x HTTP/1.1\r\nHost: localhost\r\nX: a\r\n folded\r\n\r\n", 400, "invalid-request" },
        { "GET /docs/x HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n", 400, "invalid-request" },
        { "GET /docs/x HTTP/1.1\r\nHost: localhost\r\n: a\r\n\r\n", 400, "invalid-request" },
        { "GET  /docs/x HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "invalid-request" },
        { "GET docs/x HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "invalid-request" },
        { "GET /docs/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "invalid-id" },
        { "DELETE /docs/a%00?rev=1 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "invalid-id" },
        { $"PUT /docs/a/%41%00b HTTP/1.1\r\n{Json}Content-Length: 1\r\n\r\n1", 400, "invalid-id" },
        { "GET /docs%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "invalid-request" },
        { "GET /collections/a%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "invalid-request" },
        { "GET\r\n\r\n", 400, "invalid-request" },
        { "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, "method-not-allowed" },
        { "GET /docs/x HTTP/2.5\r\nHost: localhost\r\n\r\n", 505, "http-version-not-supported" },
        { $"GET /docs/{new string('a', 9000)} HTTP/1.1\r\nHost: localhost\r\n\r\n", 414, "target-too-long" },
        { $"GET /docs/x HTTP/1.1\r\nHost: localhost\r\nX: {new string('a', 40_000)}\r\n\r\n", 431, "headers-too-large" },
        { "GET /docs/x HTTP/1.1\r\nHost: localhost\r\n" + string.Concat(Enumerable.Range(0, 120).Select(number => $"X-{number}: a\r\n")) + "\r\n", 431, "headers-too-large" },
        { $"PUT /docs/x HTTP/1.1\r\n{Json}Content-Length: +1\r\n\r\n1", 400, "invalid-request" },
        { $"PUT /docs/x HTTP/1.1\r\n{Json}Content-Length: -1\r\n\r\n1", 400, "invalid-request" },
        { $"PUT /docs/x HTTP/1.1\r\n{Json}Content-Length: 1 1\r\n\r\n1", 400, "invalid-request" },
        { $"PUT /docs/x HTTP/1.1\r\n{Json}Content-Length: 0x1\r\n\r\n1", 400, "invalid-request" },
        { $"PUT /docs/x HTTP/1.1\r\n{Json}Content-Length: \r\n\r\n1", 400, "invalid-request" },
        { $"PUT /docs/x HTTP/1.1\r\n{Json}Content-Length: 11111111111111111111\r\n\r\n1", 400, "invalid-request" },
        { $"PUT /docs/x HTTP/1.1\r\n{Json}Content-Length: 1111111111111111111111\r\n\r\n1", 400, "invalid-request" },
        { $"PUT /docs/x HTTP/1.1\r\n{Json}Content-Length: 1\r\nContent-Length: 1\r\n\r\n1", 400, "invalid-request" },
        { $"PUT /docs/x HTTP/1.1\r\n{Json}Transfer-Encoding: gzip\r\n\r\n1", 400, "invalid-request" },
        { $"PUT /docs/x HTTP/1.0\r\n{Json}Transfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n", 400, "invalid-request" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Request_ThatTheWebServerRefuses_IsAnsweredByAProblem(string request, int status, string slug)
    {
        using RawConnection connection = await RawConnection.OpenAsync(_app.Port);
        await connection.SendAsync(request);
        RawResponse response = await connection.ReceiveAsync();

        JsonElement problem = response.AssertProblem(status, slug);
        Assert.False(string.IsNullOrWhiteSpace(problem.GetProperty("detail").GetString()));
        Assert.Equal("close", response.Field("Connection"));
        Assert.True(await connection.IsClosedByServerAsync());
    }

    [Fact]
    public async Task Id_WithAnEscapedNull_IsToldWhere()
    {
        using RawConnection connection = await RawConnection.OpenAsync(_app.Port);
        await connection.SendAsync("GET /docs/ok HTTP/1.1\r\nHost: localhost\r\n\r\nGET /docs/ab%00 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        (await connection.ReceiveAsync()).AssertProblem(404, "not-found");
        JsonElement problem = (await connection.ReceiveAsync()).AssertProblem(400, "invalid-id");
        Assert.Equal(2, problem.GetProperty("bytePosition").GetInt32());
    }

    [Theory]
    [InlineData("HEAD /docs/x HTTP/1.1\r\nHost: a b\r\n\r\n")]
    [InlineData("HEAD /docs/x HTTP/1.1\r\n\r\n")]
    public async Task Head_ThatTheWebServerRefuses_HasNoBody(string request)
    {
        using RawConnection connection = await RawConnection.OpenAsync(_app.Port);
        await connection.SendAsync(request);
        Assert.Equal(400, (await connection.ReceiveAsync(isHead: true)).Status);
        Assert.True(await connection.IsClosedByServerAsync());
    }

    [Fact]
    public async Task Request_BehindAGoodOne_IsRefusedInItsTurn()
    {
        using RawConnection connection = await RawConnection.OpenAsync(_app.Port);
        await connection.SendAsync("GET /healthz/live HTTP/1.1\r\nHost: localhost\r\n\r\nGET /docs/x HTTP/1.1\r\nHost: a b\r\n\r\n");
        Assert.Equal(200, (await connection.ReceiveAsync()).Status);
        (await connection.ReceiveAsync()).AssertProblem(400, "invalid-request");
    }

    [Fact]
    public async Task Put_ChunkedAndTooLarge_NamesTheSetting()
    {
        RawResponse response = await RawConnection.AskAsync(_app.Port, Encoding.ASCII.GetBytes(
            $"PUT /docs/x HTTP/1.1\r\n{Json}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n{new string(' ', 1001)}\r\n0\r\n\r\n"));
        Assert.Contains("MaxDocumentBytes", response.AssertProblem(413, "payload-too-large").GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_WithALengthOfDigits_IsTaken()
    {
        foreach (string length in new[] { "1", "01", "0000000000000000001" })
        {
            byte[] request = Encoding.ASCII.GetBytes($"PUT /docs/digits-{length} HTTP/1.1\r\n{Json}Connection: close\r\nContent-Length: {length}\r\n\r\n1");
            Assert.Equal(201, (await RawConnection.AskAsync(_app.Port, request)).Status);
        }
    }
}
