namespace DocService.Api.Tests.Support;

/// <summary>One application for all tests of a class, answering in memory.</summary>
public sealed class SharedApplication : IAsyncLifetime
{
    internal TestApplication Application { get; } = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await Application.DisposeAsync();
}
