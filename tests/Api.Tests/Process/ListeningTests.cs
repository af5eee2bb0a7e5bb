using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Process;

/// <summary>What an address makes of a start; all kinds of addresses are in ListeningProbeTests.</summary>
public sealed class ListeningTests
{
    [Theory]
    [InlineData("--urls", "http://localhost:99999")]
    [InlineData("--https_ports", "18443")] // no certificate
    [InlineData("ASPNETCORE_HTTP_PORTS", "abc")]
    [InlineData("Kestrel__Endpoints__A__Url", "http://192.0.2.1:18080")]
    public async Task Start_AddressThatCannotBe_IsOneLineAndCreatesNothing(string name, string value)
    {
        using ServerProcess server = Start(name, value);

        Assert.Equal(1, await server.ExitAsync());

        string line = Assert.Single(server.Errors.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("docservice: Cannot listen ", line, StringComparison.Ordinal);
        Assert.Contains(value, line, StringComparison.Ordinal);
        Assert.Empty(server.Output);
        Assert.Empty(Directory.GetFileSystemEntries(server.DirectoryPath));
    }

    [Fact]
    public async Task Start_PortInUse_CreatesNothing()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using ServerProcess server = Start("--urls", $"http://{listener.LocalEndpoint}");

        Assert.Equal(1, await server.ExitAsync());

        Assert.Contains("address already in use", Assert.Single(server.Errors.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(server.DirectoryPath));
    }

    [Theory]
    [InlineData("--urls", "http://*:0")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "0")]
    [InlineData("ASPNETCORE_URLS", "http://some.name:0")]
    [InlineData("DOTNET_HTTP_PORTS", "0")]
    public async Task Start_AddressThatOthersReach_IsWarnedOf(string name, string value)
    {
        using ServerProcess server = Start(name, value, "--allow-anonymous");
        await server.UntilLoggedAsync("There is no authentication (--allow-anonymous).");

        Match warned = Regex.Match(server.Output, @" Listening on http://\S+:(\d+): whoever");
        Assert.Contains($"Now listening on: http://[::]:{warned.Groups[1].Value}\n", server.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal); // not the port of the look before
    }

    /// <summary>Where inotify instances are used up, a start must not need one; so none may be there, in Development neither.</summary>
    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task Start_OnLoopback_IsNotWarnedOfAndWatchesNoFiles(string environment)
    {
        using ServerProcess server = await ServerProcess.StartAsync("--environment=" + environment);

        string[] links = [.. Directory.GetFileSystemEntries($"/proc/{server.ProcessId}/fd").Select(entry => new FileInfo(entry).LinkTarget ?? string.Empty)];

        Assert.Contains(links, link => link.StartsWith("socket:", StringComparison.Ordinal)); // it does see them
        Assert.DoesNotContain(links, link => link.Contains("inotify", StringComparison.Ordinal));
        Assert.DoesNotContain("authentication", server.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--urls", "http://*:0")]
    [InlineData("--urls", "http://127.0.0.1:0;http://0.0.0.0:0")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "0")]
    [InlineData("Kestrel__Endpoints__A__Url", "http://[::]:0")]
    public async Task Start_AddressThatOthersReachWithoutKeys_IsRefused(string name, string value)
    {
        using ServerProcess server = Start(name, value);

        Assert.Equal(1, await server.ExitAsync());

        string line = Assert.Single(server.Errors.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("--allow-anonymous", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Now listening", server.Output, StringComparison.Ordinal);
    }

    /// <summary>Its tokens tell clients apart as keys do, whether or not it can be reached now.</summary>
    [Fact]
    public async Task Start_AddressThatOthersReachWithAProvider_NeedsNoKey()
    {
        using ServerProcess server = Start("--urls", "http://*:0", "--DocService:JwtAuthority=http://127.0.0.1:9", "--DocService:JwtAudience=docservice");

        await server.UntilLoggedAsync("without TLS: API keys and documents can be read on the way");
    }

    private static ServerProcess Start(string name, string value, params string[] further) => name.StartsWith('-')
        ? ServerProcess.Listening([], [name, value, .. further])
        : ServerProcess.Listening(new() { [name] = value }, further);
}
