namespace DocService.Api.Tests.Support.Sockets;

/// <summary>One application with small limits for all tests of a class, listening on a port.</summary>
public sealed class SharedSocketApplication : IAsyncLifetime
{
    internal TestApplication Application { get; } = new(new ApplicationSettings { UsesSockets = true, Values = ApplicationSettings.SmallLimits });

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await Application.DisposeAsync();
}
