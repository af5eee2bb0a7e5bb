using DocService.Api.Browsers;

namespace DocService.Api.Configuration;

/// <summary>How the server is reached: through which proxies, by which pages, and not without keys.</summary>
internal sealed partial class DocServiceOptions
{
    /// <summary>Prefix of all paths under which a reverse proxy shows this server and which it leaves in place, like /store; empty: none.</summary>
    public string PathBase { get; set; } = string.Empty;

    /// <summary>Addresses and networks of proxies that say who their client is; none: nobody is believed.</summary>
    public string[] KnownProxies { get; set; } = [];

    /// <summary>Which pages of other origins may use the server.</summary>
    public CrossOriginOptions Cors { get; set; } = new();

    /// <summary>A server that finds no API keys in its directory does not start, whether it takes tokens of a provider or not.</summary>
    public bool RequireKeys { get; set; }

    private string? ValidateWeb()
    {
        if (!PathPrefix.IsValid(PathBase))
        {
            return $"DocService:PathBase {PathPrefix.Rule}; not '{PathBase}'.";
        }

        if (KnownProxies.FirstOrDefault(static name => !ProxyName.IsValid(name)) is { } unknown)
        {
            return $"DocService:KnownProxies {ProxyName.Rule}; not '{unknown}'.";
        }

        if (AllowedOrigins.FaultIn(Cors.Origins) is { } fault)
        {
            return $"DocService:Cors:Origins names origins, or is '*' for all: {fault}.";
        }

        return null;
    }
}
