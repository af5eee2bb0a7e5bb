using System.Net.Sockets;
using System.Text;

namespace DocService.Proof.Clients;

/// <summary>
/// Clients that misbehave while everything else goes on: half requests, bodies that trickle or break off, bad chunks,
/// pipelines, connections that say nothing. None of them ever sends a whole document, so none may be stored.
/// </summary>
internal sealed class HostileClients(int port, int idleConnections, TimeProvider clock)
{
    private static readonly TimeSpan TricklePause = TimeSpan.FromMilliseconds(5);

    /// <summary>They annoy; they need not take the processor from the others.</summary>
    private static readonly TimeSpan RepeatPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Each name is the id of the document that its request would write if it were ever completed.</summary>
    private static readonly (string Id, string Request)[] Broken =
    [
        ("hostile/half-head", "PUT /docs/hostile/half-head HTTP/1.1\r\nHost: localhost\r\nContent-Ty"),
        ("hostile/half-body", "PUT /docs/hostile/half-body HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{}"),
        ("hostile/open-chunks", "PUT /docs/hostile/open-chunks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
        ("hostile/bad-chunks", "PUT /docs/hostile/bad-chunks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n"),
        ("hostile/short-chunk", "PUT /docs/hostile/short-chunk HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n"),
        ("hostile/two-lengths", "PUT /docs/hostile/two-lengths HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} "),
    ];

    private int _requests;

    /// <summary>Documents that must not exist, whatever happens.</summary>
    public static IEnumerable<string> Ids => Broken.Select(broken => broken.Id).Append("hostile/trickle");

    /// <summary>Requests and connections so far.</summary>
    public int Requests => _requests;

    /// <summary>Until it is stopped. What the server does to them is its own affair.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        Task[] idle = [.. Enumerable.Range(0, idleConnections).Select(_ => HoldAsync(string.Empty, stop))];
        Task[] holding = [.. Broken.Select(broken => HoldAsync(broken.Request, stop))];
        await Task.WhenAll([.. idle, .. holding, TrickleAsync(stop), BreakOffAsync(stop), PipelineAsync(stop)]);
    }

    /// <summary>Sends, and says no more.</summary>
    private Task HoldAsync(string request, CancellationToken stop) => ConnectAsync(async socket =>
    {
        await socket.SendAsync(Encoding.Latin1.GetBytes(request), stop);
        await Task.Delay(Timeout.InfiniteTimeSpan, clock, stop); // until it is told to stop: the silence is what the server is shown
    }, stop);

    /// <summary>A body that comes byte by byte and never ends.</summary>
    private Task TrickleAsync(CancellationToken stop) => ConnectAsync(async socket =>
    {
        await socket.SendAsync("PUT /docs/hostile/trickle HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n["u8.ToArray(), stop);
        while (true)
        {
            await socket.SendAsync("1,"u8.ToArray(), stop);
            await Task.Delay(TricklePause, clock, stop); // the slowness is what the server is shown
        }
    }, stop);

    /// <summary>Each broken request again and again, the connection closed behind it.</summary>
    private async Task BreakOffAsync(CancellationToken stop)
    {
        for (int index = 0; !stop.IsCancellationRequested; index++)
        {
            await ConnectAsync(async socket => await socket.SendAsync(Encoding.Latin1.GetBytes(Broken[index % Broken.Length].Request), stop), stop);
            await PauseAsync(stop);
        }
    }

    /// <summary>Many requests in one packet, the answers never read.</summary>
    private async Task PipelineAsync(CancellationToken stop)
    {
        string requests = string.Concat(Enumerable.Repeat("GET /docs/k0 HTTP/1.1\r\nHost: localhost\r\n\r\nHEAD /docs/k1 HTTP/1.1\r\nHost: localhost\r\n\r\n", 8));
        while (!stop.IsCancellationRequested)
        {
            await ConnectAsync(async socket => await socket.SendAsync(Encoding.Latin1.GetBytes(requests), stop), stop);
            await PauseAsync(stop);
        }
    }

    private async Task ConnectAsync(Func<Socket, Task> act, CancellationToken stop)
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync("127.0.0.1", port, stop);
            Interlocked.Increment(ref _requests);
            await act(socket);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // Refused, reset or over: as it should be.
        }
    }

    private async Task PauseAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(RepeatPause, clock, stop); // so that they beset the server without taking the processors from it
        }
        catch (OperationCanceledException)
        {
            // Over.
        }
    }
}
