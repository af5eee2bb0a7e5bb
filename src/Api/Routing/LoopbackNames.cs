using System.Net;

namespace DocService.Api.Routing;

/// <summary>Names that lead to this machine and nowhere else, whatever a name server says.</summary>
internal static class LoopbackNames
{
    private const string Name = "localhost";

    /// <summary>localhost and all below it (RFC 6761 section 6.3), 127.0.0.0/8 and [::1]; a port is not part of the name.</summary>
    public static bool Contain(ReadOnlySpan<char> host)
    {
        if (host is [.., '.'])
        {
            host = host[..^1]; // the root of all names may be written
        }

        return host.Equals(Name, StringComparison.OrdinalIgnoreCase)
            || host.EndsWith("." + Name, StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
    }
}
