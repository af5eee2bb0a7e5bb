using System.Net.Sockets;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Documents;

/// <summary>Answers that clients do not take hold their bytes of the budget; the next one is refused until they are given back.</summary>
public sealed class AnswerBudgetTests
{
    private const int DocumentBytes = 16 << 20; // more than the sockets' buffers take

    [Fact]
    public async Task Get_WhileSlowReadersHoldTheBudget_IsBusyAndTheyAreServed()
    {
        await using var app = new TestApplication(new ApplicationSettings
        {
            UsesSockets = true,
            Values = new Dictionary<string, string>(ApplicationSettings.LargeDocuments) { ["InFlightBytes"] = $"{4 * DocumentBytes}" },
        });
        await app.StoreAsync("large", $"\"{new string('x', DocumentBytes - 2)}\"");
        using Socket first = await AskWithoutReadingAsync(app);
        using Socket second = await AskWithoutReadingAsync(app);
        using Socket third = await AskWithoutReadingAsync(app);

        RawResponse refused = await RawConnection.AskAsync(app.Port, "GET", "/docs/large");
        refused.AssertProblem(503, "busy");
        Assert.NotNull(refused.Field("Retry-After"));
        await TakeAllAsync(first);
        await TakeAllAsync(second);
        await TakeAllAsync(third);

        using HttpResponseMessage again = await app.SendAsync("GET", "/docs/large");
        Assert.Equal(DocumentBytes, (await again.Content.ReadAsByteArrayAsync()).Length);
    }

    /// <summary>Returns when the answer has begun to come: then it is charged.</summary>
    private static async Task<Socket> AskWithoutReadingAsync(TestApplication app)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync("127.0.0.1", app.Port);
        await socket.SendAsync("GET /docs/large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
        Assert.Equal(1, await socket.ReceiveAsync(new byte[1]));
        return socket;
    }

    private static async Task TakeAllAsync(Socket socket)
    {
        long received = 1;
        byte[] buffer = new byte[1 << 20];
        int count;
        while ((count = await socket.ReceiveAsync(buffer)) > 0)
        {
            received += count;
        }

        Assert.True(received > DocumentBytes, $"{received}");
    }
}
