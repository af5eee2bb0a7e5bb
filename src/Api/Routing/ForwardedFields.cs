using System.Net;
using DocService.Api.Configuration;
using Microsoft.AspNetCore.HttpOverrides;

namespace DocService.Api.Routing;

/// <summary>
/// What a proxy says of its client, by the framework's middleware: the prefix that it has removed, and with <c>KnownProxies</c> the
/// client's address and whether it uses https. Without that setting only a prefix counts, from this machine: a proxy that is not set
/// up for the other fields hands on what its client has made up.
/// </summary>
internal static class ForwardedFields
{
    /// <summary>The framework's own setting, by which it trusts every client, or the known proxies where some are named.</summary>
    private const string EnabledByFramework = "FORWARDEDHEADERS_ENABLED";

    public static void Configure(ForwardedHeadersOptions forwarded, DocServiceOptions options)
    {
        forwarded.ForwardedHeaders |= ForwardedHeaders.XForwardedPrefix;
        if (options.KnownProxies.Length == 0)
        {
            return;
        }

        forwarded.ForwardedHeaders |= ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        forwarded.ForwardLimit = null; // from proxy to proxy, as long as it is a known one
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (string name in options.KnownProxies)
        {
            if (IPAddress.TryParse(name, out IPAddress? address))
            {
                forwarded.KnownProxies.Add(address);
            }
            else
            {
                forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(name));
            }
        }
    }

    public static void UseForwardedFields(this WebApplication app)
    {
        if (string.Equals(app.Configuration[EnabledByFramework], "true", StringComparison.OrdinalIgnoreCase))
        {
            return; // it has put the middleware in front of all
        }

        bool takesAll = app.Services.GetRequiredService<DocServiceOptions>().KnownProxies.Length > 0;
        app.UseWhen(context => AreIn(context.Request.Headers, takesAll), branch => branch.UseForwardedHeaders());
    }

    private static bool AreIn(IHeaderDictionary fields, bool takesAll) =>
        fields.ContainsKey("X-Forwarded-Prefix") || (takesAll && (fields.ContainsKey("X-Forwarded-For") || fields.ContainsKey("X-Forwarded-Proto")));
}
