using DocService.Storage;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace DocService.Api.Tests.Support;

/// <summary>A running application on its own data directory.</summary>
/// <remarks>Owns: the server and the directory, both gone when disposed. Tests that share one use distinct ids.</remarks>
internal sealed class TestApplication : IServed, IAsyncDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly ApplicationFactory _factory;

    public TestApplication(ApplicationSettings? settings = null)
    {
        settings ??= new ApplicationSettings();
        DataDirectory = settings.DataDirectory ?? _directory.Path;
        _factory = new ApplicationFactory(DataDirectory, settings);
        if (settings.UsesSockets)
        {
            _factory.UseKestrel(0);
            _factory.StartServer();
        }

        Client = _factory.CreateClient(new WebApplicationFactoryClientOptions
        {
            AllowAutoRedirect = false,
            BaseAddress = settings.UsesSockets ? _factory.ClientOptions.BaseAddress : new Uri("http://localhost"),
        });
    }

    public HttpClient Client { get; }

    /// <summary>Where it listens.</summary>
    public int Port => Client.BaseAddress!.Port;

    public string DataDirectory { get; }

    public T Service<T>()
        where T : notnull =>
        _factory.Services.GetRequiredService<T>();

    public T? OptionalService<T>()
        where T : class =>
        _factory.Services.GetService<T>();

    /// <summary>An id that no other test uses.</summary>
    public static string NewId() => Requests.NewId();

    /// <summary>Where the store keeps a document whose id needs no escapes in a file's name.</summary>
    public string FileOf(string id) =>
        Assert.Single(Directory.GetFiles(Path.Combine(DataDirectory, "docs"), id + ".json", SearchOption.AllDirectories));

    /// <summary>Until the index has everything that was acknowledged.</summary>
    public async Task WaitForIndexAsync() =>
        Assert.True(await Service<ServedIndex>().Follower!.WaitForAsync(Service<IDocumentStore>().Status.DurableThrough, TimeSpan.FromSeconds(30), default));

    public async Task StopAsync() => await _factory.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _factory.DisposeAsync();
        _directory.Dispose();
    }
}
