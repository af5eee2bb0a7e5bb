using System.Net.Sockets;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DocService.Api.Tests.Documents.Bodies;

/// <summary>
/// Clients that announce large bodies and send a little, and clients that ask for large documents and read a little, take no
/// more of the budget than they have sent or hold, leave room for others, and are cut off.
/// </summary>
public sealed class SlowClientTests
{
    private const int LargeBytes = 16 << 20; // more than the sockets' buffers take
    private const long BudgetBytes = 64 << 20;
    private const int Clients = 40;

    private static readonly Dictionary<string, string> Budget = new(ApplicationSettings.LargeDocuments) { ["InFlightBytes"] = $"{BudgetBytes}", ["Durability"] = "durable" };

    [Fact]
    public async Task SlowSendersAndReaders_OfLargeDocuments_LeaveRoomForSmallRequests()
    {
        await using var app = new TestApplication(new ApplicationSettings { UsesSockets = true, Values = Budget });
        await app.StoreAsync("large", $"\"{new string('x', LargeBytes - 2)}\"");
        await app.StoreAsync("small", "1");
        var connections = new List<IDisposable>();
        for (int client = 0; client < Clients; client++)
        {
            RawConnection sender = await SendSomeAsync(app, $"slow{client}");
            connections.Add(sender);
        }

        await WaitAsync(app, budget => budget.Free < BudgetBytes - (Clients * 300L));
        Assert.True(app.Service<ByteBudget>().Free > BudgetBytes - (Clients * WriteCost.Of(16 * 1024)) - 1, "more is charged than has come");
        for (int client = 0; client < Clients; client++)
        {
            connections.Add(await AskWithoutReadingAsync(app));
        }

        await Task.WhenAll(Enumerable.Range(0, 50).Select(async turn =>
        {
            using HttpResponseMessage put = await app.PutAsync($"other{turn}", $"\"{new string('y', 1000)}\"");
            using HttpResponseMessage get = await app.SendAsync("GET", "/docs/small");
            using HttpResponseMessage batch = await app.SendAsync("POST", "/batch", $$"""{"operations":[{"op":"put","id":"b{{turn}}","body":1},{"op":"check","id":"small","ifMatch":"*"}]}""");
            using HttpResponseMessage delete = await app.SendAsync("DELETE", $"/docs/other{turn}");
            Assert.Equal((201, 200, 200, 204), ((int)put.StatusCode, (int)get.StatusCode, (int)batch.StatusCode, (int)delete.StatusCode));
        }));
        connections.ForEach(connection => connection.Dispose());
        await WaitAsync(app, budget => budget.Free == BudgetBytes);
    }

    [Fact]
    public async Task SlowSender_OfALargeBody_IsToldSoInTimeAndCutOff()
    {
        await using var app = new TestApplication(new ApplicationSettings { UsesSockets = true, Values = Budget });
        Hasten(app);
        using RawConnection sender = await SendSomeAsync(app, "slow");

        RawResponse refused = await sender.ReceiveAsync();

        refused.AssertProblem(408, "request-timeout");
        Assert.True(await sender.IsClosedByServerAsync());
        Assert.Equal(404, (await RawConnection.AskAsync(app.Port, "GET", "/docs/slow")).Status);
        await WaitAsync(app, budget => budget.Free == BudgetBytes);
    }

    [Fact]
    public async Task SlowReader_OfALargeDocument_IsCutOffAndItsBytesAreFree()
    {
        await using var app = new TestApplication(new ApplicationSettings { UsesSockets = true, Values = Budget });
        await app.StoreAsync("large", $"\"{new string('x', LargeBytes - 2)}\"");
        Hasten(app);
        using Socket reader = await AskWithoutReadingAsync(app);

        await WaitAsync(app, budget => budget.Free == BudgetBytes);

        Assert.InRange(await TakeAllAsync(reader), 1, LargeBytes - 1);
    }

    /// <summary>What the two tests above hasten is what bounds the time of a body: 16 MiB in nine minutes.</summary>
    [Fact]
    public void Limits_OfTheServer_SetALeastRateForBothDirections()
    {
        var server = new KestrelServerOptions();
        KestrelLimits.Apply(server);

        Assert.Equal((32 * 1024, TimeSpan.FromSeconds(15)), (server.Limits.MinRequestBodyDataRate!.BytesPerSecond, server.Limits.MinRequestBodyDataRate.GracePeriod));
        Assert.Equal((32 * 1024, TimeSpan.FromSeconds(8)), (server.Limits.MinResponseDataRate!.BytesPerSecond, server.Limits.MinResponseDataRate.GracePeriod));
    }

    private static void Hasten(TestApplication app)
    {
        KestrelServerLimits limits = app.Service<IOptions<KestrelServerOptions>>().Value.Limits;
        limits.MinRequestBodyDataRate = new MinDataRate(KestrelLimits.BytesPerSecondMin, TimeSpan.FromSeconds(1.1));
        limits.MinResponseDataRate = new MinDataRate(1 << 20, TimeSpan.FromSeconds(1.1));
    }

    private static async Task<RawConnection> SendSomeAsync(TestApplication app, string id)
    {
        RawConnection connection = await RawConnection.OpenAsync(app.Port);
        await connection.SendAsync($"PUT /docs/{id} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {LargeBytes}\r\n\r\n");
        Assert.Equal(100, (await connection.ReceiveAsync()).Status);
        await connection.SendAsync("\"" + new string('z', 299));
        return connection;
    }

    /// <summary>Returns when the answer has begun to come, whichever it is.</summary>
    private static async Task<Socket> AskWithoutReadingAsync(TestApplication app)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync("127.0.0.1", app.Port);
        await socket.SendAsync("GET /docs/large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
        Assert.Equal(1, await socket.ReceiveAsync(new byte[1]));
        return socket;
    }

    /// <summary>How much comes until the connection ends, one way or the other.</summary>
    private static async Task<long> TakeAllAsync(Socket socket)
    {
        long received = 1;
        byte[] buffer = new byte[1 << 20];
        try
        {
            int count;
            while ((count = await socket.ReceiveAsync(buffer)) > 0)
            {
                received += count;
            }
        }
        catch (SocketException)
        {
            // A connection that is broken off.
        }

        return received;
    }

    /// <summary>Round trips are the pace of waiting.</summary>
    private static async Task WaitAsync(TestApplication app, Predicate<ByteBudget> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!condition(app.Service<ByteBudget>()))
        {
            patience.Token.ThrowIfCancellationRequested();
            await RawConnection.AskAsync(app.Port, "GET", "/healthz/live");
        }
    }
}
