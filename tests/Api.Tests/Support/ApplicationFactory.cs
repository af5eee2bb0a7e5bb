using DocService.Storage;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace DocService.Api.Tests.Support;

/// <summary>Program itself, with a data directory of its own, other settings, and perhaps another clock.</summary>
internal sealed class ApplicationFactory(string dataDirectory, ApplicationSettings settings) : WebApplicationFactory<Program>
{
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(settings.Environment);
        builder.UseSetting("DocService:DataDirectory", dataDirectory);
        foreach ((string key, string value) in ApplicationSettings.SmallJournal)
        {
            builder.UseSetting("DocService:" + key, value);
        }

        foreach ((string key, string value) in settings.Values)
        {
            builder.UseSetting("DocService:" + key, value);
        }

        foreach ((string key, string value) in settings.OtherValues)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureLogging(logging =>
        {
            logging.ClearProviders();
            if (settings.Log is { } log)
            {
                logging.AddProvider(log);
            }
        });
        if (settings.BeforeStore is { } before)
        {
            builder.ConfigureTestServices(services =>
            {
                Func<IServiceProvider, object> open = services.Single(service => service.ServiceType == typeof(IDocumentStore)).ImplementationFactory!;
                services.Replace(ServiceDescriptor.Singleton(provider => before((IDocumentStore)open(provider))));
            });
        }

        if (settings.Clock is { } clock)
        {
            builder.ConfigureTestServices(services => services.Replace(ServiceDescriptor.Singleton(clock)));
        }
    }
}
