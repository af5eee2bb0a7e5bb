using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Service;

/// <summary>A stop is orderly and short, whatever clients hold open.</summary>
public sealed class StopTests : IDisposable
{
    /// <summary>It takes less than 5 s, and on a machine that is busy longer. Without limits of its own a stop waits 30 s for clients.</summary>
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(20);

    private readonly TestDirectory _directory = new();

    private string DataArgument => $"--DocService:DataDirectory={_directory.Path}";

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Terminate_WithIdleAndHalfSentRequestsOpen_DoesNotWaitForThemAndKeepsWhatWasAnswered()
    {
        using ServerProcess server = await ServerProcess.StartAsync(DataArgument);
        Assert.Equal(201, (await RawConnection.AskAsync(server.Port, "PUT", "/docs/kept", "1")).Status);
        using RawConnection idle = await RawConnection.OpenAsync(server.Port);
        await idle.SendAsync("GET /healthz/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Equal(200, (await idle.ReceiveAsync()).Status);
        using RawConnection halfHeader = await RawConnection.OpenAsync(server.Port);
        await halfHeader.SendAsync("GET /docs/ke");
        using RawConnection halfBody = await RawConnection.OpenAsync(server.Port);
        await halfBody.SendAsync("PUT /docs/half HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n");
        Assert.Equal(100, (await halfBody.ReceiveAsync()).Status);
        await halfBody.SendAsync("\"abc");

        (int exitCode, TimeSpan duration) = await server.TerminateAsync();

        Assert.Equal(0, exitCode);
        Assert.True(duration < StopMax, duration.ToString());

        using ServerProcess again = await ServerProcess.StartAsync(DataArgument);
        Assert.Equal("1", (await RawConnection.AskAsync(again.Port, "GET", "/docs/kept")).Body);
        Assert.Equal(404, (await RawConnection.AskAsync(again.Port, "GET", "/docs/half")).Status);
        Assert.Contains("\"firstStart\":false", (await RawConnection.AskAsync(again.Port, "GET", "/status")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminate_WithAnIdleConnection_IsPrompt()
    {
        using ServerProcess server = await ServerProcess.StartAsync(DataArgument);
        using RawConnection idle = await RawConnection.OpenAsync(server.Port);
        await idle.SendAsync("GET /healthz/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Equal(200, (await idle.ReceiveAsync()).Status);

        (int exitCode, TimeSpan duration) = await server.TerminateAsync();

        Assert.Equal(0, exitCode);
        Assert.True(duration < StopMax, duration.ToString());
        Assert.True(await idle.IsClosedByServerAsync());
    }
}
