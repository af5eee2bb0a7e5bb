using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Process;

/// <summary>The program as a user calls it: what is not understood starts nothing, least of all a server on ./data.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("'--dta'", "Did you mean --data?", "--dta", "x")]
    [InlineData("'--urlz", "Did you mean --urls?", "--urlz=http://localhost:1")]
    [InlineData("'--DocServic:MaxDepth", "Did you mean --DocService?", "--DocServic:MaxDepth=5")]
    [InlineData("'verfy'", "Did you mean verify?", "verfy", "--data", "x")]
    [InlineData("'--dat'", "Did you mean --data?", "verify", "--dat", "x")]
    [InlineData("'sreve'", "Did you mean serve?", "sreve")]
    [InlineData("'exprot'", "Did you mean export?", "exprot")]
    [InlineData("'--ulr'", "Did you mean --url?", "import", "a", "--ulr", "x")]
    [InlineData("--data stands before 'keys list'", "See docservice keys list --help.", "--data", "x", "keys", "list")]
    [InlineData("--data must not be empty", "docservice --help", "--data", "")]
    [InlineData("'--kills'", "docservice --help", "crashtest", "--data", ".", "--kills", "many")]
    [InlineData("nothing to do", "no kills and no cuts", "crashtest", "--data", ".", "--kills", "0")]
    public async Task Arguments_NotUnderstood_AreOneLineWithTheRightSpelling(string named, string advice, params string[] arguments)
    {
        using ServerProcess program = ServerProcess.Bare(arguments);

        Assert.Equal(2, await program.ExitAsync());

        string line = Assert.Single(program.Errors.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("docservice: ", line, StringComparison.Ordinal);
        Assert.Contains(named.Trim('\''), line, StringComparison.Ordinal);
        Assert.Contains(advice, line, StringComparison.Ordinal);
        Assert.Empty(program.Output);
        Assert.Empty(Directory.GetFileSystemEntries(program.DirectoryPath));
    }

    [Fact]
    public async Task Help_NamesTheServerEveryCommandAndSalvage()
    {
        using ServerProcess program = ServerProcess.Bare("--help");

        Assert.Equal(0, await program.ExitAsync());

        foreach (string expected in (string[])["docservice --data /var/lib/docservice --port 9000", "http://localhost:5080", "verify", "reindex", "doctor", "crashtest", "salvage", "keys", "import", "export", "completion", "--salvage", "--version", "--urls", "--DocService"])
        {
            Assert.Contains(expected, program.Output, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(program.DirectoryPath));
    }

    [Fact]
    public async Task Version_IsPrintedAndNothingStarts()
    {
        using ServerProcess program = ServerProcess.Bare("--version");

        Assert.Equal(0, await program.ExitAsync());
        Assert.Matches(@"^\d+\.\d+\.\d+", program.Output);
        Assert.Empty(Directory.GetFileSystemEntries(program.DirectoryPath));
    }

    [Fact]
    public async Task Data_ShortForm_IsWhereTheDocumentsAre()
    {
        using ServerProcess server = ServerProcess.Bare(
            "--data", "elsewhere", "--port", "0", "--DocService:SegmentBytes=2097152", "--DocService:JournalBytes=16777216", "--DocService:MaxDocumentBytes=1048576");
        await server.UntilListeningAsync();

        RawResponse written = await RawConnection.AskAsync(server.Port, "PUT", "/docs/a", "1");

        Assert.Equal(201, written.Status);
        Assert.True(File.Exists(Path.Combine(server.DirectoryPath, "elsewhere", "FORMAT")));
        Assert.False(Directory.Exists(Path.Combine(server.DirectoryPath, "data")));
    }
}
