using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DocService.Api.Tests.Support.Sockets;

/// <summary>A TCP connection on which tests write requests byte for byte: no library normalises a path or repairs a field.</summary>
/// <remarks>Owns: the socket. Every wait ends with an exception two minutes after it was opened.</remarks>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(2));
    private readonly List<byte> _received = [];

    public static async Task<RawConnection> OpenAsync(int port)
    {
        var connection = new RawConnection();
        await connection._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), connection._patience.Token);
        return connection;
    }

    /// <summary>One request without a body on a connection of its own.</summary>
    public static Task<RawResponse> AskAsync(int port, string method, string target, string? json = null) =>
        AskAsync(port, Encoding.Latin1.GetBytes(json is null
            ? $"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            : $"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}"));

    /// <summary>These bytes on a connection of their own, and the answer to them.</summary>
    public static async Task<RawResponse> AskAsync(int port, byte[] request)
    {
        using RawConnection connection = await OpenAsync(port);
        await connection.SendAsync(request);
        return await connection.ReceiveAsync(isHead: request.AsSpan().StartsWith("HEAD "u8));
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, _patience.Token)..];
        }
    }

    /// <summary>Reads one answer, interim ones (1xx) included.</summary>
    /// <param name="isHead">It answers a HEAD: Content-Length is then that of a body which does not follow.</param>
    public async Task<RawResponse> ReceiveAsync(bool isHead = false)
    {
        string[] lines = (await ReceiveHeaderAsync()).TrimEnd().Split("\r\n");
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines.Skip(1))
        {
            string name = line[..line.IndexOf(':', StringComparison.Ordinal)];
            string value = line[(name.Length + 1)..].Trim();
            fields[name] = fields.TryGetValue(name, out string? before) ? $"{before},{value}" : value;
        }

        int status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        return new RawResponse(status, fields, isHead ? string.Empty : await ReceiveBodyAsync(fields));
    }

    /// <summary>Reads an answer's status line and fields, and leaves its body.</summary>
    public async Task<string> ReceiveHeaderAsync()
    {
        int end;
        while ((end = EndOfHeader()) < 0)
        {
            Assert.True(await FillAsync(), "the connection was closed before an answer: " + Encoding.Latin1.GetString([.. _received]));
        }

        return Take(end);
    }

    /// <summary>Whether the server has closed the connection without sending anything more.</summary>
    public async Task<bool> IsClosedByServerAsync()
    {
        try
        {
            return _received.Count == 0 && !await FillAsync();
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>Closes with a reset, as a crashed client does.</summary>
    public void Abort()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose()
    {
        _socket.Dispose();
        _patience.Dispose();
    }

    private async Task<string> ReceiveBodyAsync(Dictionary<string, string> fields)
    {
        if (fields.ContainsKey("Transfer-Encoding"))
        {
            return await ReceiveChunksAsync();
        }

        int length = int.Parse(fields.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture);
        while (_received.Count < length)
        {
            Assert.True(await FillAsync(), "the connection was closed inside a body");
        }

        return Take(length);
    }

    private async Task<string> ReceiveChunksAsync()
    {
        var body = new StringBuilder();
        while (true)
        {
            int end;
            while ((end = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_received).IndexOf("\r\n"u8)) < 0)
            {
                Assert.True(await FillAsync(), "the connection was closed between chunks");
            }

            int length = int.Parse(Take(end + 2), NumberStyles.HexNumber | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
            while (_received.Count < length + 2)
            {
                Assert.True(await FillAsync(), "the connection was closed inside a chunk");
            }

            body.Append(Take(length));
            Take(2);
            if (length == 0)
            {
                return body.ToString();
            }
        }
    }

    private string Take(int count)
    {
        string text = Encoding.UTF8.GetString([.. _received[..count]]);
        _received.RemoveRange(0, count);
        return text;
    }

    private int EndOfHeader()
    {
        int end = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_received).IndexOf("\r\n\r\n"u8);
        return end < 0 ? end : end + 4;
    }

    private async Task<bool> FillAsync()
    {
        byte[] buffer = new byte[16 * 1024];
        int count = await _socket.ReceiveAsync(buffer, SocketFlags.None, _patience.Token);
        _received.AddRange(buffer.AsSpan(0, count));
        return count > 0;
    }
}
