using System.Net;
using DocService.Api.Tests.Support;
using DocService.Contract.Tests.Engines;

namespace DocService.Contract.Tests.Support;

/// <summary>One server for all tests of an engine. They use distinct ids.</summary>
public abstract class SharedServer(IEngineUnderTest engine) : IAsyncLifetime
{
    public IEngineUnderTest Engine { get; } = engine;

    internal EngineServer Server { get; private set; } = null!;

    /// <summary>Ends the server and starts it again with the same data. Tests of one engine run one after the other.</summary>
    public async Task RestartAsync()
    {
        await Server.DisposeAsync();
        await StartAsync();
    }

    public Task InitializeAsync() => Engine.Lacking is null ? StartAsync() : Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (Engine.Lacking is null)
        {
            await Server.DisposeAsync();
        }

        Engine.Dispose();
    }

    /// <summary>Until queries are answered: on a busy machine it takes longer than a request waits.</summary>
    private async Task StartAsync()
    {
        Server = new EngineServer(Engine);
        HttpStatusCode status;
        do
        {
            using HttpResponseMessage list = await Server.SendAsync("GET", "/docs?limit=1");
            status = list.StatusCode;
        }
        while (status == HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.OK, status);
    }
}

/// <summary>The same with an engine of this kind, as a collection of tests asks for it.</summary>
public sealed class SharedServer<TEngine>() : SharedServer(new TEngine())
    where TEngine : IEngineUnderTest, new();
