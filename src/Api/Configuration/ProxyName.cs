using System.Net;

namespace DocService.Api.Configuration;

/// <summary>How a proxy is named: by its address, or by the network that it is in.</summary>
internal static class ProxyName
{
    public const string Rule = "names addresses and networks of proxies, like 10.0.0.7 or 10.0.0.0/8";

    /// <summary>An address in its usual spelling, because "10.1" would mean 10.0.0.1; or a network, by its own address and not by one in it.</summary>
    public static bool IsValid(string name) => IPAddress.TryParse(name, out IPAddress? address)
        ? name.Contains(':', StringComparison.Ordinal) || address.ToString() == name
        : IPNetwork.TryParse(name, out IPNetwork network) && (name.Contains(':', StringComparison.Ordinal) || network.ToString() == name);
}
