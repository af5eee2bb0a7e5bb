using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Process;

/// <summary>The command that asks a running server, for containers.</summary>
public sealed class HealthCommandTests
{
    [Fact]
    public async Task Health_ServerIsReady_Ends0_AndNot0OnceItIsGone()
    {
        string url;
        using (ServerProcess server = await ServerProcess.StartAsync())
        {
            url = $"http://127.0.0.1:{server.Port}";
            using ServerProcess asked = ServerProcess.Bare("health", "--url", url + "/");
            Assert.Equal(0, await asked.ExitAsync());
            Assert.Contains("\"status\":\"ready\"", asked.Output, StringComparison.Ordinal);
            await server.CrashAsync();
        }

        using ServerProcess again = ServerProcess.Bare("health", "--url", url);
        Assert.Equal(1, await again.ExitAsync());
        Assert.StartsWith($"docservice: {url} is not ready: ", again.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:5080")]
    [InlineData("ftp://localhost")]
    [InlineData("")]
    public async Task Health_NoAddress_IsNotUnderstood(string url)
    {
        using ServerProcess asked = ServerProcess.Bare("health", "--url", url);
        Assert.Equal(2, await asked.ExitAsync());
    }
}
