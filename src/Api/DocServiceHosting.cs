using DocService.Api.Configuration;
using DocService.Api.Documents;
using DocService.Api.Ids;
using DocService.Api.OpenApi;
using DocService.Api.Problems;
using DocService.Api.Service;
using DocService.Storage;

namespace DocService.Api;

/// <summary>Puts the server together: services, limits, pipeline, routes.</summary>
internal static class DocServiceHosting
{
    private const string DefaultUrl = "http://localhost:5080";

    private static readonly string[] ListeningKeys = ["urls", "http_ports", "https_ports"];

    public static void AddDocService(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => OptionsLoading.Load(services.GetRequiredService<IConfiguration>()));
        builder.Services.AddSingleton(services => new ByteBudget(services.GetRequiredService<DocServiceOptions>().InFlightBytes));
        builder.Services.AddSingleton(OpenStore);
        builder.Services.AddSingleton<DocumentReads>();
        builder.Services.AddSingleton<DocumentWrites>();
        builder.Services.AddHostedService<StoreLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(4));
        builder.Services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = false);
        builder.WebHost.ConfigureKestrel(KestrelLimits.Apply);
        ListenOnLoopbackUnlessTold(builder);
        builder.AddDescription();
    }

    public static void UseDocService(this WebApplication app)
    {
        app.UseMiddleware<ProblemMiddleware>();
        app.UseMiddleware<RawPathMiddleware>();
        app.UseRouting(); // here, so that it sees the path that the middleware above has set
        app.UseDescription();
        DocumentEndpoints.Map(app);
        StatusEndpoint.Map(app);
        HealthEndpoints.Map(app);
        ProblemEndpoints.Map(app);
        IndexEndpoint.Map(app);
    }

    /// <summary>There is no authentication: nobody else's network sees the server before somebody says so.</summary>
    private static void ListenOnLoopbackUnlessTold(WebApplicationBuilder builder)
    {
        bool isTold = ListeningKeys.Any(key => builder.Configuration[key] is not null)
            || builder.Configuration.GetSection("Kestrel:Endpoints").Exists();
        if (!isTold)
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }
    }

    private static DocumentStore OpenStore(IServiceProvider services)
    {
        DocServiceOptions options = services.GetRequiredService<DocServiceOptions>();
        return DocumentStore.Open(options.ToStoreOptions(), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILoggerFactory>());
    }
}
