using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Service;

/// <summary>Bodies in HTTP/1.0: with a length or not at all.</summary>
public sealed class OldHttpBodyTests(SharedSocketApplication shared) : IClassFixture<SharedSocketApplication>
{
    private const string Json = "Content-Type: application/json\r\n";

    private readonly TestApplication _app = shared.Application;

    [Fact]
    public async Task Put_WithALength_IsTakenAndTheConnectionEnds()
    {
        string id = TestApplication.NewId();
        using RawConnection connection = await RawConnection.OpenAsync(_app.Port);
        await connection.SendAsync($"PUT /docs/{id} HTTP/1.0\r\n{Json}Content-Length: 2\r\n\r\n12");

        RawResponse created = await connection.ReceiveAsync();

        Assert.Equal(201, created.Status);
        Assert.NotNull(created.Field("ETag"));
        Assert.True(await connection.IsClosedByServerAsync());
        Assert.Equal("12", (await AskAsync($"GET /docs/{id} HTTP/1.0\r\n\r\n")).Body);
    }

    /// <summary>RFC 9112 6.3: a request without a length has no body, and what follows cannot be told from another request. Refused, not guessed.</summary>
    [Theory]
    [InlineData("PUT /docs/{0} HTTP/1.0\r\n")]
    [InlineData("PUT /docs/{0} HTTP/1.0\r\nConnection: keep-alive\r\n")]
    [InlineData("POST /batch HTTP/1.0\r\n")]
    public async Task Write_WithoutALength_IsRefusedAndTheConnectionEnds(string line)
    {
        string id = TestApplication.NewId();
        using RawConnection connection = await RawConnection.OpenAsync(_app.Port);
        await connection.SendAsync(line.Replace("{0}", id, StringComparison.Ordinal) + Json + "\r\n12");

        RawResponse refused = await connection.ReceiveAsync();

        Assert.Contains(refused.Status, new[] { 400, 411 });
        Assert.True(await connection.IsClosedByServerAsync());
        Assert.Equal(404, (await RawConnection.AskAsync(_app.Port, "GET", "/docs/" + id)).Status);
    }

    /// <summary>RFC 9112 6.1: a transfer coding in HTTP/1.0 is faulty framing; the web server would have carried out the DELETE behind it.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("Content-Length: 1\r\n")]
    public async Task Put_InChunks_IsRefusedAndEndsTheConnection(string length)
    {
        string id = TestApplication.NewId();
        await _app.StoreAsync(id, "7");
        using RawConnection connection = await RawConnection.OpenAsync(_app.Port);
        await connection.SendAsync(
            $"PUT /docs/{id} HTTP/1.0\r\nConnection: keep-alive\r\n{Json}{length}Transfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\nDELETE /docs/{id} HTTP/1.0\r\n\r\n");

        RawResponse answer = await connection.ReceiveAsync();

        answer.AssertProblem(400, "invalid-request");
        Assert.True(await connection.IsClosedByServerAsync());
        Assert.Equal("7", (await RawConnection.AskAsync(_app.Port, "GET", "/docs/" + id)).Body);
    }

    private Task<RawResponse> AskAsync(string request) => RawConnection.AskAsync(_app.Port, System.Text.Encoding.Latin1.GetBytes(request));
}
