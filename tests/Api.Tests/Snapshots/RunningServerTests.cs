using System.Net;
using System.Net.Sockets;
using System.Text;
using DocService.Api.Commands.Backups;
using DocService.Api.Configuration;

namespace DocService.Api.Tests.Snapshots;

/// <summary>What the commands of snapshots say of a server that is not there, goes away, or is another program: one line, where there was a stack trace.</summary>
public sealed class RunningServerTests
{
    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull")]
    [InlineData("HTTP/1.1 201 Created\r\nContent-Length: 15\r\n\r\n{\"snapshot\":{}}")]
    [InlineData("HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\n[]")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://localhost:1/\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("what is this?\r\n\r\n")]
    public async Task Answer_OfNoDocService_IsOneError(string answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = ServeAsync(listener, answer);
        await using (var server = new RunningServer(new Uri($"http://{listener.LocalEndpoint}/"), "ds_key"))
        {
            await Assert.ThrowsAsync<ConfigurationError>(() => server.TakeAsync("one", 1, default));
            await Assert.ThrowsAsync<ConfigurationError>(() => server.ListAsync(default));
        }

        listener.Stop();
        await serving;
    }

    [Fact]
    public async Task Server_ThatIsNotThere_IsOneError()
    {
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        await using var server = new RunningServer(new Uri($"http://127.0.0.1:{port}/"), null);
        await Assert.ThrowsAsync<ConfigurationError>(() => server.TakeAsync(null, null, default));
        await Assert.ThrowsAsync<ConfigurationError>(() => server.ListAsync(default));
        await Assert.ThrowsAsync<ConfigurationError>(() => server.DeleteAsync("one", default));
    }

    /// <summary>Every connection gets the answer, whatever was asked, and is closed; until the listener is.</summary>
    private static async Task ServeAsync(TcpListener listener, string answer)
    {
        while (true)
        {
            try
            {
                using TcpClient client = await listener.AcceptTcpClientAsync();
                NetworkStream stream = client.GetStream();
                if (await stream.ReadAsync(new byte[4096]) > 0)
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
                }
            }
            catch (IOException)
            {
                // The client has gone.
            }
            catch (Exception exception) when (exception is SocketException or InvalidOperationException)
            {
                return; // the test is over
            }
        }
    }
}
