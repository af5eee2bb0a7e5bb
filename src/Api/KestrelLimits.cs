using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace DocService.Api;

/// <summary>Every limit of the web server, set on purpose.</summary>
internal static class KestrelLimits
{
    public static void Apply(KestrelServerOptions server)
    {
        server.RequestHeaderEncodingSelector = RequestFieldEncodings.Select;
        server.AddServerHeader = false; // what runs here is nobody's business

        KestrelServerLimits limits = server.Limits;
        limits.MaxRequestBodySize = null; // bounded by MaxDocumentBytes, with an answer that says so
        limits.MaxConcurrentConnections = 20_000; // idle ones cost some kilobytes each; descriptors end somewhere
        limits.MaxRequestLineSize = 8 * 1024; // an id of 1,024 bytes is 3,072 characters when every byte is escaped
        limits.MaxRequestHeadersTotalSize = 32 * 1024; // the usual default
        limits.MaxRequestHeaderCount = 100; // the usual default
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15); // a client that sends half a request holds a connection no longer
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(130); // longer than the two minutes that many clients and proxies keep
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5)); // a trickling body holds its share of the budget
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5)); // so does a reader that does not read
    }
}
