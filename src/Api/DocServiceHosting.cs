using DocService.Api.Access;
using DocService.Api.Administration;
using DocService.Api.Answers;
using DocService.Api.Answers.Sealing;
using DocService.Api.Auditing;
using DocService.Api.Batches;
using DocService.Api.Browsers;
using DocService.Api.Bulk;
using DocService.Api.Bulk.Importing;
using DocService.Api.Changes;
using DocService.Api.Collections;
using DocService.Api.Commands;
using DocService.Api.Configuration;
using DocService.Api.Documents;
using DocService.Api.Expiry;
using DocService.Api.History;
using DocService.Api.Idempotency;
using DocService.Api.Keys;
using DocService.Api.Limits;
using DocService.Api.Metrics;
using DocService.Api.OpenApi;
using DocService.Api.Problems;
using DocService.Api.Routing;
using DocService.Api.Service;
using DocService.Api.Snapshots;
using DocService.Api.Tls;
using DocService.Api.Tokens;
using DocService.Api.Waiting;
using DocService.Collections;
using DocService.Index;
using DocService.Postgres;
using DocService.Schemas;
using DocService.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;
using OpenTelemetry.Metrics;

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
        builder.Services.AddSingleton(services => new ByteBudget(services.GetRequiredService<DocServiceOptions>().InFlightBytesMax));
        builder.Services.AddSingleton(MakeIndex); // before the store, so that it is disposed after it
        builder.Services.AddSingleton(MakeSchemaJudge);
        builder.Services.AddSingleton(services => new CollectionRules(services.GetRequiredService<ServedIndex>().Follower, services.GetRequiredService<SchemaJudge>()));
        builder.Services.AddSingleton(OpenStore);
        builder.Services.AddSingleton(MakeCollections);
        builder.Services.AddSingleton(MakeKeys);
        builder.Services.AddSingleton(Exposure.None);
        builder.Services.AddSingleton<FailedLogins>();
        builder.Services.AddAuthenticationCore(authentication => authentication.DefaultScheme = ApiKeyHandler.SchemeName); // without the framework's protection of cookies, which writes keys of its own to the home directory
        builder.Services.AddWebEncoders();
        new AuthenticationBuilder(builder.Services).AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, configureOptions: null);
        TokenScheme.Add(builder.Services);
        builder.Services.AddRateLimiter(static _ => { });
        builder.Services.AddSingleton<AuditLog>();
        builder.Services.AddSingleton<AllowedHosts>();
        builder.Services.AddSingleton(services => new AllowedOrigins(services.GetRequiredService<DocServiceOptions>().Cors.Origins));
        builder.Services.AddCors();
        builder.Services.AddSingleton<DocumentRoutes>();
        builder.Services.AddSingleton<CachedReads>();
        builder.Services.AddSingleton<DocumentWait>();
        builder.Services.AddSingleton<DocumentReads>();
        builder.Services.AddSingleton<DocumentWrites>();
        builder.Services.AddSingleton<DocumentPatches>();
        builder.Services.AddSingleton<BatchEndpoint>();
        builder.Services.AddSingleton<RequestEndpoint>();
        builder.Services.AddSingleton<CursorKey>();
        builder.Services.AddSingleton<Cursors>();
        builder.Services.AddSingleton<PageAnswer>();
        builder.Services.AddSingleton<ExportAnswer>();
        builder.Services.AddSingleton<AggregateAnswer>();
        builder.Services.AddSingleton<QueryEndpoints>();
        builder.Services.AddSingleton<QueryDeletion>();
        builder.Services.AddSingleton<Imports>();
        builder.Services.AddSingleton<Import>();
        builder.Services.AddSingleton<FeedClients>();
        builder.Services.AddSingleton<FeedShare>();
        builder.Services.AddSingleton<FeedMetrics>();
        builder.Services.AddSingleton<ChangePoll>();
        builder.Services.AddSingleton<ChangeStream>();
        builder.Services.AddSingleton<ChangesEndpoint>();
        builder.Services.AddSingleton<TimeNotes>();
        builder.Services.AddSingleton<ExpirySweep>();
        builder.Services.AddSingleton<HistoryKeeper>();
        builder.Services.AddSingleton<VersionsEndpoint>();
        builder.Services.AddSingleton<CollectionReads>();
        builder.Services.AddSingleton<CollectionWrites>();
        builder.Services.AddSingleton<CollectionViolations>();
        builder.Services.AddSingleton<KeyEndpoints>();
        builder.Services.AddSingleton<SnapshotEndpoints>();
        builder.Services.AddHostedService<StoreLifetime>();
        builder.Services.AddHostedService(services => services.GetRequiredService<AuditLog>());
        builder.Services.AddHostedService<CollectionWatch>(); // after the definitions have been read
        builder.Services.AddHostedService(services => services.GetRequiredService<ExpirySweep>());
        builder.Services.AddHostedService(services => services.GetRequiredService<HistoryKeeper>());
        builder.Services.AddHostedService<KeyUpkeep>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1.5)); // then requests are cut off; with the store's own limits a stop takes less than 5 s
        builder.Services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = false);
        builder.Services.Configure<HostFilteringOptions>(hosts => hosts.AllowedHosts = ["*"]); // the framework's filter answers in HTML; HostMiddleware judges by the same key
        builder.Services.AddOptions<ForwardedHeadersOptions>().Configure<DocServiceOptions>(ForwardedFields.Configure);
        builder.Logging.AddFilter(typeof(ApiKeyHandler).FullName, LogLevel.Warning); // a line for each request without a key; FailedLogins tells what counts
        builder.Logging.AddFilter(typeof(JwtBearerHandler).FullName, LogLevel.Warning); // the same for each token; TokenJudge tells why
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical); // a failed start is written to stderr, once
        builder.WebHost.ConfigureKestrel(KestrelLimits.Apply);
        builder.Services.AddSingleton<ServedCertificates>();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ApplicationServices.GetRequiredService<ServedCertificates>().ServeBy(kestrel)); // endpoints as by default, certificates without a watch
        builder.WebHost.UseSockets(SocketOptions.Apply);
        ListenOnLoopbackUnlessTold(builder);
        builder.AddTelemetry();
        builder.AddJsonLines();
        builder.AddDescription();
    }

    public static void UseDocService(this WebApplication app)
    {
        ServerRefusals.Explain(app.Services);
        app.UseMiddleware<SecurityFieldsMiddleware>();
        app.UseCrossOriginSharing(app.Services.GetRequiredService<AllowedOrigins>());
        bool isAudited = app.Services.GetRequiredService<DocServiceOptions>().AuditFile is not null;
        if (isAudited)
        {
            app.UseMiddleware<AuditMiddleware>();
        }

        app.UseMiddleware<ProblemMiddleware>();
        app.UseForwardedFields();
        app.UseMiddleware<RequestTargetMiddleware>();
        app.UseMiddleware<HostMiddleware>();
        app.UseMiddleware<Access.AuthenticationMiddleware>();
        ((IApplicationBuilder)app).Properties["__AuthenticationMiddlewareSet"] = true; // the framework would add its own in front of all, for every request
        app.UseMiddleware<CrossOriginMiddleware>(); // before the limits: a page must not use up the rate of the machine that it is shown on
        app.UseRequestLimits();
        if (isAudited)
        {
            app.Use(AuditNote.CountAsync);
        }

        app.UseMiddleware<DocumentPathMiddleware>();
        app.UseRouting(); // here, so that it sees the path that the middleware above has set
        app.UseMiddleware<QueryMiddleware>();
        app.UseMiddleware<RouteAccessMiddleware>();
        if (app.Services.GetRequiredService<DocServiceOptions>().IsPostgres)
        {
            app.UseMiddleware<EngineMiddleware>();
        }

        app.UseDescription();
        DocumentEndpoints.Map(app);
        QueryEndpoints.Map(app);
        QueryDeletion.Map(app);
        Import.Map(app);
        BatchEndpoint.Map(app);
        RequestEndpoint.Map(app);
        CollectionEndpoints.Map(app);
        KeyEndpoints.Map(app);
        SnapshotEndpoints.Map(app);
        ScrubEndpoint.Map(app);
        ChangesEndpoint.Map(app);
        VersionsEndpoint.Map(app);
        StatusEndpoint.Map(app);
        HealthEndpoints.Map(app);
        Telemetry.Map(app);
        ProblemEndpoints.Map(app);
        IndexEndpoint.Map(app);
    }

    /// <summary>Until there are keys there is no authentication, so only this machine can reach the server unless a setting says otherwise.</summary>
    private static void ListenOnLoopbackUnlessTold(WebApplicationBuilder builder)
    {
        bool isTold = ListeningKeys.Any(key => builder.Configuration[key] is { Length: > 0 })
            || builder.Configuration.GetSection("Kestrel:Endpoints").Exists();
        if (!isTold)
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }
    }

    private static IDocumentStore OpenStore(IServiceProvider services)
    {
        DocServiceOptions options = services.GetRequiredService<DocServiceOptions>();
        services.GetRequiredService<MeterProvider>(); // made before the store, so that it hears its instruments from the start
        if (options.IsPostgres)
        {
            return PostgresStore.OpenAsync(
                options.ToPostgresOptions(services.GetRequiredService<IConfiguration>()),
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILoggerFactory>()).GetAwaiter().GetResult();
        }

        return DocumentStore.Open(
            options.ToStoreOptions() with { ConfirmsTime = ServeCommand.IsGiven(services.GetRequiredService<IConfiguration>(), ServeCommand.ConfirmsTime) },
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILoggerFactory>(),
            rules: [services.GetRequiredService<CollectionRules>()],
            followers: services.GetRequiredService<ServedIndex>().Followers);
    }

    /// <summary>Long judgements leave a part of the processors to others.</summary>
    private static SchemaJudge MakeSchemaJudge(IServiceProvider services) => new(
        services.GetRequiredService<ByteBudget>(),
        threads: Math.Max(1, Environment.ProcessorCount / 2),
        services.GetRequiredService<DocServiceOptions>().BusyTimeout);

    private static CollectionService MakeCollections(IServiceProvider services) => new(
        services.GetRequiredService<IDocumentStore>(),
        services.GetRequiredService<CollectionRules>(),
        services.GetRequiredService<ServedIndex>().Follower,
        services.GetRequiredService<TimeProvider>(),
        services.GetRequiredService<ILogger<CollectionService>>());

    private static KeyRing MakeKeys(IServiceProvider services) => new(
        services.GetRequiredService<IDocumentStore>(), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<KeyRing>>())
    {
        TakesTokens = services.GetRequiredService<DocServiceOptions>().TakesTokens,
    };

    private static ServedIndex MakeIndex(IServiceProvider services)
    {
        DocServiceOptions options = services.GetRequiredService<DocServiceOptions>();
        if (!options.HasQueries)
        {
            return new ServedIndex(null, null, null);
        }

        TimeProvider clock = services.GetRequiredService<TimeProvider>();
        if (options.IsPostgres)
        {
            return services.GetRequiredService<IDocumentStore>() is PostgresStore database
                ? new ServedIndex(null, new IndexQueries(database.Snapshots, options.ToQueryLimits(), clock), null)
                : new ServedIndex(null, null, null);
        }

        var index = new IndexFollower(options.ToIndexOptions(), clock, services.GetRequiredService<ILogger<IndexFollower>>());
        var queries = new IndexQueries(index, options.ToQueryLimits(), clock);
        return new ServedIndex(index, queries, new IndexFeed(index, queries, clock, services.GetRequiredService<ILogger<IndexFeed>>()));
    }
}
