using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Process;

public sealed class StartTests
{
    [Theory]
    [InlineData("--DocService:MaxDept=3", "MaxDept")]
    [InlineData("--DocService:MaxDepth=abc", "MaxDepth")]
    [InlineData("--DocService:MaxDepth=0", "MaxDepth")]
    [InlineData("--DocService:MaxDepth:Most=5", "MaxDepth")]
    [InlineData("--DocService:BusyTimeout=5", "BusyTimeout")]
    [InlineData("--DocService:DataDirectory=", "DataDirectory")]
    [InlineData("--DocService:DataDirectory=/proc/nowhere", "/proc/nowhere")]
    [InlineData("--urls=nonsense", "nonsense")]
    public async Task Start_OperatorsMistake_IsOneLineOnStderrWithoutStackTrace(string argument, string named)
    {
        using var server = new ServerProcess(argument);

        int exitCode = await server.ExitAsync();

        Assert.Equal(1, exitCode);
        string line = Assert.Single(server.Errors.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("docservice: ", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_DirectoryInUse_IsOneLineOnStderr()
    {
        using var first = new ServerProcess();
        (await first.SendAsync(string.Empty)).Dispose(); // it listens, so it holds the directory
        using var second = new ServerProcess("--DocService:DataDirectory=" + Path.Combine(first.DirectoryPath, "data"));

        Assert.Equal(1, await second.ExitAsync());
        Assert.Single(second.Errors.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("   at ", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_RelativeDirectory_IsTheCallersAndItsFullPathIsLogged()
    {
        using var server = new ServerProcess();
        (await server.SendAsync(string.Empty)).Dispose();

        string data = Path.Combine(server.DirectoryPath, "data");
        Assert.True(Directory.Exists(data));
        Assert.Contains(data, server.Output, StringComparison.Ordinal);
    }
}
