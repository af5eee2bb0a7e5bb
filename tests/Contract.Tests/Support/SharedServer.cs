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
        Server = new EngineServer(Engine);
    }

    public Task InitializeAsync()
    {
        Server = new EngineServer(Engine);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        Engine.Dispose();
    }
}

/// <summary>The same with an engine of this kind, as a collection of tests asks for it.</summary>
public sealed class SharedServer<TEngine>() : SharedServer(new TEngine())
    where TEngine : IEngineUnderTest, new();
