using DocService.Api.Tests.Support;
using DocService.Contract.Tests.Engines;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging;

namespace DocService.Contract.Tests.Support;

/// <summary>The program itself on a free port of the loopback interface, with one engine.</summary>
/// <remarks>Owns: the server and its client. The data are the engine's.</remarks>
internal sealed class EngineServer : IServed, IAsyncDisposable
{
    private readonly Factory _factory;

    public EngineServer(IEngineUnderTest engine)
    {
        _factory = new Factory(engine.Settings);
        _factory.UseKestrel(0);
        _factory.StartServer();
        Client = _factory.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false, BaseAddress = _factory.ClientOptions.BaseAddress });
    }

    public HttpClient Client { get; }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _factory.DisposeAsync();
    }

    private sealed class Factory(IReadOnlyDictionary<string, string> settings) : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Production");
            foreach ((string key, string value) in settings)
            {
                builder.UseSetting(key, value);
            }

            builder.ConfigureLogging(logging => logging.ClearProviders());
        }
    }
}
