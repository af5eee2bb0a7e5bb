using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace DocService.Api;

/// <summary>Every limit of the web server, set on purpose.</summary>
internal static class KestrelLimits
{
    /// <summary>256 kbit/s. A slower client does not get a large body through: 16 MiB take nine minutes at most, in either direction.</summary>
    public const int BytesPerSecondMin = 32 * 1024;

    private const int BufferBytes = 128 * 1024;

    /// <summary>A small body may take so long, however slow the line.</summary>
    private static readonly TimeSpan RequestGrace = TimeSpan.FromSeconds(15);

    /// <summary>For each piece of an answer, see <see cref="Bodies.ResponseBody.PieceBytes"/>: what a piece takes at that rate.</summary>
    private static readonly TimeSpan ResponseGrace = TimeSpan.FromSeconds(Bodies.ResponseBody.PieceBytes / BytesPerSecondMin);

    public static void Apply(KestrelServerOptions server)
    {
        server.RequestHeaderEncodingSelector = RequestFieldEncodings.Select;
        server.AddServerHeader = false; // clients need not know what runs here
        server.AllowHostHeaderOverride = true; // of a target in absolute form the host counts, and Host is ignored (RFC 9112 section 3.2.2)

        KestrelServerLimits limits = server.Limits;
        limits.MaxRequestBodySize = null; // bounded by MaxDocumentBytes, with an answer that says so
        limits.MaxConcurrentConnections = 20_000; // idle ones cost some kilobytes each; descriptors end somewhere
        limits.MaxRequestLineSize = 8 * 1024; // an id of 1,024 bytes is 3,072 characters when every byte is escaped
        limits.MaxRequestHeadersTotalSize = 32 * 1024; // the usual default
        limits.MaxRequestHeaderCount = 100; // the usual default
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15); // a client that sends half a request holds a connection no longer
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(130); // longer than the two minutes that many clients and proxies keep
        limits.MinRequestBodyDataRate = new MinDataRate(BytesPerSecondMin, RequestGrace); // a body that trickles holds what has arrived of the budget
        limits.MinResponseDataRate = new MinDataRate(BytesPerSecondMin, ResponseGrace); // a reader that does not read holds the whole document
        limits.MaxRequestBufferSize = BufferBytes; // no budget counts what a connection sends ahead of its turn; the default is 1 MiB for each

        // HTTP/2, over TLS: the same for each of its requests, and four times that for the connection, so that one that waits does not stop the others. The defaults are 768 KiB and 1 MiB.
        limits.Http2.InitialStreamWindowSize = BufferBytes;
        limits.Http2.InitialConnectionWindowSize = 4 * BufferBytes;
        limits.Http2.MaxStreamsPerConnection = 100; // the usual default
    }
}
