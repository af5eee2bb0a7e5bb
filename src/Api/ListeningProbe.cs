using DocService.Api.Configuration;

namespace DocService.Api;

/// <summary>
/// Listens for a moment as the server will, before a data directory is made: an address that cannot be listened on
/// must cost nothing. The web server itself reads the addresses, so every address that it would refuse is found, whichever
/// setting names it.
/// </summary>
/// <remarks>
/// The addresses are free again before the server takes them. Somebody else may take one in between; then the server
/// still ends with one line, but the data directory is there.
/// </remarks>
internal static class ListeningProbe
{
    /// <exception cref="ConfigurationError">It cannot listen there.</exception>
    /// <returns>The addresses, as the web server names them.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(IConfiguration configuration, IHostEnvironment environment)
    {
        RefuseWordsForPorts(configuration);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = environment.ApplicationName,
            EnvironmentName = environment.EnvironmentName,
            ContentRootPath = environment.ContentRootPath,
        });
        builder.Configuration.AddConfiguration(configuration);
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.Configure(builder.Configuration.GetSection("Kestrel"), reloadOnChange: false);
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(_ => connection =>
            {
                connection.Abort(); // a client that comes this early is not answered: there is nothing yet to answer with
                return Task.CompletedTask;
            }));
        });
        await using WebApplication probe = builder.Build();
        try
        {
            await probe.StartAsync();
        }
        catch (Exception exception)
        {
            throw new ConfigurationError(Describe(configuration, exception));
        }

        string[] addresses = [.. probe.Urls];
        await probe.StopAsync();
        return addresses;
    }

    /// <summary>The web server would take "localhost:508o" for the name of a host, and every name for all interfaces, on port 80.</summary>
    private static void RefuseWordsForPorts(IConfiguration configuration)
    {
        foreach ((string key, string value) in Told(configuration))
        {
            string start = key.EndsWith("_ports", StringComparison.Ordinal) ? "http://*:" : string.Empty;
            foreach (string address in value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (!HasPort(start + address))
                {
                    throw new ConfigurationError($"Cannot listen ({key} {value}): what follows the last colon of '{address}' is not a port (0 to {ushort.MaxValue}).");
                }
            }
        }
    }

    private static bool HasPort(string address)
    {
        try
        {
            BindingAddress parsed = BindingAddress.Parse(address);
            return parsed.IsUnixPipe || (parsed.Port is >= 0 and <= ushort.MaxValue && (parsed.Host.StartsWith('[') || !parsed.Host.Contains(':', StringComparison.Ordinal)));
        }
        catch (FormatException)
        {
            return true; // no address at all: the web server says so itself
        }
    }

    private static string Describe(IConfiguration configuration, Exception exception) =>
        $"Cannot listen ({string.Join(", ", Told(configuration).Select(told => $"{told.Key} {told.Value}"))}): {exception.Message}";

    /// <summary>Every setting that says where to listen: messages of the web server often lack it, and the operator needs to know what to change.</summary>
    private static IEnumerable<(string Key, string Value)> Told(IConfiguration configuration)
    {
        IEnumerable<(string Key, string? Value)> keys = ((string[])["urls", "http_ports", "https_ports"]).Select(key => (key, configuration[key]));
        IEnumerable<(string Key, string? Value)> endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => (endpoint.Path, endpoint["Url"]));
        return keys.Concat(endpoints).Where(told => !string.IsNullOrEmpty(told.Value)).Select(told => (told.Key, told.Value!));
    }
}
