using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace DocService.Api;

/// <summary>How bytes travel between sockets and requests. Measured with bench/http.sh.</summary>
internal static class SocketOptions
{
    public static void Apply(SocketTransportOptions sockets)
    {
        sockets.UnsafePreferInlineScheduling = true; // handled on the pool thread that received it, not on the third one in turn; it may block there as on any other (not with DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1, which handles requests on the thread that waits for all sockets)
        sockets.WaitForDataBeforeAllocatingBuffer = false; // one system call less for each request, 4 KiB more for each idle connection
    }
}
