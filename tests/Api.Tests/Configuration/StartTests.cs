using System.Net;
using System.Net.Sockets;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Configuration;

/// <summary>A start that cannot be: one line on standard error, exit code 1, nothing touched.</summary>
public sealed class StartTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    private string DataArgument => $"--DocService:DataDirectory={_directory.Path}";

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("--DocService:MaxDocumentByte=5", "MaxDocumentByte")]
    [InlineData("--DocService:MaxDepth=0", "MaxDepth")]
    [InlineData("--DocService:MaxDepth=deep", "MaxDepth")]
    [InlineData("--DocService:BusyTimeout=10", "BusyTimeout")]
    [InlineData("--DocService:Durability=always", "always")]
    [InlineData("--DocService:SegmentBytes=65537", "SegmentBytes")]
    [InlineData("--DocService:SegmentBytes=8388608", "SegmentBytes")] // smaller than the largest document
    [InlineData("--DocService:MaxBatchBytes=33554432", "SegmentBytes")] // a segment does not hold that batch
    [InlineData("--DocService:JournalBytes=1000000", "JournalBytes")]
    [InlineData("--DocService:ReserveBytes=100", "ReserveBytes")]
    [InlineData("--DocService:PendingDocumentsMax=0", "PendingDocumentsMax")]
    [InlineData("--DocService:SealAfter=00:01:00", "SealAfter")]
    public async Task Start_BadConfiguration_EndsWithOneLine(string argument, string named)
    {
        await AssertRefusedAsync(named, DataArgument, argument);
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task Start_ForeignDirectory_EndsWithOneLineAndLeavesItAlone()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory.Path, "holiday.jpg"), "x");

        await AssertRefusedAsync("holiday.jpg", DataArgument);

        Assert.Single(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task Start_DirectoryIsAFile_EndsWithOneLine()
    {
        string file = Path.Combine(_directory.Path, "file");
        await File.WriteAllTextAsync(file, "x");

        await AssertRefusedAsync(file, $"--DocService:DataDirectory={file}");
    }

    [Fact]
    public async Task Start_DirectoryInUse_EndsWithOneLine()
    {
        await using var app = new TestApplication();
        await app.StoreAsync("d", "1");

        await AssertRefusedAsync(app.DataDirectory, $"--DocService:DataDirectory={app.DataDirectory}");

        Assert.Equal("1", await app.Client.GetStringAsync("/docs/d"));
    }

    [Fact]
    public async Task Start_PortInUse_EndsWithOneLine()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string url = $"http://{listener.LocalEndpoint}";

        await AssertRefusedAsync(url, DataArgument, $"--urls={url}");
    }

    private static async Task AssertRefusedAsync(string named, params string[] arguments)
    {
        (int exitCode, string error) = await ServerProcess.RunAsync(arguments);

        Assert.Equal(1, exitCode);
        string line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("docservice: ", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
    }
}
