using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Documents.Bodies;

/// <summary>Bodies over raw connections: refused before they are sent, in chunks, cut off, too many at once. Documents have 1,000 bytes at most here.</summary>
public sealed class RawBodyTests(SharedSocketApplication shared) : IClassFixture<SharedSocketApplication>
{
    private const long BudgetBytes = 20_000;

    private readonly TestApplication _app = shared.Application;

    [Theory]
    [InlineData("Content-Type: text/plain\r\nContent-Length: 10", 415, "unsupported-media-type")]
    [InlineData("Content-Length: 10", 415, "unsupported-media-type")]
    [InlineData("Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 10", 415, "unsupported-media-type")]
    [InlineData("Content-Type: application/json\r\nContent-Length: 1001", 413, "payload-too-large")]
    [InlineData("Content-Type: application/json\r\nContent-Length: 99999999999", 413, "payload-too-large")]
    [InlineData("Content-Type: application/json\r\nContent-Length: 10\r\nContent-Range: bytes 0-9/10", 400, "invalid-request")]
    [InlineData("Content-Type: application/json\r\nContent-Length: 10\r\nIf-Match: 17", 400, "invalid-request")]
    [InlineData("Content-Type: application/json\r\nContent-Length: 10\r\nIf-Match: w/\"17\"", 400, "invalid-request")]
    [InlineData("Content-Type: application/json\r\nContent-Length: 10\r\nIf-Match: \"1\"\r\nIf-Match: *", 400, "invalid-request")]
    [InlineData("Content-Type: application/json\r\nContent-Length: 10\r\nIf-None-Match: ,", 400, "invalid-request")]
    [InlineData("Content-Type: application/json\r\nContent-Length: 10\r\nContent-Digest: x", 400, "invalid-request")]
    [InlineData("Content-Type: application/json\r\nContent-Length: 10\r\nDurability: always", 400, "invalid-request")]
    public async Task Expectation_OfARequestThatItsFieldsRefuse_IsAnsweredWithoutAskingForTheBody(string fields, int status, string slug)
    {
        using RawConnection connection = await RawConnection.OpenAsync(_app.Port);
        await connection.SendAsync($"PUT /docs/{TestApplication.NewId()} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n{fields}\r\n\r\n");

        RawResponse first = await connection.ReceiveAsync(); // would be "100 Continue" otherwise

        first.AssertProblem(status, slug);
    }

    [Fact]
    public async Task Expectation_OfAGoodRequest_IsAnswered100AndThenTheBodyIsTaken()
    {
        using RawConnection connection = await OpenPutAsync(TestApplication.NewId(), "Expect: 100-continue\r\nContent-Length: 4");
        Assert.Equal(100, (await connection.ReceiveAsync()).Status);
        await connection.SendAsync("true");
        Assert.Equal(201, (await connection.ReceiveAsync()).Status);
    }

    [Fact]
    public async Task Chunks_UpToTheLimit_AreTakenAndBeyondItRefused()
    {
        string id = TestApplication.NewId();
        string half = "1F4\r\n\"" + new string('x', 499) + "\r\n";
        string rest = "1F4\r\n" + new string('x', 499) + "\"\r\n";

        using RawConnection good = await OpenPutAsync(id, "Transfer-Encoding: chunked");
        await good.SendAsync(half + rest + "0\r\n\r\n");
        Assert.Equal(201, (await good.ReceiveAsync()).Status);

        string other = TestApplication.NewId();
        using RawConnection large = await OpenPutAsync(other, "Transfer-Encoding: chunked");
        await large.SendAsync(half + rest + "1\r\n \r\n0\r\n\r\n");
        (await large.ReceiveAsync()).AssertProblem(413, "payload-too-large");
        await AssertAbsentAsync(other);
    }

    [Fact]
    public async Task Chunks_ThatNeverEnd_AreRefusedAtTheLimit()
    {
        using RawConnection connection = await OpenPutAsync(TestApplication.NewId(), "Transfer-Encoding: chunked");
        await connection.SendAsync("FFFFFFF\r\n" + new string(' ', 1100));
        (await connection.ReceiveAsync()).AssertProblem(413, "payload-too-large");
    }

    [Theory]
    [InlineData("xyz\r\n1\r\n0\r\n\r\n")]
    [InlineData("1\r\n12\r\n0\r\n\r\n")]
    [InlineData("-1\r\n1\r\n0\r\n\r\n")]
    public async Task Chunks_Malformed_AreAnInvalidRequest(string body)
    {
        string id = TestApplication.NewId();
        using RawConnection connection = await OpenPutAsync(id, "Transfer-Encoding: chunked");
        await connection.SendAsync(body);
        (await connection.ReceiveAsync()).AssertProblem(400, "invalid-request");
        await AssertAbsentAsync(id);
    }

