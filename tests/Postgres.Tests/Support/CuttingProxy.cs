using System.Net;
using System.Net.Sockets;

namespace DocService.Postgres.Tests.Support;

/// <summary>Stands between the store and the server, and cuts connections where a commit is on its way.</summary>
/// <remarks>Owns: its listener and connections. It sees the text of a statement only where none is prepared.</remarks>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;
    private int _cutBefore;
    private int _cutAfter;

    public CuttingProxy(int server)
    {
        _server = server;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Commits that never reached the server.</summary>
    public void CutBeforeNext() => Interlocked.Exchange(ref _cutBefore, 1);

    /// <summary>Commits that the server carries out, and whose answer is lost.</summary>
    public void CutAfterNext() => Interlocked.Exchange(ref _cutAfter, 1);

    public void Dispose() => _listener.Stop();

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            await server.ConnectAsync(IPAddress.Loopback, _server);
            bool isLost = false;
            Task back = PumpAsync(server, client, _ => !Volatile.Read(ref isLost));
            Task forth = PumpAsync(client, server, bytes =>
            {
                if (bytes.IndexOf("COMMIT\0"u8) < 0)
                {
                    return true;
                }

                if (Interlocked.Exchange(ref _cutAfter, 0) == 1)
                {
                    Volatile.Write(ref isLost, true); // the answer ends the connection
                }

                return Interlocked.Exchange(ref _cutBefore, 0) == 0;
            });
            await Task.WhenAny(back, forth);
        }
    }

    /// <summary>Ends when either side has, or where the next bytes are not to be passed on.</summary>
    private static async Task PumpAsync(TcpClient from, TcpClient to, Predicate passes)
    {
        byte[] buffer = new byte[1 << 16];
        try
        {
            for (int count; (count = await from.GetStream().ReadAsync(buffer)) > 0 && passes(buffer.AsSpan(0, count));)
            {
                await to.GetStream().WriteAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The other side has ended.
        }
    }

    private delegate bool Predicate(ReadOnlySpan<byte> bytes);
}
