using System.Net.Sockets;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Process;

/// <summary>What happens to connections: needs Kestrel, sockets and signals, and so the program itself.</summary>
public sealed class ConnectionTests(ConnectionTests.LimitedServer limited) : IClassFixture<ConnectionTests.LimitedServer>
{
    private const string Put = "PUT /docs/a HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    [Theory]
    [InlineData("PUT /docs/a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 20\r\n\r\n", "415")]
    [InlineData(Put + "Expect: 100-continue\r\nIf-Match: 17\r\nContent-Length: 20\r\n\r\n", "400")]
    [InlineData(Put + "Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n", "413")]
    [InlineData(Put + "Content-Length: 1001\r\n\r\n", "413")]
    [InlineData("POST /status HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 20\r\n\r\n", "405")]
    public async Task Refusal_BodyNotSent_ComesAtOnceAndEndsTheConnection(string request, string status)
    {
        string answer = await limited.Server.AskAsync(request);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal); // and no 100 Continue before
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusal_BodyWasRead_KeepsTheConnection()
    {
        using Socket socket = await limited.Server.SendAsync(Put + "Content-Length: 2\r\n\r\n1x");

        string refused = await ServerProcess.ReadAnswerAsync(socket);
        await socket.SendAsync(System.Text.Encoding.Latin1.GetBytes(Put + "Content-Length: 1\r\n\r\n1"));
        string created = await ServerProcess.ReadAnswerAsync(socket);

        Assert.StartsWith("HTTP/1.1 400 ", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("Connection: close", refused, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 201 ", created, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_BodyStillArriving_Answers503AndDoesNotWaitForIt()
    {
        using var server = new ServerProcess();
        using Socket slow = await server.SendAsync(Put + "Expect: 100-continue\r\nContent-Length: 50000\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 100 ", await ServerProcess.ReadAnswerAsync(slow), StringComparison.Ordinal); // the read is under way

        server.Stop();
        string answer = await ServerProcess.ReadAnswerAsync(slow);
        slow.Close();
        int exitCode = await server.ExitAsync();

        Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal); // past the host's own limit there would be no answer
        Assert.Contains("/problems/shutting-down", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nRetry-After: ", answer, StringComparison.Ordinal);
        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("fail:", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disconnect_InTheMiddleOfABody_GivesTheBudgetBackAndLogsNoError()
    {
        using var server = new ServerProcess(LimitedServer.Arguments);
        for (int round = 0; round < 20; round++)
        {
            Socket gone = await server.SendAsync(Put + "Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n");
            string answer = await ServerProcess.ReadAnswerAsync(gone);
            gone.Close(timeout: 0); // a reset
            if (!answer.StartsWith("HTTP/1.1 100 ", StringComparison.Ordinal))
            {
                Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal); // those before are not noticed yet
            }
        }

        // Only a budget that is whole again lets two of the largest documents in at once.
        Assert.True(await TakesTwoLargestAsync(server), "The budget was not given back.");
        Assert.DoesNotContain("fail:", server.Output, StringComparison.Ordinal);
    }

    /// <summary>A client's fault is no error of the server's: one such request after the other filled the log with stack traces.</summary>
    [Fact]
    public async Task Body_ThatCannotBeRead_IsAnswered400AndLeavesNoTraceInTheLog()
    {
        using ServerProcess server = await ServerProcess.StartAsync();
        int warnings = Warnings(server);

        foreach (string body in (string[])["80000000\r\n1", "1\r\n1\r\nFFFFFFFFFFFFFFFF\r\n", "xyz\r\n1\r\n0\r\n\r\n", "1\r\n12\r\n0\r\n\r\n"])
        {
            string answer = await server.AskAsync(Put + "Transfer-Encoding: chunked\r\n\r\n" + body);
            Assert.True(answer.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal), $"{body}: {answer}");
            Assert.Contains("/problems/invalid-request", answer, StringComparison.Ordinal);
        }

        string alive = await server.AskAsync("GET /healthz/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
        (int exitCode, _) = await server.TerminateAsync(); // then all of its log has come

        Assert.StartsWith("HTTP/1.1 200 ", alive, StringComparison.Ordinal);
        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("Exception", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", server.Output, StringComparison.Ordinal);
        Assert.Equal(warnings, Warnings(server));
    }

    [Theory]
    [InlineData("/docs/aa/../x", "\"bytePosition\":3")]
    [InlineData("/docs/aa/%2e%2E/x", "\"bytePosition\":3")]
    [InlineData("/docs/aa%2F..%2Fx", "\"bytePosition\":3")]
    [InlineData("/status/..", "The path holds the segment")]
    public async Task DotSegment_AnywhereInTheRawPath_IsRefusedWithItsPlace(string target, string expected)
    {
        string answer = await limited.Server.AskAsync($"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("/problems/invalid-id", answer, StringComparison.Ordinal);
        Assert.Contains(expected, answer, StringComparison.Ordinal);
    }

    /// <summary>One server with small limits for all tests that leave nothing behind in it.</summary>
    public sealed class LimitedServer : IDisposable
    {
        internal static readonly string[] Arguments = ["--DocService:MaxDocumentBytes=1000", "--DocService:InFlightBytes=9000"];

        internal ServerProcess Server { get; } = new(Arguments);

        public void Dispose() => Server.Dispose();
    }

    private static int Warnings(ServerProcess server) => server.Output.Split("warn:").Length - 1; // a start has some

    private static async Task<bool> TakesTwoLargestAsync(ServerProcess server)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!patience.IsCancellationRequested)
        {
            using Socket first = await server.SendAsync(Put + "Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n");
            using Socket second = await server.SendAsync(Put + "Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n");
            string[] answers = [await ServerProcess.ReadAnswerAsync(first), await ServerProcess.ReadAnswerAsync(second)];
            if (answers.All(answer => answer.StartsWith("HTTP/1.1 100 ", StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }
}
