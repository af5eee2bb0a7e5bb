using System.Net;
using System.Net.Sockets;
using DocService.Api.Configuration;
using DocService.Api.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;

namespace DocService.Api.Tests.Configuration;

/// <summary>Where the server would listen, in every way to say it.</summary>
public sealed class ListeningProbeTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("urls", "http://localhost:0")]
    [InlineData("urls", "http://localhost:99999")]
    [InlineData("urls", "http://127.0.0.1:99999999999")] // taken for a name, and a name for all interfaces on port 80
    [InlineData("urls", "http://localhost:508o")]
    [InlineData("urls", "http://127.0.0.1:0;http://localhost:-1")]
    [InlineData("urls", "https://localhost:18443")] // no certificate
    [InlineData("urls", "http://192.0.2.1:18080")] // nobody's here
    [InlineData("urls", "http://unix:/no/such/directory/socket")]
    [InlineData("urls", "ftp://localhost:21")]
    [InlineData("urls", "http://localhost:18080/base")]
    [InlineData("urls", "nonsense")]
    [InlineData("http_ports", "abc")]
    [InlineData("http_ports", "0;99999")]
    [InlineData("https_ports", "18443")]
    [InlineData("Kestrel:Endpoints:A:Url", "http://localhost:0")]
    [InlineData("Kestrel:Endpoints:A:Url", "http://127.0.0.1:x")]
    [InlineData("Kestrel:Endpoints:A:Url", "https://127.0.0.1:0")]
    public async Task Run_AddressThatCannotBe_IsRefusedWithTheSetting(string key, string value)
    {
        ConfigurationError refusal = await Assert.ThrowsAsync<ConfigurationError>(() => ProbeAsync(key, value));

        Assert.StartsWith("Cannot listen ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(value, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("urls")]
    [InlineData("Kestrel:Endpoints:A:Url")]
    public async Task Run_PortInUse_IsRefused(string key)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        ConfigurationError refusal = await Assert.ThrowsAsync<ConfigurationError>(() => ProbeAsync(key, $"http://{listener.LocalEndpoint}"));

        Assert.Contains("already in use", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("urls", "http://*:0")]
    [InlineData("urls", "http://[::]:0")]
    [InlineData("urls", "http://127.0.0.1:0;http://0.0.0.0:0")]
    [InlineData("urls", "http://some.name:0")] // any name is taken for all interfaces
    [InlineData("http_ports", "0")]
    [InlineData("Kestrel:Endpoints:A:Url", "http://*:0")]
    [InlineData("urls", "http://127.0.0.1:0")]
    [InlineData("urls", "http://127.0.0.2:0")]
    [InlineData("urls", "http://[::1]:0")]
    [InlineData("urls", "http://127.0.0.1:0/;http://[::1]:0")]
    [InlineData("Kestrel:Endpoints:A:Url", "http://127.0.0.1:0")]
    public async Task Run_AddressThatCanBe_IsLetThrough(string key, string value) => await ProbeAsync(key, value);

    [Fact]
    public async Task Run_UnixSocket_IsFreeAgainAfterwards()
    {
        string socket = Path.Combine(_directory.Path, "socket");

        await ProbeAsync("urls", $"http://unix:{socket}");
        await ProbeAsync("urls", $"http://unix:{socket}");

        Assert.False(File.Exists(socket));
    }

    private Task<IReadOnlyList<string>> ProbeAsync(string key, string value) => ListeningProbe.RunAsync(
        new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build(),
        new HostingEnvironment { ApplicationName = "test", EnvironmentName = "Production", ContentRootPath = _directory.Path });
}
