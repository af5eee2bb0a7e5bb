using System.Net;
using System.Net.Sockets;

namespace DocService.Api.Limits;

/// <summary>
/// Tells clients without a key apart by their addresses, in a fixed number of places, so that no number of addresses takes memory.
/// Which address has which place changes with each start; two may share one.
/// </summary>
internal static class ClientAddress
{
    public const int Places = 1 << 14;

    /// <summary>From 0 to <see cref="Places"/>. An IPv6 address counts by its first 56 bits: about what one client has been given, and few enough of them to not have all places.</summary>
    public static int PlaceOf(IPAddress? address)
    {
        if (address is null)
        {
            return 0; // a socket of this machine without addresses
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        ReadOnlySpan<byte> bytes = address.GetAddressBytes();
        var hash = default(HashCode);
        hash.AddBytes(address.AddressFamily == AddressFamily.InterNetworkV6 ? bytes[..7] : bytes);
        return hash.ToHashCode() & (Places - 1);
    }
}
