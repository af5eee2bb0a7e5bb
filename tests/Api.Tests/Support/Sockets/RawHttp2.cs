using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DocService.Api.Tests.Support.Sockets;

/// <summary>A connection of HTTP/2 without TLS on which tests write frames (RFC 9113 section 4) as they like.</summary>
/// <remarks>Owns: the socket. Every wait ends with an exception a minute after it was opened.</remarks>
internal sealed class RawHttp2 : IDisposable
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Settings = 4;
    public const byte Continuation = 9;
    public const byte EndStream = 1;
    public const byte EndHeaders = 4;

    /// <summary>The largest that every server takes.</summary>
    public const int FrameMax = 16 * 1024;

    private const byte Reset = 3;
    private const byte GoAway = 7;
    private const byte Acknowledged = 1;
    private const int HeaderBytes = 9;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(1));
    private readonly List<byte> _received = [];
    private readonly StringBuilder _text = new();

    /// <summary>All that came, frames and all, one character a byte.</summary>
    public string Text => _text.ToString();

    /// <param name="port">On loopback.</param>
    /// <param name="preface">What a client begins with; null: as it must be.</param>
    public static async Task<RawHttp2> OpenAsync(int port, string? preface = null)
    {
        var connection = new RawHttp2();
        await connection._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), connection._patience.Token);
        await connection.SendAsync(Encoding.ASCII.GetBytes(preface ?? "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
        if (preface is null)
        {
            await connection.SendAsync(Settings, 0, 0, [0, 1, 0, 0, 0, 0]); // SETTINGS_HEADER_TABLE_SIZE = 0
        }

        return connection;
    }

    /// <summary>A request without a body, in as many frames as it takes.</summary>
    public async Task AskAsync(int stream, params (string Name, string Value)[] fields)
    {
        byte[][] pieces = [.. HpackFields.Write(fields).Chunk(FrameMax)];
        for (int piece = 0; piece < pieces.Length; piece++)
        {
            byte last = piece == pieces.Length - 1 ? EndHeaders : (byte)0;
            await SendAsync(piece == 0 ? Headers : Continuation, (byte)(piece == 0 ? EndStream | last : last), stream, pieces[piece]);
        }
    }

    /// <summary>What is sent to a connection that the server has closed is lost, and no error: the answer tells.</summary>
    public Task SendAsync(byte type, byte flags, int stream, byte[] payload)
    {
        byte[] frame = new byte[HeaderBytes + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, HeaderBytes);
        return SendAsync(frame);
    }

    /// <summary>The answer on a stream; null where the server ends the stream or the whole connection instead.</summary>
    public async Task<RawResponse?> ReceiveAsync(int stream)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var body = new StringBuilder();
        while (await ReceiveFrameAsync() is var (type, flags, on, payload))
        {
            if (type == Settings && (flags & Acknowledged) == 0)
            {
                await SendAsync(Settings, Acknowledged, 0, []);
            }
            else if (type == GoAway || (type == Reset && on == stream))
            {
                return null;
            }
            else if (type == Headers && on == stream)
            {
                Assert.NotEqual(0, flags & EndHeaders);
                foreach ((string name, string value) in HpackFields.Read(payload))
                {
                    fields[name] = fields.TryGetValue(name, out string? before) ? $"{before},{value}" : value;
                }
            }
            else if (type == Data && on == stream)
            {
                body.Append(Encoding.UTF8.GetString(payload));
            }

            if (type is Headers or Data && on == stream && (flags & EndStream) != 0)
            {
                return new RawResponse(int.Parse(fields[":status"], CultureInfo.InvariantCulture), fields, body.ToString());
            }
        }

        return null;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _patience.Dispose();
    }

    private async Task<(byte Type, byte Flags, int Stream, byte[] Payload)?> ReceiveFrameAsync()
    {
        if (await TakeAsync(HeaderBytes) is not { } header || await TakeAsync(BinaryPrimitives.ReadInt32BigEndian(header) >>> 8) is not { } payload)
        {
            return null;
        }

        return (header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)) & int.MaxValue, payload);
    }

    /// <summary>Null where the connection has ended before.</summary>
    private async Task<byte[]?> TakeAsync(int count)
    {
        byte[] buffer = new byte[FrameMax];
        while (_received.Count < count)
        {
            int more;
            try
            {
                more = await _socket.ReceiveAsync(buffer, SocketFlags.None, _patience.Token);
            }
            catch (SocketException)
            {
                return null;
            }

            if (more == 0)
            {
                return null;
            }

            _received.AddRange(buffer.AsSpan(0, more));
            _text.Append(Encoding.Latin1.GetString(buffer, 0, more));
        }

        byte[] taken = [.. _received[..count]];
        _received.RemoveRange(0, count);
        return taken;
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, _patience.Token)..];
            }
        }
        catch (SocketException)
        {
            // Closed by the server.
        }
    }
}
