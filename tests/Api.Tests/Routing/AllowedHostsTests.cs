using DocService.Api.Routing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace DocService.Api.Tests.Routing;

/// <summary>Which hosts are taken, by where the server listens and what AllowedHosts says.</summary>
public sealed class AllowedHostsTests
{
    private static readonly string[] Loopback = ["http://localhost:5080", "http://127.0.0.1:1", "https://[::1]:2", "http://unix:/run/docservice"];

    [Theory]
    [InlineData("localhost:5080", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("[::1]:2", true)]
    [InlineData("app.localhost", true)]
    [InlineData("", true)]
    [InlineData("evil.example", false)]
    [InlineData("localhost.evil.example:5080", false)]
    [InlineData("docs.example.com", false)]
    public void Contain_OnLoopbackWithoutTheKey_TakesLoopbackNames(string host, bool isTaken) =>
        Assert.Equal(isTaken, Contains(host, null, Loopback));

    [Theory]
    [InlineData("docs.example.com", "docs.example.com", true)]
    [InlineData("DOCS.example.com:8080", "docs.example.com", true)]
    [InlineData("localhost", "docs.example.com", true)]
    [InlineData("evil.example", "docs.example.com", false)]
    [InlineData("a.example.com", "other.example; *.example.com ", true)]
    [InlineData("example.com", "*.example.com", false)]
    [InlineData("a.example.com.evil.example", "*.example.com", false)]
    [InlineData("evil.example", "*", true)]
    [InlineData("evil.example", ";", false)]
    [InlineData("", "docs.example.com", false)]
    [InlineData("", "docs.example.com;*", true)]
    [InlineData("xn--bcher-kva.example", "b\u00fccher.example", true)]
    public void Contain_OnLoopback_TakesWhatTheKeyNamesBesideLoopbackNames(string host, string key, bool isTaken) =>
        Assert.Equal(isTaken, Contains(host, key, Loopback));

    [Theory]
    [InlineData("evil.example", null, true)]
    [InlineData("localhost", null, true)]
    [InlineData("evil.example", "*", true)]
    [InlineData("evil.example", "docs.example.com", false)]
    [InlineData("localhost", "docs.example.com", false)]
    [InlineData("docs.example.com", "docs.example.com", true)]
    [InlineData("", null, true)]
    [InlineData("", "docs.example.com", false)]
    public void Contain_OnOtherAddresses_TakesWhatTheKeySays(string host, string? key, bool isTaken)
    {
        foreach (string address in new[] { "http://0.0.0.0:80", "http://[::]:80", "http://*:80", "http://+:80", "http://10.0.0.5:80", "http://docs.example.com:80" })
        {
            Assert.Equal(isTaken, Contains(host, key, "http://localhost:5080", address));
        }
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("localhost:5080", true)]
    [InlineData("10.0.0.5", true)]
    [InlineData("10.0.0.5:5080", true)]
    [InlineData("[2001:db8::1]:5080", true)]
    [InlineData("docs.example.com", false)]
    [InlineData("10.0.0.5.evil.example", false)]
    public void IsOfProbe_AnAddressOrNothing_IsTrue(string host, bool expected) =>
        Assert.Equal(expected, AllowedHosts.IsOfProbe(new HostString(host)));

    [Fact]
    public void Contain_WhileAddressesAreStillAdded_IsJudgedAnew()
    {
        using var started = new CancellationTokenSource();
        var addresses = new ServerAddressesFeature();
        addresses.Addresses.Add("http://localhost:1");
        AllowedHosts hosts = Create(null, addresses, started.Token);

        Assert.False(hosts.Contain(new HostString("docs.example.com")));
        addresses.Addresses.Add("http://0.0.0.0:1");
        Assert.True(hosts.Contain(new HostString("docs.example.com")));
    }

    private static bool Contains(string host, string? key, params string[] listening)
    {
        var addresses = new ServerAddressesFeature();
        Array.ForEach(listening, addresses.Addresses.Add);
        return Create(key, addresses, new CancellationToken(canceled: true)).Contain(new HostString(host));
    }

    private static AllowedHosts Create(string? key, ServerAddressesFeature addresses, CancellationToken started)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection([new(AllowedHosts.Key, key)]).Build();
        var server = new Server();
        server.Features.Set<IServerAddressesFeature>(addresses);
        return new AllowedHosts(configuration, server, new Lifetime(started));
    }

    private sealed class Server : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }

    private sealed class Lifetime(CancellationToken started) : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => started;

        public CancellationToken ApplicationStopping => default;

        public CancellationToken ApplicationStopped => default;

        public void StopApplication()
        {
        }
    }
}
