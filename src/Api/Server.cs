using DocService.Api.Access;
using DocService.Api.Commands;
using DocService.Api.Configuration;
using DocService.Api.Keys;
using DocService.Api.Routing;
using DocService.Api.Service;
using DocService.Api.Tls;
using DocService.Storage;

namespace DocService.Api;

/// <summary>Starts the server and runs it until it is asked to stop.</summary>
internal static class Server
{
    /// <summary>As the process itself. A start that fails says so in one line. Nothing is made on disk before the addresses are known to be free.</summary>
    /// <returns>Whether it could start; a stop that is asked for before it has started ends it as well as a later one.</returns>
    public static async Task<bool> RunAsync(string[] args)
    {
        using var signals = new StopSignals();
        bool isStarted = false;
        try
        {
            WebApplicationBuilder builder = CreateBuilder(args);
            builder.AddDocService();
            MemoryLimit.LeaveRoomForIndex(OptionsLoading.Load(builder.Configuration));

            ServedCertificates.Check(builder.Configuration, builder.Environment);

            // Before the application is built: telemetry would take the probe's meters for the web server's, and give those up with it.
            IReadOnlyList<string> addresses = await ListeningProbe.RunAsync(builder.Configuration, builder.Environment);
            builder.Services.AddSingleton(new Exposure([.. addresses.Where(address => !AllowedHosts.IsLoopback(address))]));
            WebApplication app = Build(builder);
            signals.PassTo(app.Lifetime);
            Supervision.TellOf(app.Lifetime);
            app.Lifetime.ApplicationStarted.Register(() =>
            {
                isStarted = true;
                WarnOfOthers(app);
            });

            // Opened here and not by the host, which would log a refusal with a stack trace.
            app.Services.GetRequiredService<IDocumentStore>();
            await app.RunAsync();
            return true;
        }
        catch (OperationCanceledException) when (!isStarted && signals.IsAsked)
        {
            return true; // the host has closed the store
        }
        catch (Exception exception) when (!isStarted && StartRefusal.Explain(exception) is { } explanation)
        {
            Console.Error.WriteLine(explanation);
            return false;
        }
    }

    /// <summary>Inside another process, which decides where to listen. A failed start throws.</summary>
    /// <exception cref="StoreException">The store cannot be opened.</exception>
    /// <exception cref="ConfigurationError">A setting is wrong.</exception>
    public static async Task RunInsideAsync(string[] args)
    {
        // Not disposed: the caller does that. It still asks the services of a host whose store cannot be opened, and would
        // learn that those are gone, not why. And of two that dispose a host, the second does not wait for the first.
        WebApplicationBuilder builder = CreateBuilder(args);
        builder.AddDocService();
        WebApplication app = Build(builder);
        app.Services.GetRequiredService<IDocumentStore>();
        await app.StartAsync();
        await app.WaitForShutdownAsync();
    }

    /// <summary>With its configuration and nothing else yet. Files are read once and not watched, so that a start needs no inotify instance.</summary>
    public static WebApplicationBuilder CreateBuilder(string[] args) => WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = ["--hostBuilder:reloadConfigOnChange=false", .. args], // before them: a last argument without a value would take it for its own
        ContentRootPath = AppContext.BaseDirectory,
    });

    private static WebApplication Build(WebApplicationBuilder builder)
    {
        WebApplication app = builder.Build();
        app.UseDocService();
        return app;
    }

    /// <summary>Once it listens: then every address has its port.</summary>
    private static void WarnOfOthers(WebApplication app)
    {
        string hosts = app.Configuration[AllowedHosts.Key] is { Length: > 0 } named
            ? $"Requests must name one of the hosts {named}."
            : "Requests may name any host: AllowedHosts is not set.";
        bool needKeys = app.Services.GetRequiredService<KeyRing>().IsOn;
        foreach (string address in app.Urls.Where(address => !AllowedHosts.IsLoopback(address)))
        {
            if (!needKeys)
            {
                app.Logger.LogWarning("Listening on {Address}: whoever reaches this port can read and write every document. There is no authentication (--allow-anonymous). {Hosts}", address, hosts);
            }
            else if (address.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            {
                app.Logger.LogWarning("Listening on {Address} without TLS: API keys and documents can be read on the way, unless a proxy in front has TLS. {Hosts}", address, hosts);
            }
        }
    }
}
