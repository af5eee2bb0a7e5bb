using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Process;

/// <summary>A start that cannot be: one line on standard error, exit code 1, nothing touched. All kinds of settings are in Configuration.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData("--DocService:MaxDept=3", "MaxDept")]
    [InlineData("--DocService:JournalBytes=1000000", "JournalBytes")]
    [InlineData("--DocService:DataDirectory=/proc/nowhere", "/proc/nowhere")]
    public async Task Start_OperatorsMistake_IsOneLineOnStderrWithoutStackTrace(string argument, string named)
    {
        using var server = new ServerProcess(argument);

        int exitCode = await server.ExitAsync();

        Assert.Equal(1, exitCode);
        string line = Assert.Single(server.Errors.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("docservice: ", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(server.DirectoryPath));
    }

    [Fact]
    public async Task Start_ForeignDirectory_EndsWithOneLineAndLeavesItAlone()
    {
        using var directory = new TestDirectory();
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "holiday.jpg"), "x");

        await AssertRefusedAsync("holiday.jpg", directory.Path);

        Assert.Single(Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact]
    public async Task Start_DirectoryIsAFile_EndsWithOneLine()
    {
        using var directory = new TestDirectory();
        string file = Path.Combine(directory.Path, "file");
        await File.WriteAllTextAsync(file, "x");

        await AssertRefusedAsync(file, file);
    }

    [Fact]
    public async Task Start_DirectoryInUse_IsOneLineOnStderr()
    {
        using var first = new ServerProcess();
        (await first.SendAsync(string.Empty)).Dispose(); // it listens, so it holds the directory
        string data = Path.Combine(first.DirectoryPath, "data");

        await AssertRefusedAsync(data, data);

        Assert.StartsWith("HTTP/1.1 200 ", await first.AskAsync("GET /healthz/ready HTTP/1.1\r\nHost: localhost\r\n\r\n"), StringComparison.Ordinal);
    }

    /// <summary>A first start makes its directory before the web server watches for signals: such a stop was none, and told as 143.</summary>
    [Fact]
    public async Task Stop_WhileTheFirstStartMakesItsDirectory_IsCleanAndEndsWithZero()
    {
        using var server = new ServerProcess();
        string journal = Path.Combine(server.DirectoryPath, "data", "journal");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!Directory.Exists(journal))
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }

        server.Stop();

        Assert.Equal(0, await server.ExitAsync());
        Assert.Equal(string.Empty, server.Errors);
        Assert.Contains("Closed: every document is filed", server.Output, StringComparison.Ordinal);
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

    private static async Task AssertRefusedAsync(string named, string directory)
    {
        (int exitCode, string error) = await ServerProcess.RunAsync("--DocService:DataDirectory=" + directory);

        Assert.Equal(1, exitCode);
        string line = Assert.Single(error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("docservice: ", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
    }
}
