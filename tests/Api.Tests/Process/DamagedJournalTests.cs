using System.Text.Json;
using DocService.Api.Tests.Metrics;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Process;

/// <summary>A journal whose committed part cannot be read: nothing is served and everything says so, until <c>--salvage</c>.</summary>
public sealed class DamagedJournalTests(DamagedJournalTests.DamagedServer damaged) : IDisposable, IClassFixture<DamagedJournalTests.DamagedServer>
{
    private readonly TestDirectory _directory = new();

    private string DataArgument => $"--DocService:DataDirectory={_directory.Path}";

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("GET", "/docs/kept", null)]
    [InlineData("HEAD", "/docs/kept", null)]
    [InlineData("PUT", "/docs/kept", "2")]
    [InlineData("DELETE", "/docs/kept", null)]
    [InlineData("GET", "/docs/absent", null)]
    [InlineData("POST", "/batch", """{"operations":[{"op":"delete","id":"kept"}]}""")]
    [InlineData("GET", "/docs?limit=1", null)]
    [InlineData("GET", "/healthz/ready", null)]
    public async Task Requests_ToADamagedStore_Answer503(string method, string target, string? json)
    {
        ServerProcess server = damaged.Server;
        if (method == "HEAD")
        {
            using RawConnection connection = await RawConnection.OpenAsync(server.Port);
            await connection.SendAsync($"HEAD {target} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 503 ", await connection.ReceiveHeaderAsync(), StringComparison.Ordinal);
            return;
        }

        RawResponse response = await RawConnection.AskAsync(server.Port, method, target, json);
        JsonElement problem = response.AssertProblem(503, "journal-damaged");
        Assert.Contains(".journal", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Null(response.Field("Retry-After")); // it does not pass by itself
    }

    [Theory]
    [InlineData("PUT /docs/kept")]
    [InlineData("POST /batch")]
    public async Task Write_ToADamagedStore_IsRefusedBeforeItsBodyIsAskedFor(string line)
    {
        using RawConnection connection = await RawConnection.OpenAsync(damaged.Server.Port);
        await connection.SendAsync($"{line} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n");

        RawResponse refused = await connection.ReceiveAsync(); // would be 100 otherwise

        refused.AssertProblem(503, "journal-damaged");
        Assert.Equal("close", refused.Field("Connection"));
    }

    [Fact]
    public async Task Service_OfADamagedStore_SaysWhatIsDamaged()
    {
        string segment = await WriteAndDamageAsync(_directory.Path);
        using ServerProcess server = await ServerProcess.StartAsync(DataArgument);

        using JsonDocument status = JsonDocument.Parse((await RawConnection.AskAsync(server.Port, "GET", "/status")).Body);
        Assert.Equal("damaged", status.RootElement.GetProperty("state").GetString());
        string reason = status.RootElement.GetProperty("reason").GetString()!;
        Assert.Contains(segment, reason, StringComparison.Ordinal);
        Assert.Contains("offset 0: it cannot be read which commits stood there", reason, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, status.RootElement.GetProperty("recovery").ValueKind);

        Assert.Equal(200, (await RawConnection.AskAsync(server.Port, "GET", "/healthz/live")).Status); // a restart would not help
        PrometheusText metrics = PrometheusText.Parse((await RawConnection.AskAsync(server.Port, "GET", "/metrics")).Body);
        Assert.Equal(1, metrics.Samples["docservice_damaged"]);
        Assert.Equal(0, metrics.Samples["docservice_fenced"]);
        (int exitCode, _) = await server.TerminateAsync();
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task Salvage_OfADamagedJournal_KeepsTheEvidenceAndWhatIsIntact()
    {
        string segment = await WriteAndDamageAsync(_directory.Path);
        byte[] damaged = await File.ReadAllBytesAsync(segment);

        (int exitCode, string output) = await SalvageAsync();

        Assert.Equal(0, exitCode);
        Assert.Contains("Salvaged: ", output, StringComparison.Ordinal);
        Assert.Contains("Lost: " + Path.GetFileName(segment), output, StringComparison.Ordinal);
        string evidence = Assert.Single(Directory.GetDirectories(_directory.Path, "salvaged-*"));
        Assert.Contains(evidence, output, StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(Path.Combine(evidence, Path.GetFileName(segment))));

        using ServerProcess server = await ServerProcess.StartAsync(DataArgument);
        Assert.Equal("1", (await RawConnection.AskAsync(server.Port, "GET", "/docs/kept")).Body);
        RawResponse written = await RawConnection.AskAsync(server.Port, "PUT", "/docs/after", "3");
        Assert.Equal(201, written.Status);
        Assert.True(long.Parse(written.Field("ETag")!.Trim('"'), System.Globalization.CultureInfo.InvariantCulture) > 1L << 32, written.Field("ETag"));
        Assert.Contains("\"state\":\"ready\"", (await RawConnection.AskAsync(server.Port, "GET", "/status")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Salvage_OfAWholeJournal_ChangesNothingAlsoAfterOneThatDid()
    {
        await WriteAndDamageAsync(_directory.Path);
        await SalvageAsync();
        string[] before = Entries();

        (int exitCode, string output) = await SalvageAsync();

        Assert.Equal(0, exitCode);
        Assert.Contains("nothing was changed", output, StringComparison.Ordinal);
        Assert.Equal(before, Entries());
    }

    [Fact]
    public async Task Salvage_DirectoryInUse_IsRefusedInOneLine()
    {
        using ServerProcess server = await ServerProcess.StartAsync(DataArgument);
        await AssertRefusedAsync(_directory.Path, "--salvage", DataArgument);
    }

    [Fact]
    public async Task Salvage_NoDirectory_IsRefusedAndMakesNone()
    {
        string path = Path.Combine(_directory.Path, "misspelt");
        await AssertRefusedAsync(path, "--salvage", $"--DocService:DataDirectory={path}");
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public async Task Salvage_BadConfiguration_IsRefusedInOneLine() => await AssertRefusedAsync("MaxDepth", "--salvage", DataArgument, "--DocService:MaxDepth=0");

    private static async Task AssertRefusedAsync(string named, params string[] arguments)
    {
        (int exitCode, string error) = await ServerProcess.RunAsync(arguments);

        Assert.Equal(1, exitCode);
        string line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("docservice: ", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string Output)> SalvageAsync()
    {
        using var salvage = new ServerProcess("--salvage", DataArgument);
        int exitCode = await salvage.ExitAsync();
        Assert.Empty(salvage.Errors);
        return (exitCode, salvage.Output);
    }

    /// <summary>Writes, crashes, and spoils the header of the newest segment, which is where the journal goes on; returns its path.</summary>
    private static async Task<string> WriteAndDamageAsync(string directory)
    {
        using (ServerProcess server = await ServerProcess.StartAsync($"--DocService:DataDirectory={directory}"))
        {
            Assert.Equal(201, (await RawConnection.AskAsync(server.Port, "PUT", "/docs/kept", "1")).Status);
            await server.CrashAsync();
        }

        string segment = Directory.GetFiles(Path.Combine(directory, "journal"), "*.journal").Max(StringComparer.Ordinal)!;
        using FileStream file = File.OpenWrite(segment);
        file.Position = 40;
        file.WriteByte((byte)'x');
        file.WriteByte((byte)'y');
        return segment;
    }

    /// <summary>One server on a damaged journal for all tests that only ask.</summary>
    public sealed class DamagedServer : IAsyncLifetime
    {
        private readonly TestDirectory _directory = new();

        internal ServerProcess Server { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            await WriteAndDamageAsync(_directory.Path);
            Server = await ServerProcess.StartAsync($"--DocService:DataDirectory={_directory.Path}");
        }

        public Task DisposeAsync()
        {
            Server?.Dispose();
            _directory.Dispose();
            return Task.CompletedTask;
        }
    }

    private string[] Entries() => [.. Directory.GetFileSystemEntries(_directory.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