    [Theory]
    [InlineData("Content-Length: 100", "\"half")]
    [InlineData("Content-Length: 100", "1")]
    [InlineData("Transfer-Encoding: chunked", "1\r\n1\r\n")]
    public async Task Client_GoneInsideABody_LeavesNothingAndGivesTheBudgetBack(string length, string part)
    {
        string id = TestApplication.NewId();
        using (RawConnection connection = await OpenPutAsync(id, length + "\r\nExpect: 100-continue"))
        {
            Assert.Equal(100, (await connection.ReceiveAsync()).Status);
            Assert.Equal(BudgetBytes, _app.Service<ByteBudget>().Free); // what is announced takes nothing
            await connection.SendAsync(part);
            await WaitForTheBudgetAsync(isWhole: false);
            connection.Abort();
        }

        await WaitForTheBudgetAsync();
        await AssertAbsentAsync(id);
    }

    /// <summary>Bodies of 1,000 bytes are charged 4,024: four of them leave no room for a fifth, but for small ones.</summary>
    [Fact]
    public async Task Budget_UsedUpByLargeBodies_Answers503BusyToOthersOfTheirSizeOnly()
    {
        await _app.StoreAsync("held", "\"" + new string('x', 900) + "\"");
        await WaitForTheBudgetAsync();
        string body = "\"" + new string('y', 998) + "\"";
        var held = new List<RawConnection>();
        for (int index = 0; index < 4; index++)
        {
            RawConnection connection = await OpenPutAsync(TestApplication.NewId(), "Content-Length: 1000\r\nExpect: 100-continue");
            Assert.Equal(100, (await connection.ReceiveAsync()).Status);
            await connection.SendAsync(body[..^1]);
            held.Add(connection);
        }

        await WaitForFreeAsync(BudgetBytes - (4 * WriteCost.Of(1000)));
        using RawConnection fifth = await OpenPutAsync(TestApplication.NewId(), "Content-Length: 1000\r\nExpect: 100-continue");
        RawResponse refused = await fifth.ReceiveAsync();
        RawResponse read = await RawConnection.AskAsync(_app.Port, "GET", "/docs/held");
        RawResponse small = await RawConnection.AskAsync(_app.Port, "PUT", "/docs/" + TestApplication.NewId(), "1");
        RawResponse batch = await RawConnection.AskAsync(_app.Port, "POST", "/batch", """{"operations":[{"op":"delete","id":"a"}]}""");

        refused.AssertProblem(503, "busy");
        Assert.Equal("1", refused.Field("Retry-After"));
        Assert.Equal((200, 201, 200), (read.Status, small.Status, batch.Status));
        foreach (RawConnection connection in held)
        {
            await connection.SendAsync(body[^1..]);
            Assert.Equal(201, (await connection.ReceiveAsync()).Status);
            connection.Dispose();
        }

        await WaitForTheBudgetAsync();
    }

    /// <summary>For the web server an overflow, not a bad request: it was answered 500, with a stack trace in the log.</summary>
    [Theory]
    [InlineData("80000000")]
    [InlineData("FFFFFFFF")]
    [InlineData("100000000")]
    [InlineData("7FFFFFFFFFFFFFFF")]
    [InlineData("FFFFFFFFFFFFFFFF")]
    [InlineData("123456789012345678901234567890")]
    public async Task Chunks_OfASizeThatOverflows_AreAnInvalidRequestThatEndsTheConnection(string size)
    {
        string id = TestApplication.NewId();
        using RawConnection connection = await OpenPutAsync(id, "Transfer-Encoding: chunked");
        await connection.SendAsync(size + "\r\n1");

        RawResponse refused = await connection.ReceiveAsync();

        refused.AssertProblem(400, "invalid-request");
        Assert.Equal("close", refused.Field("Connection"));
        Assert.True(await connection.IsClosedByServerAsync());
        await AssertAbsentAsync(id);
        await WaitForTheBudgetAsync();
    }

    /// <summary>The same in a batch, and behind a chunk that was taken.</summary>
    [Fact]
    public async Task Chunks_OfASizeThatOverflowsInABatch_AreAnInvalidRequest()
    {
        using RawConnection connection = await RawConnection.OpenAsync(_app.Port);
        await connection.SendAsync("POST /batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n90000000\r\n");

        (await connection.ReceiveAsync()).AssertProblem(400, "invalid-request");
        await WaitForTheBudgetAsync();
    }

    private async Task<RawConnection> OpenPutAsync(string id, string fields)
    {
        RawConnection connection = await RawConnection.OpenAsync(_app.Port);
        await connection.SendAsync($"PUT /docs/{id} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{fields}\r\n\r\n");
        return connection;
    }

    private async Task AssertAbsentAsync(string id) =>
        (await RawConnection.AskAsync(_app.Port, "GET", "/docs/" + id)).AssertProblem(404, "not-found");

    /// <summary>The share is given back after the answer has left; round trips are the pace of waiting for it.</summary>
    private async Task WaitForTheBudgetAsync(bool isWhole = true)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while ((_app.Service<ByteBudget>().Free == BudgetBytes) != isWhole)
        {
            patience.Token.ThrowIfCancellationRequested();
            await RawConnection.AskAsync(_app.Port, "GET", "/healthz/live");
        }
    }

    private async Task WaitForFreeAsync(long bytes)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (_app.Service<ByteBudget>().Free != bytes)
        {
            patience.Token.ThrowIfCancellationRequested();
            await RawConnection.AskAsync(_app.Port, "GET", "/healthz/live");
        }
    }
}
